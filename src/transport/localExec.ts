import { spawn, type ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Exec, ExecExit, ExecOptions, ExecProcess, ExecResult } from '../contracts/exec';
import { TransportError } from '../contracts/transportError';
import { Deferred, throwIfAborted } from '../util/async';
import { AbortedError, systemCode, toError } from '../util/errors';
import { resultOf } from './resultOf';

export interface LocalExecOptions {
  readonly directory?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs commands on this machine, without a shell. A program that isn't there rejects with `TransportError` `failed`. */
export class LocalExec implements Exec {
  readonly place: string;
  readonly #options: LocalExecOptions;

  constructor(place: string, options: LocalExecOptions = {}) {
    this.place = place;
    this.#options = options;
  }

  async run(argv: readonly string[], options: ExecOptions = {}, signal?: AbortSignal): Promise<ExecResult> {
    return resultOf(await this.start(argv, options, signal));
  }

  async start(
    argv: readonly string[],
    options: ExecOptions = {},
    signal?: AbortSignal,
  ): Promise<ExecProcess> {
    const [program = '', ...rest] = argv;
    const what = `${program} on ${this.place}`;
    throwIfAborted(signal, what);
    const child = spawn(program, rest, {
      stdio: 'pipe',
      windowsHide: true,
      ...(this.#options.directory !== undefined && { cwd: this.#options.directory }),
      ...(this.#options.env && { env: { ...process.env, ...this.#options.env } }),
    });
    const started = new Deferred<void>();
    child.once('spawn', () => started.resolve());
    child.once('error', (error) =>
      started.reject(
        new TransportError(
          'failed',
          `${what}: ${error.message}`,
          { host: this.place, program, code: systemCode(error) },
          error,
        ),
      ),
    );
    await started.promise;
    return new LocalProcess(child, what, options, signal);
  }
}

class LocalProcess implements ExecProcess {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly #exit = new Deferred<ExecExit>();
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, what: string, { stdin }: ExecOptions, signal: AbortSignal | undefined) {
    this.#child = child;
    this.stdout = child.stdout!;
    this.stderr = child.stderr!;
    const onAbort = (): void => {
      this.#exit.reject(new AbortedError(what, signal?.reason));
      this.dispose();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    child.on('error', () => undefined);
    child.on('exit', (code, name) => {
      signal?.removeEventListener('abort', onAbort);
      this.#exit.resolve(code === null ? { ...(name && { signal: name }) } : { code });
    });
    // A command need not read its input: what is left of it then is dropped.
    child.stdin!.on('error', () => undefined);
    void this.#feed(stdin);
    if (signal?.aborted) onAbort();
  }

  get exit(): Promise<ExecExit> {
    return this.#exit.promise;
  }

  dispose(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    this.stdout.destroy();
    this.stderr.destroy();
  }

  async #feed(stdin: ExecOptions['stdin']): Promise<void> {
    const input = this.#child.stdin!;
    if (stdin === undefined) input.end();
    else if (typeof stdin === 'string' || stdin instanceof Uint8Array) input.end(stdin);
    else {
      try {
        await pipeline(Readable.from(stdin), input);
      } catch (thrown) {
        // The source failed, not the command that stopped reading.
        if (systemCode(thrown) === 'EPIPE' || systemCode(thrown) === 'ERR_STREAM_PREMATURE_CLOSE') return;
        this.#exit.reject(toError(thrown));
        this.dispose();
      }
    }
  }
}
