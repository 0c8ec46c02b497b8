import type { LedgerEntry } from '../hotswap/ledger/entries';
import type { Ledger } from '../hotswap/ledger/ledger';
import { lastToUndo, undoOf, undoOfAll, UndoError, type UndoPlan } from '../hotswap/ledger/undo';
import type { JvmTarget } from '../hotswap/model';
import { describeJvmError } from '../messages/describe';
import { AbortedError } from '../util/errors';
import { swapOfId } from './ledgerSwaps';
import type { Output } from './output';
import { failedReport, openSession } from './swapJvm';
import type { JvmReport } from './swapReport';

export interface UndoReport extends JvmReport {
  /** What is asked for can't be taken back: what runs is something else, or what ran before is not known. */
  readonly isUnable?: boolean;
}

/**
 * Takes a swap back (`all`: everything since the JVM was first attached to; undefined: the last one) and detaches.
 * Never rejects, save when aborted.
 */
export async function undoInJvm(
  target: JvmTarget,
  what: string | undefined,
  ledger: Ledger,
  output: Output,
  signal: AbortSignal,
): Promise<UndoReport> {
  const jvm = target.id;
  const { session, connected } = openSession(target, ledger, output);
  try {
    const connect = await connected(signal);
    const record = await session.undo(await planOf(what, ledger, ledger.keyOf(jvm)), signal);
    return {
      jvm,
      swap: record.id,
      version: record.version,
      classes: record.classes,
      ms: { connect, ...record.ms },
      waited: false,
      ...(record.error && {
        error: describeJvmError(record.error, { where: jvm }),
        reason: record.error.reason,
      }),
    };
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    if (error instanceof UndoError && error.reason === 'nothingToUndo') {
      output.note(`${jvm}: ${describeJvmError(error, { where: jvm }).title}`);
      return { jvm, classes: [], ms: {}, waited: false };
    }
    return { ...failedReport(jvm, error), isUnable: error instanceof UndoError && isRefusal(error) };
  } finally {
    await session.close();
  }
}

async function planOf(what: string | undefined, ledger: Ledger, jvm: string): Promise<UndoPlan> {
  if (what === 'all') return undoOfAll(await ledger.sinceAttach(jvm));
  const entries = await ledger.entries({ jvm });
  const entry: LedgerEntry | undefined = what === undefined ? lastToUndo(entries) : swapOfId(what, entries);
  if (!entry) throw new UndoError('nothingToUndo', []);
  return undoOf(entry);
}

/** The swap is there and can't be undone. */
function isRefusal({ reason }: UndoError): boolean {
  return reason !== 'unknownSwap';
}
