import type { JournalRecord } from '../../../src/contracts/deployRecord';
import { LocalJournal } from '../../../src/deploy/journal';
import { Lease } from '../../../src/deploy/lock';

/**
 * Where a deployer ends itself, as by `kill -9`: at the record of that number, 1 the first.
 * - `before`: what it tells has happened, and nobody knows.
 * - `between`: this machine knows, the journal host does not.
 * - `after`: both know.
 */
export interface KillPoint {
  readonly record: number;
  readonly when: 'before' | 'between' | 'after';
}

type Append = (records: readonly JournalRecord[]) => Promise<void>;

/**
 * Has this process end at a point of its next deployment. Of records that are written together, as a kill in the middle
 * of the write would, only those up to that one are left.
 */
export function dieAt({ record, when }: KillPoint): void {
  let written = 0;
  /** How many of the records that are being written come up to the one; not itself when it dies before. */
  let left: number | undefined;
  const die = async (): Promise<void> => {
    process.kill(process.pid, 'SIGKILL');
    // It may take a moment; nothing more may be done.
    await new Promise(() => undefined);
  };
  wrap(LocalJournal.prototype, async (records, append) => {
    const index = record - written - 1;
    written += records.length;
    if (index < 0 || index >= records.length) return append(records);
    left = when === 'before' ? index : index + 1;
    if (left > 0) await append(records.slice(0, left));
    if (when === 'between') await die();
  });
  wrap(Lease.prototype, async (records, append) => {
    if (left === undefined) return append(records);
    if (left > 0) await append(records.slice(0, left));
    await die();
  });
}

function wrap(
  sink: { append: (records: readonly JournalRecord[], signal?: AbortSignal) => Promise<void> },
  around: (records: readonly JournalRecord[], append: Append) => Promise<void>,
): void {
  const { append } = sink;
  sink.append = function (this: unknown, records, signal) {
    return around(records, (some) => append.call(this, some, signal));
  };
}
