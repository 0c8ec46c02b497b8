import type { LedgerRecord } from './entries';

const DAY_MS = 24 * 60 * 60_000;
/** How long swaps are kept after the last use of a run of a JVM that has ended: another run of it was attached since. */
export const ENDED_MS = 30 * DAY_MS;
/** The same of a run that may go on: its swaps can still be undone. */
export const ALIVE_MS = 180 * DAY_MS;

/** One run of a JVM since it was last used after a long pause. */
interface Run {
  readonly run: string | undefined;
  usedAt: number;
  /** Another run of the JVM was used since. */
  hasEnded: boolean;
  records: LedgerRecord[];
}

/**
 * The records that count at a time, by what was written before: swaps, and what belongs to them, of runs that were
 * attached to or swapped in lately. What does not count never does again, whatever is written later, so that its class
 * files may go.
 */
export function keptRecords(records: readonly LedgerRecord[], now: number): LedgerRecord[] {
  const runs = new Map<string, Run>();
  const latest = new Map<string, Run>();
  const swaps = new Map<string, Run>();
  for (const record of records) {
    if (record.kind === 'end') swaps.get(record.id)?.records.push(record);
    else if (record.kind === 'runs') latestOf(record)?.records.push(record);
    else {
      const run = use(record.jvm, record.run, Math.min(record.at, now));
      run.records.push(record);
      if (record.kind === 'begin') swaps.set(record.id, run);
    }
  }
  const kept = new Set([...runs.values()].flatMap((run) => (isOver(run, now) ? [] : run.records)));
  return records.filter((record) => kept.has(record));

  function use(jvm: string, name: string | undefined, at: number): Run {
    const key = keyOf(jvm, name, at);
    let run = runs.get(key);
    if (!run) runs.set(key, (run = { run: name, usedAt: at, hasEnded: false, records: [] }));
    if (isOver(run, at)) run.records = [];
    const last = latest.get(jvm);
    if (last && last.run !== name) last.hasEnded = true;
    latest.set(jvm, run);
    run.hasEnded = false;
    run.usedAt = Math.max(run.usedAt, at);
    return run;
  }

  function latestOf({ jvm, run }: { readonly jvm: string; readonly run?: string }): Run | undefined {
    return run === undefined ? latest.get(jvm) : runs.get(keyOf(jvm, run, 0));
  }
}

/** Where nothing tells one run from another (Java 8), each day is one, or their swaps would be kept for ever. */
function keyOf(jvm: string, run: string | undefined, at: number): string {
  return JSON.stringify(run === undefined ? [jvm, Math.floor(at / DAY_MS)] : [jvm, run]);
}

function isOver({ usedAt, hasEnded }: Run, at: number): boolean {
  return usedAt < at - (hasEnded ? ENDED_MS : ALIVE_MS);
}
