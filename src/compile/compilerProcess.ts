import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Log } from '../contracts/log';
import { abortable, Deferred, throwIfAborted } from '../util/async';
import type { Disposable } from '../util/disposables';
import { toError } from '../util/errors';
import { CompileError } from './errors';
import { javaEnvironment } from './javaProcess';
import { toolPath, type Jdk } from './jdks';
import type { CompileRequest } from './model';
import {
  decodeGreeting,
  decodeReply,
  encodeCancel,
  encodeCompile,
  FrameSplitter,
  type CompileReply,
} from './protocol';

/** How long the process may take until it greets, and until it lets go of a cancelled compilation. */
const START_MS = 60_000;
const CANCEL_MS = 2_000;
/** What HotSpot ends with under -XX:+ExitOnOutOfMemoryError. */
const OUT_OF_MEMORY_EXIT = 3;
/** Lines of its standard error kept for the error when it dies. */
const KEPT_LINES = 30;

interface Pending {
  readonly reply: Deferred<CompileReply>;
  /** Runs once nobody waits for the reply any more. */
  cancelTimer?: NodeJS.Timeout;
}

/**
 * One warm compiler process. Every request settles: with the reply, at the abort of its signal, or when the
 * process ends. A cancelled compilation that does not stop by itself takes the process with it.
 */
export class CompilerProcess implements Disposable {
  readonly jdk: Jdk;
  /** Settles when the process is gone, with the error that ended it. */
  readonly ended: Promise<CompileError>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #log: Log;
  readonly #ended = new Deferred<CompileError>();
  readonly #greeted = new Deferred<string>();
  readonly #pending = new Map<number, Pending>();
  readonly #splitter = new FrameSplitter();
  readonly #lines: string[] = [];
  #partialLine = '';
  #nextId = 1;
  #failure: CompileError | undefined;

  private constructor(jdk: Jdk, classes: string, heapMb: number, log: Log) {
    this.jdk = jdk;
    this.#log = log;
    this.ended = this.#ended.promise;
    const flags = [
      // Warm in a few compilations and small: facts measured with these.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      `-Xmx${heapMb}m`,
      '-XX:+ExitOnOutOfMemoryError',
      // What the virtual machine itself prints must not go among the frames.
      '-XX:+DisplayVMOutputToStderr',
    ];
    this.#child = spawn(
      toolPath(jdk.home, 'java'),
      [...flags, '-cp', classes, 'swapdeck.compile.CompileServer'],
      { env: javaEnvironment(), windowsHide: true, stdio: 'pipe' },
    );
    this.#child.on('error', (error) => this.#fail(new CompileError('start', error.message, {}, error)));
    this.#child.on('close', (code, signal) => this.#onClose(code, signal));
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#note(text));
    // A write to a process that just ended fails here; 'close' tells the waiting ones.
    this.#child.stdin.on('error', () => undefined);
  }

  /** Starts the process and waits until it greets. Throws `CompileError` (`start`, `crashed`) or `AbortedError`. */
  static async start(
    jdk: Jdk,
    classes: string,
    heapMb: number,
    log: Log,
    signal?: AbortSignal,
  ): Promise<CompilerProcess> {
    throwIfAborted(signal, 'start the compiler');
    const started = new CompilerProcess(jdk, classes, heapMb, log);
    const slow = setTimeout(
      () =>
        started.#fail(new CompileError('start', 'the compiler process does not answer', { ms: START_MS })),
      START_MS,
    );
    try {
      const version = await abortable(started.#greeted.promise, signal, 'start the compiler');
      log.debug(`compiler process ${started.pid ?? 0} runs on Java ${version} (${jdk.home})`);
      return started;
    } catch (error) {
      started.dispose();
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#failure === undefined;
  }

  /** Compiles; rejects with `CompileError` when the process ends and with `AbortedError` as soon as it is cancelled. */
  async compile(request: CompileRequest, signal?: AbortSignal): Promise<CompileReply> {
    throwIfAborted(signal, 'compile');
    if (this.#failure) throw this.#failure;
    const id = this.#nextId++;
    const pending: Pending = { reply: new Deferred() };
    this.#pending.set(id, pending);
    this.#child.stdin.write(encodeCompile(id, request, this.jdk.feature));
    try {
      return await abortable(pending.reply.promise, signal, 'compile');
    } finally {
      if (this.#pending.has(id)) this.#cancel(id, pending);
    }
  }

  #cancel(id: number, pending: Pending): void {
    if (this.#failure) return;
    this.#child.stdin.write(encodeCancel(this.#nextId++, id));
    pending.cancelTimer = setTimeout(
      () =>
        this.#fail(new CompileError('crashed', 'ended: a cancelled compilation went on', { ms: CANCEL_MS })),
      CANCEL_MS,
    );
  }

  #receive(chunk: Buffer): void {
    try {
      for (const body of this.#splitter.push(chunk)) this.#frame(body);
    } catch (error) {
      this.#fail(
        error instanceof CompileError
          ? error
          : new CompileError('protocol', toError(error).message, {}, error),
      );
    }
  }

  #frame(body: Buffer): void {
    if (body.length >= 4 && body.readUInt32BE(0) === 0) {
      this.#greeted.resolve(decodeGreeting(body));
      return;
    }
    const reply = decodeReply(body);
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    clearTimeout(pending?.cancelTimer);
    pending?.reply.resolve(reply);
  }

  /** Keeps the last lines of standard error and hands each to the log. */
  #note(text: string): void {
    const lines = (this.#partialLine + text).split(/\r?\n/);
    this.#partialLine = lines.pop()!.slice(0, 4096);
    for (const line of lines) {
      this.#log.debug(`compiler: ${line}`);
      this.#lines.push(line);
    }
    this.#lines.splice(0, this.#lines.length - KEPT_LINES);
  }

  #onClose(code: number | null, signal: NodeJS.Signals | null): void {
    const output = [...this.#lines, this.#partialLine].join('\n').slice(-4000);
    const reason = code === OUT_OF_MEMORY_EXIT && output.includes('OutOfMemory') ? 'outOfMemory' : 'crashed';
    this.#fail(
      new CompileError(reason, 'the compiler process ended', {
        code: code ?? undefined,
        signal: signal ?? undefined,
        output,
      }),
    );
    this.#ended.resolve(this.#failure!);
  }

  /** Ends the process and settles everything that waits for it; the first reason counts. */
  #fail(error: CompileError): void {
    this.#failure ??= error;
    this.#greeted.reject(this.#failure);
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.cancelTimer);
      pending.reply.reject(this.#failure);
    }
    this.#pending.clear();
    if (this.#child.pid === undefined) this.#ended.resolve(this.#failure);
    this.#child.kill('SIGKILL');
  }

  dispose(): void {
    this.#fail(new CompileError('disposed', 'the compiler process was ended'));
  }
}
