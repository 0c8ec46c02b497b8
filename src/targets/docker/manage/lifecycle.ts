import type { Engine } from '../engine/engine';
import { STOP_SECONDS } from '../model';
import { inspectOurs, nameOf, send } from './ask';
import { ContainerError } from './errors';

/**
 * What can be done to a container of ours. Each resolves when it is done, also where it was so already. All reject
 * with `EngineError` (`foreign` for a container of someone else, `refused`), `ContainerError` `gone`,
 * `TransportError` or `AbortedError`.
 */
export type LifecycleChange = 'start' | 'stop' | 'restart';

export async function changeContainer(
  engine: Engine,
  container: string,
  change: LifecycleChange,
  signal?: AbortSignal,
): Promise<void> {
  const { Id } = await inspectOurs(engine, container, signal);
  const query = change === 'start' ? {} : { t: String(STOP_SECONDS) };
  await send(engine, container, { method: 'POST', path: `/containers/${Id}/${change}`, query }, signal);
}

/** Removes a container with its anonymous volumes; one that runs only with `force` (else `ContainerError` `running`). */
export async function removeContainer(
  engine: Engine,
  container: string,
  { force }: { readonly force: boolean },
  signal?: AbortSignal,
): Promise<void> {
  const found = await inspectOurs(engine, container, signal);
  if (found.State.Running && !force) {
    const name = nameOf(found);
    const details = { host: engine.place, container: name };
    throw new ContainerError('running', `${name} of ${engine.place} runs`, details);
  }
  // In order first: what it has in hand gets the time that any stop gives it.
  if (found.State.Running) await changeContainer(engine, found.Id, 'stop', signal);
  const query = { v: '1', ...(force && { force: '1' }) };
  await send(engine, container, { method: 'DELETE', path: `/containers/${found.Id}`, query }, signal);
}
