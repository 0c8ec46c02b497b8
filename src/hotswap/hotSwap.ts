import { resolve } from 'node:path';
import { VirtualMachine } from '../jdwp/commands';
import { JdwpError } from '../jdwp/error';
import { abortable, SerialQueue, throwIfAborted } from '../util/async';
import { DisposableStore, type Disposable } from '../util/disposables';
import { Emitter, type Event } from '../util/emitter';
import type { SwapdeckError } from '../util/errors';
import type { HotSwapDependencies } from './attach';
import { asSwapdeckError, HotSwapError } from './errors';
import type { Foresee, Fed } from './foresee';
import type { FleetMode } from './fleet/fleet';
import { Fleets } from './fleet/fleets';
import { undoOf, undoOfAll, UndoError } from './ledger/undo';
import type { BuiltClass, Change, HotSwap, JvmSession, JvmTarget, SwapRecord } from './model';
import type { ClassRoot } from './roots/classRoot';
import { openRoots, writtenAt } from './roots/openRoots';
import { readClasses } from './roots/readRoot';
import { configuredRoot, pathKey, relevantRoots } from './roots/relevant';
import { Session } from './session';
import type { SwapCommand } from './swapQueue';
import { LastWritten } from './watch/lastWritten';
import { RootWatchers } from './watch/rootWatchers';

export interface HotSwapOptions extends HotSwapDependencies {
  /** The class roots of the workspace, asked at each attach of a target that names none. */
  readonly findRoots: (signal?: AbortSignal) => Promise<readonly ClassRoot[]>;
  /** Whether JVMs of one application are swapped together; asked at each swap. All or none unless given. */
  readonly fleetMode?: () => FleetMode;
  /** Looks at each change before it is sent. */
  readonly foresee?: Foresee;
}

/** A session and what was acquired for it. */
interface Member {
  readonly session: Session;
  readonly store: DisposableStore;
  readonly attachedAt: number;
  /** The search for what feeds it, begun anew at each attach. */
  feeding: Promise<void> | undefined;
  watches: readonly Disposable[];
}

/** The inner loop of one workspace: sessions on one side, watched class roots and a compiler on the other. */
export function createHotSwap(options: HotSwapOptions): HotSwap {
  return new WorkspaceHotSwap(options);
}

class WorkspaceHotSwap implements HotSwap {
  readonly #options: HotSwapOptions;
  readonly #members = new Map<string, Member>();
  readonly #sessionsChanged = new Emitter<void>();
  readonly #swapped = new Emitter<SwapRecord>();
  readonly #failed = new Emitter<SwapdeckError>();
  readonly #watchers: RootWatchers;
  readonly #fleets: Fleets<Session>;
  readonly #lastWritten = new LastWritten();
  /** Changes held back while paused. */
  #kept: Change[] | undefined;
  /** How many compilers write, and what the watcher found meanwhile. */
  #holds = 0;
  readonly #foundMeanwhile: Change[] = [];
  readonly #looking = new SerialQueue();

  readonly onDidChangeSessions: Event<void> = this.#sessionsChanged.event;
  readonly onDidSwap: Event<SwapRecord> = this.#swapped.event;
  readonly onDidFail: Event<SwapdeckError> = this.#failed.event;

  constructor(options: HotSwapOptions) {
    this.#options = options;
    const listener = {
      changed: (change: Change) => this.#watched(change),
      failed: (root: ClassRoot, error: Error) => {
        const details = { path: root.path };
        this.#failed.fire(
          new HotSwapError('watch', `cannot watch ${root.path}: ${error.message}`, details, error),
        );
      },
      ended: ({ path }: ClassRoot) => this.#lastWritten.forget(path),
    };
    this.#watchers = new RootWatchers(listener, options.clock);
    this.#fleets = new Fleets(options.fleetMode ?? (() => 'allOrNone'));
  }

  get sessions(): readonly JvmSession[] {
    return [...this.#members.values()].map(({ session }) => session);
  }
  get paused(): boolean {
    return this.#kept !== undefined;
  }

  async attach(
    target: JvmTarget,
    { keepTrying = false }: { keepTrying?: boolean } = {},
    signal?: AbortSignal,
  ): Promise<JvmSession> {
    throwIfAborted(signal, 'attach');
    if (this.#members.has(target.id))
      throw new HotSwapError('alreadyAttached', `${target.id} is attached already`, { jvm: target.id });
    const session = new Session(target, this.#options);
    const store = new DisposableStore();
    const attachedAt = this.#options.clock.now();
    const member: Member = { session, store, attachedAt, feeding: undefined, watches: [] };
    this.#members.set(target.id, member);
    store.add(session.onDidSwap((record) => this.#swapped.fire(record)));
    store.add(session.onDidAttach(() => void this.#feed(member)));
    this.#sessionsChanged.fire();
    try {
      await session.start(keepTrying, signal);
      await abortable(member.feeding ?? this.#feed(member), signal, 'search for class roots');
      return session;
    } catch (error) {
      await this.#remove(member);
      throw error;
    }
  }

  async detach(targetId: string): Promise<void> {
    const member = this.#members.get(targetId);
    if (!member) throw new HotSwapError('notAttached', `${targetId} is not attached`, { jvm: targetId });
    await this.#remove(member);
  }

  hold(): Disposable {
    this.#holds++;
    let isHeld = true;
    return {
      dispose: () => {
        if (!isHeld) return;
        isHeld = false;
        if (--this.#holds > 0) return;
        for (const change of this.#foundMeanwhile.splice(0)) this.#watched(change);
      },
    };
  }

  async submit(change: Change, signal?: AbortSignal): Promise<readonly SwapRecord[]> {
    this.#lastWritten.note(change.classes);
    if (this.#kept) {
      this.#keep(this.#kept, change);
      return [];
    }
    return this.#deliver(change, signal);
  }

  async swapChanged(signal?: AbortSignal): Promise<readonly SwapRecord[]> {
    const members = [...this.#members.values()].filter(({ session }) => session.attached);
    const built = await Promise.all(members.map((member) => this.#built(member, () => true, signal)));
    const commands = new Map(built.map(({ session, command }) => [session, command]));
    return this.#fleets.swap(built, (session) => commands.get(session) ?? {}, signal);
  }

  async makeEqual(
    jvmId: string,
    isChosen: (name: string) => boolean,
    signal?: AbortSignal,
  ): Promise<SwapRecord> {
    this.#attachedSession(jvmId);
    const { session, change, command } = await this.#built(this.#members.get(jvmId)!, isChosen, signal);
    return session.swap(change, command, signal);
  }

  async undo(swapId: string, signal?: AbortSignal): Promise<SwapRecord> {
    const entry = await this.#options.ledger?.entry(swapId);
    if (!entry) throw new UndoError('unknownSwap', [], swapId);
    return this.#attachedSession(entry.begin.jvm).undo(undoOf(entry), signal);
  }

  async undoAll(jvmId: string, signal?: AbortSignal): Promise<SwapRecord> {
    const session = this.#attachedSession(jvmId);
    return session.undo(undoOfAll((await this.#options.ledger?.sinceAttach(jvmId)) ?? []), signal);
  }

  pause(): void {
    this.#kept ??= [];
  }

  async unpause(signal?: AbortSignal): Promise<readonly SwapRecord[]> {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    if (kept.length === 0) return [];
    return this.#deliver(merge(kept), signal);
  }

  dispose(): void {
    for (const member of this.#members.values()) void this.#remove(member);
    this.#watchers.dispose();
    for (const emitter of [this.#sessionsChanged, this.#swapped, this.#failed]) emitter.dispose();
  }

  #attachedSession(jvm: string): Session {
    const session = this.#members.get(jvm)?.session;
    if (!session?.attached)
      throw new HotSwapError('notAttached', `${jvm} is not attached`, { jvm, peer: jvm });
    return session;
  }

  async #remove(member: Member): Promise<void> {
    this.#members.delete(member.session.target.id);
    member.store.dispose();
    await member.session.close();
    this.#sessionsChanged.fire();
  }

  /** Finds and watches what feeds a session; a restarted JVM may have another class path. */
  #feed(member: Member): Promise<void> {
    const isFirst = member.feeding === undefined;
    member.feeding = (member.feeding ?? Promise.resolve()).then(async () => {
      const { session, store } = member;
      try {
        const roots = await this.#rootsOf(session);
        const watches = await Promise.all(roots.map((root) => this.#watchers.watch(root)));
        for (const watch of watches) store.add(watch);
        for (const watch of member.watches) store.release(watch);
        member.watches = watches;
        session.useRoots(roots);
        void session.waitAgain();
        if (roots.length === 0 && isFirst) this.#failed.fire(noClassRoots(session.target));
      } catch (error) {
        // A connection that ended meanwhile is told by the session; it asks again when it is back.
        if (!(error instanceof JdwpError)) this.#failed.fire(asSwapdeckError(error));
      }
    });
    return member.feeding;
  }

  async #rootsOf(session: Session): Promise<ClassRoot[]> {
    const { classRoots, sourceRoots, through } = session.target;
    const found = await this.#options.findRoots();
    if (classRoots.length > 0) {
      const byPath = new Map(found.map((root) => [pathKey(root.path), root]));
      return classRoots.map((path) => byPath.get(pathKey(path)) ?? configuredRoot(path, sourceRoots));
    }
    const attached = session.attached;
    if (!attached || through !== undefined) return [...found];
    const { baseDir, classpaths } = await attached.connection.request(VirtualMachine.ClassPaths, {});
    return relevantRoots(
      found,
      classpaths.map((entry) => resolve(baseDir, entry)),
    );
  }

  #watched(change: Change): void {
    if (this.#holds > 0) {
      this.#foundMeanwhile.push(change);
      return;
    }
    const classes = this.#lastWritten.newIn(change.classes);
    if (classes.length === 0) return;
    const changed = { ...change, classes };
    if (this.#kept) this.#keep(this.#kept, changed);
    else void this.#deliver(changed).catch(() => undefined);
  }

  /** Keeps a change until swapping goes on; it is looked at now all the same. */
  #keep(kept: Change[], change: Change): void {
    kept.push(change);
    const { foresee } = this.#options;
    if (foresee) void this.#looking.run(() => foresee(change, this.#fedBy(change)));
  }

  /** Hands a change on, as soon as it was looked at; changes keep their order meanwhile. */
  async #deliver(change: Change, signal?: AbortSignal): Promise<SwapRecord[]> {
    const { foresee } = this.#options;
    if (!foresee) return (await Promise.all(this.#handOn(change, signal))).flat();
    const handedOn = this.#looking.run(async () => {
      const predicted = await foresee(change, this.#fedBy(change), signal);
      throwIfAborted(signal, 'swap');
      return this.#handOn(predicted ? { ...change, predicted } : change, signal);
    });
    return (await Promise.all(await abortable(handedOn, signal, 'prediction'))).flat();
  }

  /** The sessions that a class root of the change feeds, each with its part. */
  #fedBy(change: Change): Fed<Session>[] {
    return [...this.#members.values()].flatMap(({ session }) => {
      const roots = new Set(session.classRoots.map(({ path }) => pathKey(path)));
      const fed = change.classes.filter(({ root }) => roots.has(pathKey(root)));
      const classes = session.withoutUndone(fed);
      return classes.length === 0 ? [] : [{ session, classes }];
    });
  }

  /** Gives each session its part; one that is away gets it when it is back. */
  #handOn(change: Change, signal: AbortSignal | undefined): Promise<SwapRecord[]>[] {
    const shares = this.#fedBy(change).map(({ session, classes }) => ({
      session,
      change: { ...change, classes },
    }));
    const swapped = this.#fleets.swap(shares, () => ({ pend: onlyChanged(change) }), signal);
    // Whoever gave up meanwhile does not ask what became of it.
    swapped.catch(() => undefined);
    return [swapped];
  }

  /** What the class roots of a session hold, as a change. */
  async #built(
    member: Member,
    isChosen: (name: string) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<{ session: Session; change: Change; command: SwapCommand }> {
    const { session } = member;
    const roots = await openRoots(
      session.classRoots.map(({ path }) => path),
      'newest',
      signal,
    );
    try {
      const chosen = roots.entries.filter(({ name }) => isChosen(name));
      const classes = await readClasses(chosen, signal);
      const since = await this.#runsSince(member, signal);
      const change: Change = { origin: 'command', at: this.#options.clock.now(), classes, ms: {} };
      return { session, change, command: { pend: (unloaded) => writtenSince(unloaded, since) } };
    } finally {
      await roots.close();
    }
  }

  /** Class files older than this are what the JVM loads by itself. */
  async #runsSince({ session, attachedAt }: Member, signal: AbortSignal | undefined): Promise<number> {
    const { endpoint, through } = session.target;
    if (through !== undefined) return attachedAt;
    return (await this.#options.probe.startedAt(endpoint, signal).catch(() => undefined)) ?? attachedAt;
  }
}

function noClassRoots({ id, name }: JvmTarget): HotSwapError {
  return new HotSwapError('noClassRoots', `nothing feeds ${id}`, { jvm: id, peer: name });
}

/** A class that is not loaded and was written with the bytes it had need not be waited for. */
function onlyChanged({ unchanged }: Change): SwapCommand['pend'] {
  return unchanged && ((classes) => Promise.resolve(classes.filter(({ name }) => !unchanged.has(name))));
}

function merge(changes: readonly Change[]): Change {
  const classes = new Map<string, BuiltClass>();
  for (const change of changes) for (const built of change.classes) classes.set(built.name, built);
  return { origin: 'command', at: changes[0]!.at, classes: [...classes.values()], ms: {} };
}

async function writtenSince(classes: readonly BuiltClass[], since: number): Promise<BuiltClass[]> {
  const times = await Promise.all(classes.map(({ file }) => writtenAt(file)));
  return classes.filter((_, i) => times[i]! >= since);
}
