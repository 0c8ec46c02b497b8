import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { Exec, ExecExit, ExecOptions, ExecProcess, ExecResult } from '../../contracts/exec';
import { Deferred } from '../../util/async';
import { AbortedError, toError } from '../../util/errors';
import { quotePosix } from '../../util/posixShell';
import { resultOf } from '../resultOf';
import type { SshLease } from './connections';

/** Runs commands on a host over SSH. Each keeps the shared connection in use until it ends. */
export class SshExec implements Exec {
  readonly place: string;
  readonly #acquire: (signal?: AbortSignal) => Promise<SshLease>;

  constructor(place: string, acquire: (signal?: AbortSignal) => Promise<SshLease>) {
    this.place = place;
    this.#acquire = acquire;
  }

  async run(argv: readonly string[], options: ExecOptions = {}, signal?: AbortSignal): Promise<ExecResult> {
    return resultOf(await this.start(argv, options, signal));
  }

  async start(
    argv: readonly string[],
    options: ExecOptions = {},
    signal?: AbortSignal,
  ): Promise<ExecProcess> {
    const commandLine = quotePosix(argv);
    const lease = await this.#acquire(signal);
    try {
      const session = await lease.connection.openSession(commandLine, signal);
      return new SshProcess(session, lease, options, signal);
    } catch (error) {
      lease.dispose();
      throw error;
    }
  }
}

/** A command that runs in a session channel (RFC 4254 section 6.5). */
class SshProcess implements ExecProcess {
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly #session: ClientChannel;
  readonly #exit = new Deferred<ExecExit>();
  /** Aborted when the channel is closed or given up: nothing more is sent then. */
  readonly #over = new AbortController();

  constructor(
    session: ClientChannel,
    lease: SshLease,
    { stdin }: ExecOptions,
    signal: AbortSignal | undefined,
  ) {
    this.#session = session;
    // Not the channel itself: leaving a `for await` over it would close it before the exit code arrives.
    this.stdout = throughPipe(session);
    this.stderr = throughPipe(session.stderr);

    const { connection } = lease;
    const lost = connection.onEnd((error) => this.#giveUp(error));
    const onAbort = (): void =>
      this.#giveUp(new AbortedError(`a command on ${connection.name}`, signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#over.signal.addEventListener('abort', () => {
      lost.dispose();
      signal?.removeEventListener('abort', onAbort);
      lease.dispose();
    });

    session.on('exit', (code: number | null, name?: string) => this.#exit.resolve(exitOf(code, name)));
    // A command that is quick may have ended before anybody listened for it; the close tells the same.
    session.on('close', (code?: number | null, name?: string) => {
      this.#exit.resolve(exitOf(code, name));
      this.#over.abort();
    });
    session.on('error', () => undefined);
    void this.#feed(stdin);
    if (signal?.aborted) onAbort();
  }

  get exit(): Promise<ExecExit> {
    return this.#exit.promise;
  }

  dispose(): void {
    this.#giveUp(new AbortedError('a command'));
  }

  /** Sends the input at the pace at which the command reads it. */
  async #feed(stdin: ExecOptions['stdin']): Promise<void> {
    const over = this.#over.signal;
    try {
      if (stdin === undefined) this.#session.end();
      else if (typeof stdin === 'string' || stdin instanceof Uint8Array) this.#session.end(stdin);
      else {
        for await (const chunk of stdin) {
          if (over.aborted) return;
          if (!this.#session.write(chunk)) await once(this.#session, 'drain', { signal: over });
        }
        this.#session.end();
      }
    } catch (thrown) {
      if (!over.aborted) this.#giveUp(toError(thrown));
    }
  }

  #giveUp(error: Error): void {
    if (this.#over.signal.aborted) return;
    this.#exit.reject(error);
    this.#over.abort();
    // Closing the channel alone would leave the command running where it reads no input.
    this.#session.signal('TERM');
    this.#session.close();
    this.stdout.destroy(error);
    this.stderr.destroy(error);
  }
}

/** The server isn't obliged to say how the command ended (RFC 4254 section 6.10). */
function exitOf(code: number | null | undefined, name: string | undefined): ExecExit {
  if (typeof code === 'number') return { code };
  return name === undefined ? {} : { signal: name };
}

/** A readable that can be left at any time; what then still comes is dropped, so that the channel can end. */
function throughPipe(source: Readable): PassThrough {
  const pipe = new PassThrough();
  pipe.on('close', () => source.resume());
  // Its reader gets the error; without a listener it would end the process.
  pipe.on('error', () => undefined);
  return source.pipe(pipe);
}
