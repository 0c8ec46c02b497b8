import type { Clock } from '../../../contracts/clock';
import { mayPass } from '../../../contracts/transportError';
import type { Contexts } from '../listing';
import type { ContextId } from '../manager';
import type { TomcatServer } from './server';

export interface Waiting {
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly intervalMs?: number;
  /** Told whenever the number of sessions is another one. */
  readonly onSessions?: (sessions: number) => void;
}

/**
 * Asks a server again and again until a version has no session left. Resolves to 0 then, also when it stopped or is gone
 * meanwhile; to the number of sessions that are left when the time is over. A server that can't be reached for a while
 * is waited for. Rejects as `TomcatServer.perform`, and when it is aborted.
 */
export async function waitUntilEmpty(
  server: TomcatServer,
  { path, version }: ContextId,
  { clock, deadlineMs, intervalMs = 2000, onSessions }: Waiting,
  signal: AbortSignal,
): Promise<number> {
  const begun = clock.monotonic();
  let last: number | undefined;
  for (;;) {
    try {
      const { contexts } = await server.perform<Contexts>((calls) => calls.list(), signal);
      const found = contexts.find((each) => each.path === path && each.version === version);
      const sessions = found?.sessions ?? 0;
      if (sessions !== last) onSessions?.(sessions);
      last = sessions;
      if (sessions === 0) return 0;
    } catch (error) {
      if (!mayPass(error) || clock.monotonic() - begun >= deadlineMs) throw error;
    }
    const left = deadlineMs - (clock.monotonic() - begun);
    if (left <= 0 && last !== undefined) return last;
    await clock.delay(Math.max(1, Math.min(intervalMs, left)), signal);
  }
}
