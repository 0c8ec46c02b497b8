import { TransportError, isWorthRetrying } from '../../contracts/transportError';
import type { Engine } from '../../targets/docker/engine/engine';
import { hostChanges } from '../../targets/docker/manage/events';
import { listHost, type HostContents } from '../../targets/docker/manage/listing';
import { delay } from '../../util/async';
import type { Disposable } from '../../util/disposables';
import { Emitter } from '../../util/emitter';
import { AbortedError } from '../../util/errors';
import type { FolderConfiguration } from '../configuration';

/** What is known of a host: `contents` stay while it is connected to again. */
export type HostState =
  | { readonly kind: 'idle'; readonly contents?: HostContents }
  | { readonly kind: 'connecting'; readonly contents?: HostContents }
  | { readonly kind: 'connected'; readonly contents: HostContents }
  /** Tried again by itself when `retries`. */
  | {
      readonly kind: 'lost';
      readonly error: unknown;
      readonly retries: boolean;
      readonly contents?: HostContents;
    };

/** Pauses before a lost host is tried again, in milliseconds; the last one repeats. */
const pauses = [500, 1000, 2000, 5000, 15_000, 30_000];

/** One host of a configuration. It is connected to while someone looks, and told of every change by its engine. */
export class HostModel implements Disposable {
  readonly name: string;
  readonly configuration: () => FolderConfiguration;
  readonly #engineOf: (signal: AbortSignal) => Promise<Engine>;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #state: HostState = { kind: 'idle' };
  #abort: AbortController | undefined;

  constructor(
    name: string,
    configuration: () => FolderConfiguration,
    engineOf: (signal?: AbortSignal) => Promise<Engine>,
  ) {
    this.name = name;
    this.configuration = configuration;
    this.#engineOf = engineOf;
  }

  get state(): HostState {
    return this.#state;
  }
  get contents(): HostContents | undefined {
    return this.#state.contents;
  }
  get isLocal(): boolean {
    return this.configuration().config?.hosts[this.name]?.kind === 'local';
  }
  /** What the configuration says of the way there; absent for this machine. */
  get address(): string | undefined {
    const host = this.configuration().config?.hosts[this.name];
    return host?.kind === 'ssh' ? host.address : undefined;
  }

  /** The engine, for what is done with a container. */
  engine(signal?: AbortSignal): Promise<Engine> {
    return this.#engineOf(signal ?? new AbortController().signal);
  }

  /** Connects and follows until `close`; nothing new when it does so already. */
  open(): void {
    if (this.#abort) return;
    const abort = new AbortController();
    this.#abort = abort;
    void this.#follow(abort.signal).finally(() => {
      if (this.#abort === abort) this.#abort = undefined;
    });
  }

  /** Lets go of the host; what was known stays. */
  close(): void {
    this.#abort?.abort(new AbortedError('follow a host'));
    this.#abort = undefined;
    if (this.#state.kind === 'connected' || this.#state.kind === 'connecting') this.#set({ kind: 'idle' });
  }

  /** Connects again, or reads everything again. */
  refresh(): void {
    this.close();
    this.open();
  }

  dispose(): void {
    this.close();
    this.#changed.dispose();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    // Since the last time it was connected; undefined when it never was.
    let attempt: number | undefined;
    const isAborted = (): boolean => signal.aborted;
    while (!isAborted()) {
      this.#set({ kind: 'connecting' });
      const end = new AbortController();
      const error = await this.#followOnce(AbortSignal.any([signal, end.signal]), end);
      if (isAborted()) return;
      if (this.#state.kind === 'connected') attempt = 0;
      const retries = attempt !== undefined && mayPass(error);
      this.#set({ kind: 'lost', error, retries });
      if (attempt === undefined || !retries) return;
      const pause = pauses[Math.min(attempt++, pauses.length - 1)]!;
      await delay(pause, signal).catch(() => undefined);
    }
  }

  /** Lists everything at the start and after each change; several changes meanwhile are one. Resolves to why it ended. */
  async #followOnce(signal: AbortSignal, end: AbortController): Promise<unknown> {
    const lister = new Lister(async () => {
      const contents = await listHost(engine, signal);
      if (!signal.aborted) this.#set({ kind: 'connected', contents });
    }, end);
    let engine: Engine;
    try {
      engine = await this.#engineOf(signal);
      const changes = hostChanges(engine, signal);
      while (!(await changes.next()).done) lister.again();
      return undefined;
    } catch (error) {
      return lister.failure ?? error;
    } finally {
      end.abort();
    }
  }

  #set(state: HostState): void {
    const { contents } = this.#state;
    this.#state = contents && !state.contents ? { ...state, contents } : state;
    this.#changed.fire();
  }
}

/** What a person must do something about is not tried again by itself. */
function mayPass(error: unknown): boolean {
  if (error instanceof TransportError) return isWorthRetrying(error);
  return (error as { reason?: unknown }).reason === 'noEngine';
}

/** Lists once more whenever something changed since it began; the first failure ends what it belongs to. */
class Lister {
  readonly #list: () => Promise<void>;
  readonly #end: AbortController;
  #isStale = false;
  #isListing = false;
  failure: unknown;

  constructor(list: () => Promise<void>, end: AbortController) {
    this.#list = list;
    this.#end = end;
  }

  again(): void {
    this.#isStale = true;
    if (!this.#isListing) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isListing = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#list();
      }
    } catch (error) {
      this.failure = error;
      this.#end.abort();
    }
    this.#isListing = false;
  }
}
