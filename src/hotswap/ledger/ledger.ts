import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../contracts/clock';
import { silentLog, type Log } from '../../contracts/log';
import { mapLimit } from '../../util/async';
import type { Disposable } from '../../util/disposables';
import { Emitter, type Event } from '../../util/emitter';
import { toError } from '../../util/errors';
import { BlobStore } from './blobs';
import {
  entriesOf,
  type AttachedRecord,
  type LedgerEntry,
  type LedgerFilter,
  type LedgerRecord,
  type RunsRecord,
  type SwapBegin,
  type SwapEnd,
} from './entries';
import { LedgerError } from './errors';
import { keptRecords } from './kept';
import { MonthlyLog } from './months';
import { pruneLedger } from './prune';
import { ClassRootSnapshot } from './snapshot';

export interface LedgerOptions {
  /** Who swaps; the user's name unless given. */
  readonly who?: string;
  /**
   * What "since attach" means: since this process attached, or (`run`) since the JVM was first attached after its
   * start, where each command attaches anew.
   */
  readonly base?: 'attach' | 'run';
  /** The name under which a JVM is written down, for one that goes by several. */
  readonly keyOf?: (jvm: string) => string;
  readonly clock?: Pick<Clock, 'now'>;
  readonly log?: Log;
}

/** How often it is pruned at most. */
const pruneEveryMs = 24 * 60 * 60_000;

/**
 * The swaps of every JVM of one workspace, in one folder: `ledger-2026-03.jsonl` (append-only, a file for each month),
 * `classes/` (content-addressed bytes) and `roots/` (what class roots held). Safe against a kill at any byte; several
 * windows may write at the same time. What `keptRecords` leaves out is told to nobody, and removed after a swap.
 */
export class Ledger implements Disposable {
  readonly folder: string;
  readonly blobs: BlobStore;
  readonly who: string;
  readonly keyOf: (jvm: string) => string;
  readonly #base: 'attach' | 'run';
  readonly #clock: Pick<Clock, 'now'>;
  readonly #log: Log;
  readonly #months: MonthlyLog<LedgerRecord>;
  readonly #snapshots = new Map<string, ClassRootSnapshot>();
  #prunedAt = -Infinity;
  #pruning: Promise<void> | undefined;
  readonly #changed = new Emitter<string>();
  /** Fires with the id of a swap that was begun or ended here. */
  readonly onDidChange: Event<string> = this.#changed.event;

  constructor(
    folder: string,
    {
      who = userName(),
      base = 'attach',
      keyOf = (jvm) => jvm,
      clock = Date,
      log = silentLog,
    }: LedgerOptions = {},
  ) {
    const now = (): number => clock.now();
    this.folder = folder;
    this.blobs = new BlobStore(join(folder, 'classes'), now);
    this.who = who;
    this.keyOf = keyOf;
    this.#base = base;
    this.#clock = clock;
    this.#log = log;
    this.#months = new MonthlyLog(folder, now);
  }

  /** What a class root holds and held; one for all JVMs that it feeds. */
  snapshotOf(root: string): ClassRootSnapshot {
    let snapshot = this.#snapshots.get(root);
    if (!snapshot) {
      snapshot = new ClassRootSnapshot(root, join(this.folder, 'roots'), this.blobs);
      this.#snapshots.set(root, snapshot);
    }
    return snapshot;
  }

  /** A JVM was attached. Rejects with `LedgerError`. */
  async attached(jvm: string, at: number, run?: string): Promise<void> {
    if (this.#base === 'run' && (await this.#isKnownRun(jvm, run))) return;
    await this.#append({ kind: 'attached', at, jvm, ...(run !== undefined && { run }) });
  }

  /** Keeps class files under their hashes. Rejects with `LedgerError`. */
  async keep(files: readonly (readonly [hash: string, bytes: Uint8Array])[]): Promise<void> {
    await this.#written(mapLimit(files, 16, ([hash, bytes]) => this.blobs.put(bytes, hash)));
  }

  /**
   * Must be awaited before the packet is sent: what is not in the ledger was not done. Rejects with `LedgerError`.
   */
  async begin(begin: SwapBegin): Promise<void> {
    await this.#append(begin, true);
    this.#changed.fire(begin.id);
  }

  /** Rejects with `LedgerError`. */
  async end(end: SwapEnd): Promise<void> {
    await this.#append(end);
    this.#changed.fire(end.id);
    this.#prune();
  }

  /** What swapped classes gave back. Rejects with `LedgerError`. */
  async runs(record: RunsRecord): Promise<void> {
    await this.#append(record);
  }

  /** What classes of one run of a JVM gave back after their swaps, oldest first. */
  async seenRunning(jvm: string, run: string | undefined): Promise<RunsRecord[]> {
    const records = await this.#records();
    return records.filter(
      (record): record is RunsRecord => record.kind === 'runs' && record.jvm === jvm && record.run === run,
    );
  }

  /** Swaps that pass the filter, oldest first. */
  async entries(filter: LedgerFilter = {}): Promise<LedgerEntry[]> {
    return entriesOf(await this.#records(), filter);
  }

  async entry(id: string): Promise<LedgerEntry | undefined> {
    const records = await this.#records();
    const [entry] = entriesOf(records.filter((record) => 'id' in record && record.id === id));
    return entry;
  }

  /** Swaps of a JVM begun since it was attached, oldest first. */
  async sinceAttach(jvm: string): Promise<LedgerEntry[]> {
    const records = await this.#records();
    const attached = records.findLastIndex((record) => record.kind === 'attached' && record.jvm === jvm);
    return entriesOf(records.slice(attached + 1), { jvm });
  }

  /** When this JVM was attached last, and which run of it that was. */
  async lastAttached(jvm: string): Promise<AttachedRecord | undefined> {
    const records = await this.#records();
    return records.findLast(
      (record): record is AttachedRecord => record.kind === 'attached' && record.jvm === jvm,
    );
  }

  async close(): Promise<void> {
    await this.#pruning;
    await this.#months.close();
  }

  dispose(): void {
    this.#changed.dispose();
    void this.close();
  }

  async #isKnownRun(jvm: string, run: string | undefined): Promise<boolean> {
    const last = await this.lastAttached(jvm);
    return last !== undefined && last.run === run;
  }

  async #records(): Promise<LedgerRecord[]> {
    return keptRecords(await this.#months.read(), this.#clock.now());
  }

  /** In the background: no swap waits for it or fails with it. */
  #prune(): void {
    const now = this.#clock.now();
    if (now - this.#prunedAt < pruneEveryMs) return;
    this.#prunedAt = now;
    const inUse = [...this.#snapshots.values()].map((snapshot) => snapshot.noteUsed(now));
    this.#pruning = Promise.all(inUse)
      .then(() => pruneLedger(this.folder, now, pruneEveryMs))
      .catch((error: unknown) =>
        this.#log.warn(`could not remove old swaps in ${this.folder}: ${toError(error).message}`),
      );
  }

  async #append(record: LedgerRecord, flush = false): Promise<void> {
    await this.#written(this.#months.append(record, flush));
  }

  async #written<T>(writing: Promise<T>): Promise<T> {
    try {
      return await writing;
    } catch (error) {
      const details = { path: this.folder };
      throw new LedgerError(
        'write',
        `cannot write to ${this.folder}: ${toError(error).message}`,
        details,
        error,
      );
    }
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in some containers.
    return process.env.USER ?? process.env.USERNAME ?? 'unknown';
  }
}
