import type { Disposable } from '../util/disposables';

/** What a command is started with. */
export interface ExecOptions {
  /** Sent to the command's standard input, which is then closed; without it the input is empty. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** How a command ended: with an exit code, or by a signal (`SIGTERM`, ...); neither when the far end didn't say. */
export interface ExecExit {
  readonly code?: number;
  readonly signal?: string;
}

export interface ExecResult extends ExecExit {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/**
 * A running command. Its outputs are read at the reader's pace: a slow reader slows the command down, and both
 * outputs must be read (or `dispose` called) for it to end. `dispose` asks the far end to end it; where that is
 * denied, as by OpenSSH for root, it goes on until it next writes.
 */
export interface ExecProcess extends Disposable {
  readonly stdout: AsyncIterable<Buffer>;
  readonly stderr: AsyncIterable<Buffer>;
  /** Settles when the command ended; rejects with `TransportError` when the way to it was lost. */
  readonly exit: Promise<ExecExit>;
}

/**
 * Runs commands somewhere: an argv, never a line for a shell. Where the way there goes through a shell (SSH) the
 * implementation quotes. Any exit code resolves; a way that can't be opened or is lost rejects with `TransportError`.
 */
export interface Exec {
  /** What a person would call the place, such as `web-1`. */
  readonly place: string;
  /** Runs to the end and collects both outputs. Aborting ends the command and rejects with `AbortedError`. */
  run(argv: readonly string[], options?: ExecOptions, signal?: AbortSignal): Promise<ExecResult>;
  /** Resolves once the command was started. Aborting later ends it. */
  start(argv: readonly string[], options?: ExecOptions, signal?: AbortSignal): Promise<ExecProcess>;
}
