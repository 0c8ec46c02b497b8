import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../contracts/clock';
import type { Call, Runner } from '../../../contracts/deployCall';
import { mapLimit } from '../../../util/async';
import type { Disposable } from '../../../util/disposables';
import { Emitter } from '../../../util/emitter';
import { AbortedError } from '../../../util/errors';
import type { Certificate } from '../certificates';
import type { ServerInfo, SessionInfo } from '../details';
import { TomcatError } from '../errors';
import type { Contexts } from '../listing';
import { ManagerCalls, type ContextId } from '../manager';
import type { TomcatManager } from '../model';
import type { VmInfo } from '../vmInfo';
import { contextPaths, type ContextPath, type ContextVersion } from './contexts';

export type ServerState =
  | { readonly kind: 'idle' }
  /** `isLate`: it takes longer than a server should. */
  | { readonly kind: 'asking'; readonly isLate: boolean }
  | { readonly kind: 'known' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What a server answered last; it stays while it is asked again. */
export interface ServerContents {
  readonly info: ServerInfo;
  readonly paths: readonly ContextPath[];
  /** How long it takes to answer, milliseconds. */
  readonly tookMs: number;
}

/** What is asked besides. Where that fails, the contexts are there all the same. */
export interface ServerDetails {
  readonly vm?: VmInfo;
  readonly certificates: readonly Certificate[];
  readonly error?: unknown;
}

export interface ServerOptions {
  readonly name: string;
  /** How it is reached now. Throws `ConfigError`. */
  manager(): TomcatManager;
  /** Who performs calls; asked for each question, for ways to hosts may change. */
  runner(signal: AbortSignal): Promise<Runner>;
  readonly clock: Clock;
}

/** A server that has not answered by then is said to be late, and one that took as long to be slow. */
export const LATE_MS = 1000;
/** Versions whose sessions are asked for at the same time. */
const AT_ONCE = 4;
/** Calls that listen to one question's signal. */
const MOST_LISTENERS = 50;

/** Makes a call, and gives what its parser made of the answer. */
type Ask = <T>(call: (calls: ManagerCalls) => Call) => Promise<T>;

/** A Tomcat that is asked when somebody looks. Asking one never waits for another. */
export class TomcatServer implements Disposable {
  readonly name: string;
  readonly #options: ServerOptions;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #sessions = new Map<string, SessionInfo>();
  #state: ServerState = { kind: 'idle' };
  #contents: ServerContents | undefined;
  #details: ServerDetails | undefined;
  #question: AbortController | undefined;

  constructor(options: ServerOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get state(): ServerState {
    return this.#state;
  }
  get contents(): ServerContents | undefined {
    return this.#contents;
  }
  get details(): ServerDetails | undefined {
    return this.#details;
  }
  /** How old the sessions of a version are, where it has some and gets no new users. */
  sessionsOf({ name }: ContextVersion): SessionInfo | undefined {
    return this.#sessions.get(name);
  }
  version({ path, version }: ContextId): ContextVersion | undefined {
    return this.#contents?.paths
      .find((each) => each.path === path)
      ?.versions.find((each) => each.version === version);
  }

  /** Throws `ConfigError`. */
  get calls(): ManagerCalls {
    return new ManagerCalls(this.#options.manager());
  }

  /** Makes a call of this server, and gives what its parser made of the answer. Rejects as `Runner.perform`. */
  async perform<T>(call: (calls: ManagerCalls) => Call, signal: AbortSignal): Promise<T> {
    return (await this.#asker(signal))(call);
  }

  /** Asks everything; a question that is under way is given up. Never rejects: what is wrong becomes the state. */
  async ask(): Promise<void> {
    this.#question?.abort(new AbortedError('a question'));
    const question = new AbortController();
    const { signal } = question;
    setMaxListeners(MOST_LISTENERS, signal);
    this.#question = question;
    this.#set({ kind: 'asking', isLate: false });
    void this.#options.clock.delay(LATE_MS, signal).then(
      () => {
        if (this.#state.kind === 'asking') this.#set({ kind: 'asking', isLate: true });
      },
      () => undefined,
    );
    try {
      const ask = await this.#asker(signal);
      await this.#list(ask, signal);
      if (signal.aborted) return;
      this.#set({ kind: 'known' });
      await Promise.all([this.#askDetails(ask, signal), this.#askSessions(ask, signal)]);
    } catch (error) {
      if (!signal.aborted) this.#set({ kind: 'failed', error });
    } finally {
      if (this.#question === question) {
        this.#question = undefined;
        question.abort(new AbortedError('a question'));
      }
    }
  }

  /** Gives up asking; what was known stays. */
  cancel(): void {
    this.#question?.abort(new AbortedError('a question'));
    this.#question = undefined;
    if (this.#state.kind === 'asking') this.#set({ kind: this.#contents ? 'known' : 'idle' });
  }

  dispose(): void {
    this.cancel();
    this.#changed.dispose();
  }

  /** One request first: a password that is wrong is tried once, not in each of them, for users are locked out soon. */
  async #list(ask: Ask, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const { contexts, newest } = await ask<Contexts>((calls) => calls.list());
    // Not of the first request, which may have waited for a person to tell the password.
    const begun = clock.monotonic();
    const info = await ask<ServerInfo>((calls) => calls.serverInfo());
    const tookMs = clock.monotonic() - begun;
    if (signal.aborted) return;
    const paths = contextPaths(contexts, newest);
    this.#contents = { info, paths, tookMs };
    const present = new Set(paths.flatMap(({ versions }) => versions.map(({ name }) => name)));
    for (const name of this.#sessions.keys()) if (!present.has(name)) this.#sessions.delete(name);
  }

  async #askDetails(ask: Ask, signal: AbortSignal): Promise<void> {
    const vm = ask<VmInfo>((calls) => calls.vmInfo());
    const certificates = ask<Certificate[]>((calls) => calls.certificates()).catch((error: unknown) => {
      // Old servers know no such question.
      if (error instanceof TomcatError && error.reason === 'refused') return [];
      throw error;
    });
    const [machine, shown] = await Promise.allSettled([vm, certificates]);
    if (signal.aborted) return;
    const failed = [machine, shown].find((each) => each.status === 'rejected');
    this.#details = {
      ...(machine.status === 'fulfilled' && { vm: machine.value }),
      certificates: shown.status === 'fulfilled' ? shown.value : [],
      ...(failed && { error: failed.reason as unknown }),
    };
    this.#changed.fire();
  }

  /** Of versions that get no new users: they will be empty some day. */
  async #askSessions(ask: Ask, signal: AbortSignal): Promise<void> {
    const all = (this.#contents?.paths ?? []).flatMap(({ versions }) => versions);
    const occupied = all.filter(({ sessions, isNewest }) => sessions > 0 && !isNewest);
    for (const version of all) if (!occupied.includes(version)) this.#sessions.delete(version.name);
    await mapLimit(occupied, AT_ONCE, async (version) => {
      try {
        const info = await ask<SessionInfo>((calls) => calls.sessions(version));
        this.#sessions.set(version.name, info);
      } catch {
        // It may have stopped meanwhile; its number of sessions is known from the list.
        this.#sessions.delete(version.name);
      }
    });
    if (occupied.length > 0 && !signal.aborted) this.#changed.fire();
  }

  /** Makes calls of one question with one runner. */
  async #asker(signal: AbortSignal): Promise<Ask> {
    const runner = await this.#options.runner(signal);
    const { calls } = this;
    return async <T>(call: (calls: ManagerCalls) => Call) =>
      (await runner.perform(call(calls), {}, signal)).answer.value as unknown as T;
  }

  #set(state: ServerState): void {
    this.#state = state;
    this.#changed.fire();
  }
}
