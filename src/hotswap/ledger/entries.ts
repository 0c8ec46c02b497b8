import type { ClassResult, SwapGroup, SwapOrigin, SwapTimes } from '../model';

/** One class of a swap. Hashes name bytes in the blob store. */
export interface LedgerClass {
  readonly name: string;
  /**
   * What ran before; absent when nobody knows it, or when it ran differently under several class loaders. Of a
   * class that isn't loaded: what the JVM would have loaded.
   */
  readonly before?: string;
  readonly after: string;
}

/**
 * Written before a packet is sent. Written again under the same id when more classes join: one that was pending is
 * redefined when the JVM loads it.
 */
export interface SwapBegin {
  readonly kind: 'begin';
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The user name on the machine that sent it. */
  readonly who: string;
  /** `JvmTarget.id`. */
  readonly jvm: string;
  /** Which run of the JVM, where it can be told: a restarted one has another. */
  readonly run?: string;
  readonly version: string;
  readonly origin: SwapOrigin;
  /** The swaps that this one takes back. */
  readonly undoes?: readonly string[];
  readonly classes: readonly LedgerClass[];
}

/**
 * Written when the JVM's answer is known, and again when more is known: a pending class was loaded, an unknown
 * outcome was found out. A `begin` without an `end` is a swap of unknown outcome.
 */
export interface SwapEnd {
  readonly kind: 'end';
  readonly id: string;
  readonly outcome: 'swapped' | 'refused' | 'failed';
  readonly results: readonly ClassResult[];
  readonly ms: SwapTimes;
  /** `reason` of the error that ended it. */
  readonly error?: string;
  /** The JVMs it was done together with. */
  readonly group?: SwapGroup;
}

/** From here on, "back to the state at attach" means the classes as they were at this moment. */
export interface AttachedRecord {
  readonly kind: 'attached';
  readonly at: number;
  readonly jvm: string;
  readonly run?: string;
}

/** What the classes of a swap gave back when they were read right after it. */
export interface RunsRecord {
  readonly kind: 'runs';
  readonly jvm: string;
  readonly run?: string;
  readonly classes: readonly { readonly name: string; readonly hash: string; readonly fingerprint: string }[];
}

export type LedgerRecord = SwapBegin | SwapEnd | AttachedRecord | RunsRecord;

/** A swap as the ledger tells it. `end` is absent while it runs, and when we died in the middle until it is found. */
export interface LedgerEntry {
  readonly begin: SwapBegin;
  readonly end?: SwapEnd;
  /** Names of classes that were sent, and nobody has noted the answer. */
  readonly open: readonly string[];
}

export interface LedgerFilter {
  readonly jvm?: string;
  /** Only swaps that touched this class. */
  readonly className?: string;
  /** Only swaps begun at or after this time (milliseconds since the epoch). */
  readonly since?: number;
}

interface Gathered {
  begin: SwapBegin;
  end?: SwapEnd;
  readonly open: Set<string>;
}

/** Joins the records of each swap; oldest first. */
export function entriesOf(records: readonly LedgerRecord[], filter: LedgerFilter = {}): LedgerEntry[] {
  const swaps = new Map<string, Gathered>();
  for (const record of records) {
    if (record.kind === 'attached' || record.kind === 'runs') continue;
    const swap = swaps.get(record.id);
    if (record.kind === 'begin') swaps.set(record.id, begun(swap, record));
    else if (swap) ended(swap, record);
  }
  return [...swaps.values()]
    .filter(({ begin }) => passes(begin, filter))
    .map(({ begin, end, open }) => ({ begin, ...(end && { end }), open: [...open] }));
}

function begun(swap: Gathered | undefined, begin: SwapBegin): Gathered {
  const names = begin.classes.map(({ name }) => name);
  if (!swap) return { begin, open: new Set(names) };
  const classes = new Map([...swap.begin.classes, ...begin.classes].map((each) => [each.name, each]));
  swap.begin = { ...swap.begin, classes: [...classes.values()] };
  for (const name of names) swap.open.add(name);
  return swap;
}

function ended(swap: Gathered, end: SwapEnd): void {
  const results = new Map([...(swap.end?.results ?? []), ...end.results].map((each) => [each.name, each]));
  for (const { name, outcome } of end.results)
    if (outcome === 'unknown') swap.open.add(name);
    else swap.open.delete(name);
  const { error, ...rest } = end;
  swap.end = {
    ...rest,
    // The parts of the save's own latency: what follows later is no part of it.
    ms: swap.end?.ms ?? end.ms,
    results: [...results.values()],
    ...(error !== undefined && { error }),
  };
}

function passes(begin: SwapBegin, filter: LedgerFilter): boolean {
  if (filter.jvm !== undefined && begin.jvm !== filter.jvm) return false;
  if (filter.since !== undefined && begin.at < filter.since) return false;
  return filter.className === undefined || begin.classes.some((each) => each.name === filter.className);
}
