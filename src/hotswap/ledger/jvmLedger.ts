import { join } from 'node:path';
import type { Clock } from '../../contracts/clock';
import type { Log } from '../../contracts/log';
import { toError } from '../../util/errors';
import { readFingerprint } from '../fingerprint';
import { readJvmRun } from '../jvmRun';
import { digestOf, type Baseline, type KnownClasses } from '../known';
import type { BuiltClass, Change, SwapRecord } from '../model';
import { isWorthTelling, type RecordOf } from '../record';
import type { Redefinition } from '../redefine';
import type { ClassRoot } from '../roots/classRoot';
import type { SwapContext } from '../swap';
import type { LedgerClass, LedgerEntry, SwapBegin } from './entries';
import type { Ledger } from './ledger';
import { ClassPathFiles } from './classPathFiles';
import { SeenRunning } from './seenRunning';
import type { ClassRootSnapshot } from './snapshot';

export interface JvmLedgerDependencies {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is written down of a swap before it has an outcome. */
export interface SwapFacts extends RecordOf {
  readonly id: string;
  readonly change: Pick<Change, 'origin' | 'at'>;
  readonly undoes?: readonly string[] | undefined;
}

/** A class that an earlier process waited for, and the swap it belongs to. */
export interface LostPending {
  readonly built: BuiltClass;
  readonly swap: string;
}

/** Versions of a class that are compared with what runs, of those swapped before. */
const mostCandidates = 6;
/** Classes of one change that are kept before it is known whether they differ; of a rebuild most do not. */
const mostExpected = 32;
/** Classes of one swap whose fingerprints are read; of a rebuild of everything it would keep the JVM busy. */
const mostFingerprints = 256;

/**
 * The ledger as one JVM's session uses it: notes when it was attached, keeps what its class roots hold, so that the
 * class files that run can be recognised, and writes down each swap.
 */
export class JvmLedger implements Baseline {
  readonly ledger: Ledger;
  readonly #jvm: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #snapshots: readonly ClassRootSnapshot[] = [];
  readonly #taking = new AbortController();
  /** What swaps of this JVM put into it and replaced, by class, the newest first. Only we swap while attached. */
  readonly #swapped = new Map<string, readonly string[]>();
  readonly #seen = new SeenRunning();
  /** What waited when this process attached first. */
  #pending: readonly PendingClass[] = [];
  #noting: Promise<unknown> = Promise.resolve();
  #classPath: ClassPathFiles | undefined;
  #run: string | undefined;
  #attached: Promise<void> | undefined;

  constructor(jvm: string, { ledger, clock, log }: JvmLedgerDependencies) {
    this.ledger = ledger;
    this.#jvm = ledger.keyOf(jvm);
    this.#clock = clock;
    this.#log = log;
  }

  /** Which run of the JVM is attached. */
  get run(): string | undefined {
    return this.#run;
  }

  /**
   * Notes a connection to the JVM: the state to go back to, unless it is the same run as before. `isHere`: the JVM
   * runs on this machine. Resolves to the swaps whose outcome nobody has noted; empty when this process knows it will
   * find out by itself.
   */
  attached(
    { connection, index }: SwapContext,
    { isHere }: { readonly isHere: boolean },
  ): Promise<readonly LedgerEntry[]> {
    const isFirst = this.#attached === undefined;
    const reading = readJvmRun(connection, index);
    this.#classPath = isHere ? new ClassPathFiles(connection) : undefined;
    const noting = (this.#attached ?? Promise.resolve()).then(async () => {
      const run = await reading;
      if (!isFirst && run !== undefined && run === this.#run) return [];
      this.#run = run;
      const entries = isFirst ? await this.ledger.entries({ jvm: this.#jvm }) : [];
      for (const { begin } of entries) this.#remember(begin.classes);
      const sameRun = entries.filter(({ begin }) => begin.run === run);
      this.#pending = isFirst ? pendingOf(sameRun) : [];
      this.#seen.clear();
      this.#seen.load(sameRun, isFirst ? await this.ledger.seenRunning(this.#jvm, run) : []);
      await this.ledger.attached(this.#jvm, this.#clock.now(), run);
      return entries.filter(({ open }) => open.length > 0);
    });
    this.#attached = noting.then(
      () => undefined,
      (error: unknown) => this.#log.warn(`${this.#jvm}: ${toError(error).message}`),
    );
    return noting.catch(() => []);
  }

  /**
   * What an earlier process waited for until it ended, in this run of the JVM; once. Not what was built anew since:
   * that is another change.
   */
  async lostPending(): Promise<LostPending[]> {
    await this.#attached;
    const pending = this.#pending.filter(({ name, before, after }) => {
      const held = this.#heldAtAttach(name);
      return held === undefined || held === before || held === after;
    });
    this.#pending = [];
    const read = pending.map(async ({ name, after, swap }) => ({
      built: await this.read(after, name),
      swap,
    }));
    return (await Promise.all(read)).flatMap(({ built, swap }) => (built ? [{ built, swap }] : []));
  }

  /** Keeps what the class roots hold now; goes on in the background. Resolves when all of it is kept. */
  async useRoots(roots: readonly ClassRoot[]): Promise<void> {
    this.#snapshots = roots.map(({ path }) => this.ledger.snapshotOf(path));
    for (const snapshot of this.#snapshots)
      await snapshot.take(this.#taking.signal).catch((error: unknown) => {
        if (!this.#taking.signal.aborted)
          this.#log.warn(`could not keep the class files of ${snapshot.root}: ${toError(error).message}`);
      });
  }

  async *candidates(className: string): AsyncGenerator<BuiltClass> {
    await this.#attached;
    await Promise.all(this.#snapshots.map((snapshot) => snapshot.loaded()));
    const swapped = this.#swapped.get(className) ?? [];
    const kept = this.#snapshots.flatMap((snapshot) => snapshot.hashesOf(className));
    for (const hash of new Set([...swapped, ...kept])) {
      const built = await this.read(hash, className);
      if (built) yield built;
    }
    if (this.#classPath) yield* this.#classPath.find(className);
  }

  async recognise(className: string, fingerprint: () => string): Promise<BuiltClass | 'other' | undefined> {
    await this.#attached;
    const hash = this.#seen.recognise(className, fingerprint);
    return hash === undefined || hash === 'other' ? hash : this.read(hash, className);
  }

  /**
   * Notes what swapped classes give back from now on, so that a later session recognises them. The requests are
   * written before this returns; what is redefined after that does not show.
   */
  noteRunning({ connection, known }: SwapContext, items: readonly Redefinition[]): void {
    const running = items.flatMap(({ loaded: { id, name } }) => {
      const hash = known.digest(id);
      return hash === undefined ? [] : [{ id, name, hash, methods: known.get(id)!.methods }];
    });
    for (const { name, hash } of running) this.#seen.swapped(name, hash);
    if (items.length > mostFingerprints) return;
    const reading = running.map(async ({ id, name, hash, methods }) => {
      const fingerprint = await readFingerprint(connection, id, methods);
      return { name, hash, fingerprint };
    });
    const noting = Promise.all(reading).then(async (classes) => {
      for (const { name, hash, fingerprint } of classes) this.#seen.note(name, hash, fingerprint);
      const run = this.#run;
      await this.ledger.runs({ kind: 'runs', jvm: this.#jvm, ...(run !== undefined && { run }), classes });
    });
    this.#noting = Promise.allSettled([this.#noting, noting]);
    noting.catch((error: unknown) => {
      if (!connection.closed) this.#log.warn(`${this.#jvm}: ${toError(error).message}`);
    });
  }

  /** Resolves when everything that is to be noted has been. */
  async settled(): Promise<void> {
    await this.#attached;
    await this.#noting;
  }

  async read(hash: string, className: string): Promise<BuiltClass | undefined> {
    const bytes = await this.ledger.blobs.get(hash).catch(() => undefined);
    if (!bytes) return undefined;
    const root = this.#snapshots[0]?.root ?? this.ledger.folder;
    // Whole and of that name: it was when it was kept.
    return { name: className, bytes, file: `${join(root, ...className.split('.'))}.class`, root };
  }

  /** Begins to keep class files that are likely to be sent, while they are compared. */
  expect(classes: readonly BuiltClass[]): void {
    if (classes.length > mostExpected) return;
    // What fails here fails again when they are sent, and is told then.
    this.ledger
      .keep(classes.map((built): [string, Buffer] => [digestOf(built), built.bytes]))
      .catch(() => undefined);
  }

  /** Writes down what is about to be sent, with the class files. Rejects with `LedgerError`. */
  async begin(facts: SwapFacts, items: readonly Redefinition[], known: KnownClasses): Promise<void> {
    const byName = new Map<string, { built: BuiltClass; before: Set<string | undefined> }>();
    const bytes: [string, Buffer][] = [];
    for (const { loaded, built } of items) {
      const before = known.get(loaded.id)?.built;
      const digest = known.digest(loaded.id);
      const other = byName.get(built.name);
      if (other) other.before.add(digest);
      else byName.set(built.name, { built, before: new Set([digest]) });
      if (before && digest !== undefined) bytes.push([digest, before.bytes]);
    }
    const classes = [...byName.values()].map(({ built, before }) =>
      ledgerClass(built, before.size === 1 ? [...before][0] : undefined),
    );
    for (const { built } of byName.values()) bytes.push([digestOf(built), built.bytes]);
    await this.#begin(facts, classes, bytes);
  }

  /** Writes down classes that will be redefined when the JVM loads them; `waiting`: what waited under the name before. */
  async pend(
    facts: SwapFacts,
    classes: readonly BuiltClass[],
    waiting: (name: string) => BuiltClass | undefined,
  ): Promise<void> {
    const { blobs } = this.ledger;
    const pending = classes.map(async (built) => {
      const earlier = waiting(built.name);
      const before = earlier ? digestOf(earlier) : this.#heldAtAttach(built.name);
      // What is not kept any more can't be gone back to.
      const isKept = before !== undefined && (await blobs.use(before));
      return ledgerClass(built, isKept ? before : undefined);
    });
    const bytes = classes.map((built): [string, Buffer] => [digestOf(built), built.bytes]);
    await this.#begin(facts, await Promise.all(pending), bytes);
  }

  /** Writes down the outcome; what is not worth telling and was never begun leaves no trace. Never rejects. */
  async end(facts: SwapFacts, record: SwapRecord, isBegun: boolean): Promise<void> {
    try {
      if (!isBegun && !isWorthTelling(record)) return;
      if (!isBegun) await this.#begin(facts, [], []);
      const { error, classes, ms, resolves, group } = record;
      await this.ledger.end({
        kind: 'end',
        id: record.id,
        outcome: outcomeOf(record),
        results: classes,
        ms,
        ...(error && { error: error.reason }),
        ...(group && { group }),
      });
      if (resolves !== undefined && resolves !== record.id) await this.#resolve(resolves, record);
    } catch (error) {
      this.#log.warn(`${this.#jvm}: ${toError(error).message}`);
    }
  }

  /** Ends what goes on in the background. */
  dispose(): void {
    this.#taking.abort();
  }

  /**
   * A swap of unknown outcome was sent again: what was the same by then had been taken. Where its group was taken
   * back instead, nothing of it is left.
   */
  async #resolve(id: string, { classes, version, group }: SwapRecord): Promise<void> {
    this.#log.debug(`${this.#jvm}: the outcome of ${id} is known (${version})`);
    const results = classes.map((each) => ({
      ...each,
      outcome:
        each.state === 'same' && group?.decision !== 'none' ? ('swapped' as const) : ('skipped' as const),
    }));
    await this.ledger.end({ kind: 'end', id, outcome: 'swapped', results, ms: { total: 0 } });
  }

  async #begin(
    { id, change, version, undoes }: SwapFacts,
    classes: readonly LedgerClass[],
    bytes: readonly (readonly [hash: string, bytes: Buffer])[],
  ): Promise<void> {
    await this.#attached;
    const begin: SwapBegin = {
      kind: 'begin',
      id,
      at: change.at,
      who: this.ledger.who,
      jvm: this.#jvm,
      ...(this.#run !== undefined && { run: this.#run }),
      version,
      origin: change.origin,
      ...(undoes !== undefined && { undoes }),
      classes,
    };
    // At the same time: before both are written nothing is sent, and so nothing is to be taken back.
    await Promise.all([this.ledger.keep(bytes), this.ledger.begin(begin)]);
    this.#remember(classes);
  }

  #remember(classes: readonly LedgerClass[]): void {
    for (const { name, before, after } of classes) {
      const hashes = [after, ...(before === undefined ? [] : [before]), ...(this.#swapped.get(name) ?? [])];
      this.#swapped.set(name, [...new Set(hashes)].slice(0, mostCandidates));
    }
  }

  #heldAtAttach(className: string): string | undefined {
    for (const snapshot of this.#snapshots) {
      const [hash] = snapshot.hashesOf(className);
      if (hash !== undefined) return hash;
    }
    return undefined;
  }
}

function ledgerClass(built: BuiltClass, before: string | undefined): LedgerClass {
  return { name: built.name, ...(before !== undefined && { before }), after: digestOf(built) };
}

function outcomeOf({ error, classes }: SwapRecord): 'swapped' | 'refused' | 'failed' {
  if (error) return 'failed';
  return classes.some(({ outcome }) => outcome === 'refused') ? 'refused' : 'swapped';
}

interface PendingClass extends LedgerClass {
  readonly swap: string;
}

/** The classes whose newest swap still waits for the JVM to load them. */
function pendingOf(entries: readonly LedgerEntry[]): PendingClass[] {
  const newest = new Map<string, PendingClass | undefined>();
  for (const { begin, end } of entries) {
    const outcomes = new Map(end?.results.map(({ name, outcome }) => [name, outcome]));
    for (const each of begin.classes)
      newest.set(each.name, outcomes.get(each.name) === 'pending' ? { ...each, swap: begin.id } : undefined);
    // What an undo only stops waiting for is no class of its own there.
    if (begin.undoes) for (const [name, outcome] of outcomes) if (outcome === 'skipped') newest.delete(name);
  }
  return [...newest.values()].filter((each) => each !== undefined);
}
