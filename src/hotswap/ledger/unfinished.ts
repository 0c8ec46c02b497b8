import { compareWithRunning } from '../compare';
import type { ClassOutcome, ClassResult, ClassState, SwapRecord } from '../model';
import type { SwapContext } from '../swap';
import type { LedgerClass, LedgerEntry } from './entries';
import type { JvmLedger } from './jvmLedger';

/**
 * Finds out what became of swaps whose process ended before the JVM's answer, by comparing what runs with what they
 * sent, and writes it down. Of another run of the JVM nothing is left to compare: such swaps are closed without a
 * record. Rejects with `JdwpError` or `LedgerError`.
 */
export async function settleUnfinished(
  context: SwapContext,
  jvmLedger: JvmLedger,
  entries: readonly LedgerEntry[],
): Promise<SwapRecord[]> {
  const records: SwapRecord[] = [];
  for (const { begin, end, open } of entries) {
    const isSameRun = begin.run === jvmLedger.run;
    const unanswered = begin.classes.filter(({ name }) => open.includes(name));
    const results = isSameRun
      ? await Promise.all(unanswered.map((each) => outcomeOf(context, jvmLedger, each)))
      : unanswered.map(({ name }): ClassResult => ({ name, state: 'unloaded', outcome: 'skipped' }));
    const ms = end?.ms ?? { total: 0 };
    const outcome = isSameRun ? 'swapped' : 'failed';
    await jvmLedger.ledger.end({
      kind: 'end',
      id: begin.id,
      outcome,
      results,
      ms,
      ...(isSameRun ? {} : { error: 'jvmEnded' }),
    });
    if (!isSameRun) continue;
    const { id, jvm, version, origin, at } = begin;
    const swapped = results.filter((each) => each.outcome === 'swapped').length;
    records.push({ id, jvm, version, origin, at, classes: results, swapped, ms, resolves: id, found: true });
  }
  return records;
}

async function outcomeOf(
  { connection, index, known }: SwapContext,
  jvmLedger: JvmLedger,
  { name, before, after }: LedgerClass,
): Promise<ClassResult> {
  await index.settled();
  const loaded = index.lookup(name);
  // It was to be redefined when the JVM loads it; nobody waits for that any more.
  if (loaded.length === 0) return { name, state: 'unloaded', outcome: 'skipped' };
  const runs = async (hash: string | undefined): Promise<boolean> => {
    const built = hash === undefined ? undefined : await jvmLedger.read(hash, name);
    if (!built) return false;
    const [compared] = await compareWithRunning(connection, known, [{ built, loaded }]);
    return compared?.loaded.every(({ isSame }) => isSame) === true;
  };
  const answer = (state: ClassState, outcome: ClassOutcome): ClassResult => ({ name, state, outcome });
  if (await runs(after)) return answer('same', 'swapped');
  return (await runs(before)) ? answer('changed', 'skipped') : answer('changed', 'unknown');
}
