import * as z from 'zod';
import { TransportError } from '../../../contracts/transportError';
import { transportError } from '../../../transport/socket';
import { throwIfAborted } from '../../../util/async';
import { AbortedError, SwapdeckError } from '../../../util/errors';
import { refusal, type Engine } from '../engine/engine';
import { readText, type EngineRequest, type EngineResponse } from '../engine/request';
import { EngineError } from '../errors';
import { fromLabels } from '../labels';
import { ContainerError } from './errors';

const published = z.array(z.object({ HostIp: z.string().default(''), HostPort: z.string() }));
const inspected = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  Path: z.string().default(''),
  Args: z.array(z.string()).nullish(),
  State: z.looseObject({
    Status: z.string(),
    Running: z.boolean(),
    Paused: z.boolean().default(false),
    Pid: z.number().default(0),
    ExitCode: z.number().default(0),
    OOMKilled: z.boolean().default(false),
    StartedAt: z.string().default(''),
    FinishedAt: z.string().default(''),
  }),
  Config: z.looseObject({
    Env: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
    Tty: z.boolean().default(false),
  }),
  HostConfig: z.looseObject({ NetworkMode: z.string().default('default') }),
  NetworkSettings: z
    .looseObject({
      Ports: z.record(z.string(), published.nullish()).nullish(),
      Networks: z.record(z.string(), z.looseObject({ IPAddress: z.string().default('') })).nullish(),
    })
    .default({}),
});

/** A container as the engine tells it when asked for it alone, with everything else it says. */
export type InspectedContainer = z.output<typeof inspected>;

/** Asks for a container by its id or name. Rejects with `ContainerError` `gone`. */
export async function inspectContainer(
  engine: Engine,
  container: string,
  signal?: AbortSignal,
): Promise<InspectedContainer> {
  const path = `/containers/${encodeURIComponent(container)}/json`;
  try {
    return inspected.parse(await engine.json(path, {}, signal));
  } catch (error) {
    throw told(error, engine, container);
  }
}

/** Without the slash before it. */
export function nameOf({ Name }: InspectedContainer): string {
  return Name.replace(/^\//, '');
}

/** Asks for a container that may be changed: one of ours. Rejects with `EngineError` `foreign` for another one. */
export async function inspectOurs(
  engine: Engine,
  container: string,
  signal?: AbortSignal,
): Promise<InspectedContainer> {
  const found = await inspectContainer(engine, container, signal);
  if (fromLabels(found.Config.Labels ?? {})) return found;
  const name = nameOf(found);
  throw new EngineError('foreign', `${name} of ${engine.place} was started by someone else`, {
    host: engine.place,
    container: name,
  });
}

/** A request about a container that must succeed. Rejects with `ContainerError` `gone`, `EngineError` `refused`. */
export async function send(
  engine: Engine,
  container: string,
  request: EngineRequest,
  signal?: AbortSignal,
): Promise<void> {
  await readText(await open(engine, container, request, signal), engine.place, signal);
}

/** As `send`, for an answer that goes on: its body is to be read to its end or destroyed. */
export async function open(
  engine: Engine,
  container: string,
  request: EngineRequest,
  signal?: AbortSignal,
): Promise<EngineResponse> {
  const response = await engine.request(request, signal);
  if (response.status < 400) return response;
  const text = await readText(response, engine.place, signal);
  throw told(refusal(engine.place, response.status, text), engine, container);
}

/** The chunks of an answer that goes on. Rejects with `TransportError` or `AbortedError`; leaving it ends the answer. */
export async function* chunksOf(
  { body }: EngineResponse,
  place: string,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch (error) {
    if (signal?.aborted) throw new AbortedError(`reading from ${place}`, signal.reason);
    if (error instanceof SwapdeckError) throw error;
    throw lost(error, place);
  }
  // An answer that is let go of may look as if it had come to its end.
  throwIfAborted(signal, `reading from ${place}`);
}

/** The JSON documents of an answer that goes on, one a line. */
export async function* documentsOf(
  response: EngineResponse,
  place: string,
  signal?: AbortSignal,
): AsyncGenerator {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(response, place, signal)) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = rest.subarray(0, end).toString('utf8').trim();
      rest = rest.subarray(end + 1);
      if (line !== '') yield JSON.parse(line) as unknown;
    }
  }
}

/** An answer that breaks off is a lost connection, however Node.js names it. */
function lost(error: unknown, place: string): TransportError {
  const typed = transportError(error, place);
  return typed.reason === 'failed'
    ? new TransportError('reset', `${place}: the answer breaks off`, { host: place }, error)
    : new TransportError(typed.reason, typed.message, { ...typed.details, host: place }, error);
}

/** What the engine refused, as what it means for the container. */
function told(error: unknown, engine: Engine, container: string): unknown {
  const isGone = error instanceof EngineError && error.details.status === 404;
  if (!isGone) return error;
  const details = { host: engine.place, container };
  return new ContainerError('gone', `${engine.place} has no container ${container}`, details, error);
}
