import { randomBytes } from 'node:crypto';
import type { ClientChannel } from 'ssh2';
import type { ExecResult } from '../../contracts/exec';
import { TransportError } from '../../contracts/transportError';
import { Deferred, throwIfAborted } from '../../util/async';
import type { Disposable } from '../../util/disposables';
import { AbortedError } from '../../util/errors';
import { quotePosix } from '../../util/posixShell';

/** The server ran something else than a shell, or nothing: the command was not run. */
export class NoShellError extends Error {}

/** What is run at the moment. */
interface Running {
  readonly stdout: MarkedOutput;
  readonly stderr: MarkedOutput;
  readonly done: Deferred<ExecResult>;
}

/** One `sh` on the host, in a session of its own, that runs one command after another. */
export class KeptShell implements Disposable {
  readonly #session: ClientChannel;
  readonly #place: string;
  /** Nobody's output has it: tells where the outputs of a command end. */
  readonly #mark = randomBytes(16).toString('hex');
  #running: Running | undefined;
  #began = false;
  #end: Error | undefined;

  constructor(session: ClientChannel, place: string) {
    this.#session = session;
    this.#place = place;
    session.on('data', (chunk: Buffer) => this.#take('stdout', chunk));
    session.stderr.on('data', (chunk: Buffer) => this.#take('stderr', chunk));
    session.on('error', () => undefined);
    session.on('close', (code?: number | null, signal?: string) => {
      const text = `the shell on ${place} ended`;
      // The way is there, and everything that was printed has arrived.
      const isOther = typeof code === 'number' || signal !== undefined;
      if (isOther && this.#running?.stdout.hasBegun === false) this.fail(new NoShellError(text));
      else this.fail(new TransportError('reset', text, { host: place }));
    });
  }

  /** Whether it can run another command. */
  get isOpen(): boolean {
    return !this.#end;
  }

  /**
   * Runs a command to its end; one at a time. `input`: whole lines. Aborting ends the shell with the command. Rejects
   * with `NoShellError`, `TransportError` or `AbortedError`.
   */
  async run(argv: readonly string[], input: string, signal?: AbortSignal): Promise<ExecResult> {
    const mark = this.#mark;
    const command = quotePosix(argv);
    throwIfAborted(signal, `a command on ${this.#place}`);
    if (this.#end) throw this.#end;
    const running: Running = {
      // What the account's start-up files print comes before the first command.
      stdout: new MarkedOutput(new RegExp(`${mark} ([0-9]+)\n$`), this.#began ? undefined : `${mark}.\n`),
      stderr: new MarkedOutput(new RegExp(`${mark}()\n$`)),
      done: new Deferred(),
    };
    this.#running = running;
    const onAbort = (): void => this.fail(new AbortedError(`a command on ${this.#place}`, signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.#session.write(
        (this.#began ? '' : `echo ${mark}.\n`) +
          // In a shell below this one: a command leaves nothing behind in it. An empty input is not ours.
          `( ${command} ) ${input === '' ? '</dev/null' : `<<'${mark}'\n${input}${mark}`}\n` +
          `echo "${mark} $?"; echo ${mark} >&2\n`,
      );
      const result = await running.done.promise;
      this.#began = true;
      return result;
    } finally {
      this.#running = undefined;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends it, and what it runs, which rejects with `error`. */
  fail(error: Error): void {
    if (this.#end) return;
    this.#end = error;
    // Closing alone would leave a command running that reads no input.
    if (this.#running) this.#session.signal('TERM');
    this.#session.close();
    this.#running?.done.reject(error);
  }

  dispose(): void {
    this.fail(new AbortedError(`a shell on ${this.#place}`));
  }

  #take(output: 'stdout' | 'stderr', chunk: Buffer): void {
    const running = this.#running;
    if (!running) return;
    running[output].add(chunk);
    const { stdout, stderr } = running;
    if (stdout.isWhole && stderr.isWhole)
      running.done.resolve({ code: Number(stdout.said), stdout: stdout.bytes(), stderr: stderr.bytes() });
  }
}

/** An output up to a mark. */
class MarkedOutput {
  readonly #end: RegExp;
  readonly #begin: string | undefined;
  readonly #chunks: Buffer[] = [];
  /** As much of what came last as a mark is long at most. */
  #tail = '';
  #match: RegExpExecArray | null = null;

  /** `end` captures what the mark says; `begin` is what comes before the output. */
  constructor(end: RegExp, begin?: string) {
    this.#end = end;
    this.#begin = begin;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#tail = (this.#tail + chunk.toString('latin1')).slice(-64);
    this.#match = this.#end.exec(this.#tail);
  }

  get isWhole(): boolean {
    return this.#match !== null;
  }

  get said(): string | undefined {
    return this.#match?.[1];
  }

  get hasBegun(): boolean {
    return this.#begin === undefined || Buffer.concat(this.#chunks).includes(this.#begin);
  }

  bytes(): Buffer {
    const all = Buffer.concat(this.#chunks);
    const from = this.#begin === undefined ? 0 : all.indexOf(this.#begin) + this.#begin.length;
    return all.subarray(from, all.length - (this.#match?.[0].length ?? 0));
  }
}
