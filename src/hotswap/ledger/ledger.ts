import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { Emitter, type Event } from '../../util/emitter';
import { AppendLog } from '../../util/appendLog';
import type { Disposable } from '../../util/disposables';
import type { Change, ClassOutcome, ClassState, SwapTimes } from '../model';
import { BlobStore } from './blobs';

/** One class of a swap. Hashes name bytes in the blob store. */
export interface LedgerClass {
  readonly name: string;
  /** What ran before; absent when nobody knows (the JVM never ran what the class root held). */
  readonly before?: string;
  readonly after: string;
}

export interface LedgerPrediction {
  readonly verdict: 'accept' | 'refuse';
  readonly error?: number;
  /** Codes of the reasons, such as `methodAdded`. */
  readonly reasons: readonly string[];
}

export interface LedgerClassResult {
  readonly name: string;
  readonly state: ClassState;
  readonly outcome: ClassOutcome;
  readonly error?: number;
  readonly prediction?: LedgerPrediction;
}

/** Written before the packet is sent. */
export interface SwapBegin {
  readonly kind: 'begin';
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The user name on the machine that sent it. */
  readonly who: string;
  /** `JvmTarget.id`. */
  readonly jvm: string;
  readonly version: string;
  readonly origin: Change['origin'] | 'undo';
  /** The swap that this one takes back. */
  readonly undoes?: string;
  readonly classes: readonly LedgerClass[];
}

/** Written when the JVM's answer is known. A `begin` without an `end` is a swap of unknown outcome. */
export interface SwapEnd {
  readonly kind: 'end';
  readonly id: string;
  readonly outcome: 'swapped' | 'refused' | 'failed';
  readonly results: readonly LedgerClassResult[];
  readonly ms: SwapTimes;
  /** `reason` of the error that ended it. */
  readonly error?: string;
}

/** From here on, "back to the state at attach" means the classes as they were at this moment. */
export interface Attached {
  readonly kind: 'attached';
  readonly at: number;
  readonly jvm: string;
}

export type LedgerRecord = SwapBegin | SwapEnd | Attached;

/** A swap as the ledger tells it. `end` is absent while it runs, and for ever when we died in the middle. */
export interface LedgerEntry {
  readonly begin: SwapBegin;
  readonly end?: SwapEnd;
}

export interface LedgerFilter {
  readonly jvm?: string;
  /** Only swaps that touched this class. */
  readonly className?: string;
  /** Only swaps begun at or after this time (milliseconds since the epoch). */
  readonly since?: number;
}

/**
 * Every swap of every JVM of one workspace, in one folder: `ledger.jsonl` (append-only) and `classes/`
 * (content-addressed bytes). Safe against a kill at any byte; several windows may write at the same time.
 */
export class Ledger implements Disposable {
  readonly blobs: BlobStore;
  readonly #log: AppendLog<LedgerRecord>;
  readonly #ready: Promise<unknown>;
  readonly #changed = new Emitter<string>();
  /** Fires with the id of a swap that was begun or ended here. */
  readonly onDidChange: Event<string> = this.#changed.event;

  constructor(folder: string) {
    this.blobs = new BlobStore(join(folder, 'classes'));
    this.#log = new AppendLog(join(folder, 'ledger.jsonl'));
    this.#ready = mkdir(folder, { recursive: true });
    // Reported by the first write that waits for it.
    this.#ready.catch(() => undefined);
  }

  async attached(jvm: string, at: number): Promise<void> {
    await this.#ready;
    await this.#log.append({ kind: 'attached', at, jvm });
  }

  /** Must be awaited before the packet is sent: what is not in the ledger was not done. */
  async begin(begin: SwapBegin): Promise<void> {
    await this.#ready;
    await this.#log.append(begin, true);
    this.#changed.fire(begin.id);
  }

  async end(end: SwapEnd): Promise<void> {
    await this.#ready;
    await this.#log.append(end);
    this.#changed.fire(end.id);
  }

  /** Swaps that pass the filter, oldest first. */
  async entries(filter: LedgerFilter = {}): Promise<LedgerEntry[]> {
    return entriesOf((await this.#log.read()).records, filter);
  }

  async entry(id: string): Promise<LedgerEntry | undefined> {
    return (await this.entries()).find((entry) => entry.begin.id === id);
  }

  /** When this JVM was attached last, or undefined. */
  async attachedAt(jvm: string): Promise<number | undefined> {
    const { records } = await this.#log.read();
    const last = records.findLast(
      (record): record is Attached => record.kind === 'attached' && record.jvm === jvm,
    );
    return last?.at;
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  dispose(): void {
    this.#changed.dispose();
    void this.close();
  }
}

function entriesOf(records: readonly LedgerRecord[], filter: LedgerFilter): LedgerEntry[] {
  const ends = new Map<string, SwapEnd>();
  for (const record of records) if (record.kind === 'end') ends.set(record.id, record);
  const entries: LedgerEntry[] = [];
  for (const record of records) {
    if (record.kind !== 'begin' || !passes(record, filter)) continue;
    const end = ends.get(record.id);
    entries.push(end ? { begin: record, end } : { begin: record });
  }
  return entries;
}

function passes(begin: SwapBegin, filter: LedgerFilter): boolean {
  if (filter.jvm !== undefined && begin.jvm !== filter.jvm) return false;
  if (filter.since !== undefined && begin.at < filter.since) return false;
  return filter.className === undefined || begin.classes.some((each) => each.name === filter.className);
}
