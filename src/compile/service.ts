import type { Clock } from '../contracts/clock';
import { systemClock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import { abortable, throwIfAborted } from '../util/async';
import type { Disposable } from '../util/disposables';
import { CompilerProcess } from './compilerProcess';
import { CompileError } from './errors';
import { readJdk } from './jdks';
import type { CompileDiagnostic, CompileRequest, CompileResult } from './model';
import type { CompileReply } from './protocol';
import { buildServer } from './serverBuild';

export interface CompilerServiceOptions {
  /** The folder with the Java source of the compiler process (`src/compile/java`, or where it was packaged). */
  readonly serverSources: string;
  /** Where what is made once may be kept; created when needed. */
  readonly cacheDirectory: string;
  readonly log: Log;
  readonly clock?: Clock;
  /** Heap of a compiler process in MB; doubled once when a project does not fit. */
  readonly heapMb?: number;
}

const HEAP_MB = 512;
const MAX_HEAP_MB = 2048;

/**
 * Compiles Java sources with one warm process for each JDK. Nothing is written: see `writeClasses`.
 * The same call serves to compile an unchanged source (a baseline) and to compare it with what runs.
 * A process that dies is started again at the next request; a request it took with it is tried once more.
 */
export class CompilerService implements Disposable {
  readonly #options: CompilerServiceOptions;
  readonly #clock: Clock;
  /** By the home of the JDK. */
  readonly #slots = new Map<string, Promise<CompilerProcess>>();
  readonly #alive = new Set<CompilerProcess>();
  readonly #heaps = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(options: CompilerServiceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Compiles the sources together. Errors in the source are diagnostics of the result (`ok` false).
   * Throws `CompileError` when it could not be compiled at all, `AbortedError` when the signal aborts.
   */
  async compile(request: CompileRequest, signal?: AbortSignal): Promise<CompileResult> {
    if (request.sources.length === 0) throw new CompileError('input', 'no source to compile');
    const since = this.#clock.monotonic();
    const reply = await this.#attempt(request, signal).catch(async (error: unknown) => {
      // Another request's cancellation, or its appetite, may have ended the process under this one.
      if (!(error instanceof CompileError) || !['crashed', 'outOfMemory'].includes(error.reason)) throw error;
      this.#options.log.warn(`${error.message}; trying once more`);
      return this.#attempt(request, signal);
    });
    if (reply.status === 'refused' || reply.status === 'failed')
      throw new CompileError(reply.status === 'refused' ? 'input' : 'failed', reply.failure, {
        failure: reply.failure,
      });
    const [diagnostics, remarks] = sort(reply.diagnostics);
    for (const { kind, message } of remarks) this.#options.log.debug(`compiler ${kind}: ${message}`);
    return {
      ok: reply.status === 'ok',
      classes: reply.classes,
      diagnostics,
      ms: { compiler: reply.micros / 1000, total: this.#clock.monotonic() - since },
    };
  }

  /** Starts the process of a JDK before it is needed. */
  async warmUp(jdkHome: string, signal?: AbortSignal): Promise<void> {
    await abortable(this.#started(jdkHome), signal, 'start the compiler');
  }

  /** The ids of the processes that run now. */
  get pids(): readonly number[] {
    return [...this.#alive].flatMap((compiler) => compiler.pid ?? []);
  }

  async #attempt(request: CompileRequest, signal: AbortSignal | undefined): Promise<CompileReply> {
    const { jdkHome } = request.project;
    for (;;) {
      throwIfAborted(signal, 'compile');
      const slot = this.#started(jdkHome);
      const compiler = await abortable(slot, signal, 'compile');
      if (compiler.isAlive) return compiler.compile(request, signal);
      this.#forget(jdkHome, slot);
    }
  }

  /** The process of a JDK: running, starting, or one that has just ended. */
  #started(jdkHome: string): Promise<CompilerProcess> {
    if (this.#stop.signal.aborted) return Promise.reject(disposed());
    const known = this.#slots.get(jdkHome);
    if (known) return known;
    const slot = this.#start(jdkHome).catch((error: unknown) => {
      this.#forget(jdkHome, slot);
      throw this.#stop.signal.aborted ? disposed() : error;
    });
    this.#slots.set(jdkHome, slot);
    return slot;
  }

  #forget(jdkHome: string, slot: Promise<CompilerProcess>): void {
    if (this.#slots.get(jdkHome) === slot) this.#slots.delete(jdkHome);
  }

  async #start(jdkHome: string): Promise<CompilerProcess> {
    const jdk = await readJdk(jdkHome);
    if (!jdk) throw new CompileError('noJdk', `no Java at ${jdkHome}`, { home: jdkHome });
    const { serverSources, cacheDirectory, log } = this.#options;
    const stop = this.#stop.signal;
    const classes = await buildServer(jdk, serverSources, cacheDirectory, stop);
    const heap = this.#heaps.get(jdkHome) ?? this.#options.heapMb ?? HEAP_MB;
    const compiler = await CompilerProcess.start(jdk, classes, heap, log, stop);
    this.#alive.add(compiler);
    void compiler.ended.then((error) => {
      if (error.reason === 'outOfMemory') this.#heaps.set(jdkHome, Math.min(heap * 2, MAX_HEAP_MB));
      this.#alive.delete(compiler);
    });
    return compiler;
  }

  /** Ends every process; whatever waits rejects with `CompileError` (`disposed`). */
  dispose(): void {
    void this.stop();
  }

  /** Like `dispose`; resolves when the processes are gone. */
  async stop(): Promise<void> {
    this.#stop.abort(disposed());
    for (const compiler of this.#alive) compiler.dispose();
    const ended = [...this.#alive].map((compiler) => compiler.ended);
    await Promise.allSettled([...this.#slots.values(), ...ended]);
  }
}

/** What belongs at a line of a source, and errors; apart from remarks about options and "uses unchecked operations". */
function sort(all: readonly CompileDiagnostic[]): [CompileDiagnostic[], CompileDiagnostic[]] {
  const isOfSource = ({ kind, start }: CompileDiagnostic): boolean => kind === 'error' || start !== undefined;
  return [all.filter(isOfSource), all.filter((each) => !isOfSource(each))];
}

function disposed(): CompileError {
  return new CompileError('disposed', 'the compiler service was disposed');
}
