import { AbortedError, SwapdeckError, toError } from '../../../util/errors';
import type { Engine } from '../engine/engine';
import { FrameReader, type Frame } from '../engine/frames';
import { chunksOf, inspectContainer, open, type InspectedContainer } from './ask';
import { ContainerError } from './errors';

/** Why a log ended. */
export type LogEnd =
  | { readonly why: 'stopped'; readonly exitCode: number; readonly outOfMemory: boolean }
  | { readonly why: 'removed' }
  /** The connection, or the engine; `error` says more. */
  | { readonly why: 'lost'; readonly error: SwapdeckError };

export type LogEvent =
  | { readonly kind: 'printed'; readonly frame: Frame }
  /** The container was started again, and its log goes on. */
  | { readonly kind: 'restarted' }
  /** The last one. */
  | { readonly kind: 'ended'; readonly end: LogEnd };

export interface FollowOptions {
  /** How many lines of before. */
  readonly tail: number;
}

/**
 * Follows what a container prints: first the last lines of before, then everything new. Goes on when the container is
 * started again; otherwise the last event says why it ended, also when the connection is lost. Rejects with
 * `ContainerError` `gone`, `EngineError` or `TransportError` when it can't begin, and with `AbortedError`.
 */
export async function* followLogs(
  engine: Engine,
  container: string,
  { tail }: FollowOptions,
  signal?: AbortSignal,
): AsyncGenerator<LogEvent, void> {
  let state = await inspectContainer(engine, container, signal);
  const id = state.Id;
  let query: Readonly<Record<string, string>> = { tail: String(tail) };
  for (;;) {
    const started = state.State.StartedAt;
    const frames = framesOf(engine, id, query, state.Config.Tty, signal);
    const failure = yield* printed(frames, signal);
    const now = failure ? { end: lostOrGone(failure) } : await afterwards(engine, id, signal);
    if (now.end) {
      yield { kind: 'ended', end: now.end };
      return;
    }
    state = now.container;
    if (state.State.StartedAt !== started) yield { kind: 'restarted' };
    query = { tail: 'all', since: sinceOf(beginOf(state)) };
  }
}

/** Yields what is printed; returns why that failed. */
async function* printed(
  frames: AsyncIterable<Frame>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogEvent, SwapdeckError | undefined> {
  try {
    for await (const frame of frames) yield { kind: 'printed', frame };
    return undefined;
  } catch (error) {
    if (signal?.aborted || !(error instanceof SwapdeckError)) throw error;
    return error;
  }
}

async function* framesOf(
  engine: Engine,
  id: string,
  query: Readonly<Record<string, string>>,
  isTerminal: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Frame> {
  const path = `/containers/${id}/logs`;
  const outputs = { follow: '1', stdout: '1', stderr: '1' };
  const response = await open(engine, id, { method: 'GET', path, query: { ...outputs, ...query } }, signal);
  const reader = new FrameReader();
  try {
    for await (const chunk of chunksOf(response, engine.place, signal)) {
      if (isTerminal) yield { stream: 'output', content: chunk };
      else yield* reader.push(chunk);
    }
    yield* reader.end();
  } finally {
    response.body.destroy();
  }
}

/** A log that ended in order: the container as it is now when it runs again, else why it does not. */
async function afterwards(
  engine: Engine,
  id: string,
  signal: AbortSignal | undefined,
): Promise<{ container: InspectedContainer; end?: undefined } | { end: LogEnd }> {
  try {
    const container = await inspectContainer(engine, id, signal);
    const { Running, ExitCode, OOMKilled } = container.State;
    return Running ? { container } : { end: { why: 'stopped', exitCode: ExitCode, outOfMemory: OOMKilled } };
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    return { end: lostOrGone(asSwapdeckError(error)) };
  }
}

function lostOrGone(error: SwapdeckError): LogEnd {
  const isGone = error instanceof ContainerError && error.reason === 'gone';
  return isGone ? { why: 'removed' } : { why: 'lost', error };
}

/**
 * Nothing of the run before is printed after that ended, while a run may print before the engine has written down that
 * it started.
 */
function beginOf({ State: { StartedAt, FinishedAt } }: InspectedContainer): string {
  return Date.parse(FinishedAt) > 0 ? FinishedAt : StartedAt;
}

/** The engine takes seconds and nanoseconds since the epoch; RFC 3339 with nanoseconds is what it gives. */
function sinceOf(startedAt: string): string {
  const seconds = Math.floor(Date.parse(startedAt) / 1000);
  const nanos = (/\.(\d+)/.exec(startedAt)?.[1] ?? '0').padEnd(9, '0').slice(0, 9);
  return `${seconds}.${nanos}`;
}

function asSwapdeckError(error: unknown): SwapdeckError {
  if (error instanceof SwapdeckError) return error as SwapdeckError;
  return new SwapdeckError('unexpected', toError(error).message, {}, error);
}
