import type { LedgerEntry } from '../hotswap/ledger/entries';
import { takenBack } from '../hotswap/ledger/undo';
import { swapOutcome } from '../messages/undo';
import { english } from '../messages/translate';
import { shortId } from './ledgerSwaps';
import { table, type Output } from './output';

/** Classes of a swap that are named on its line. */
const mostNamed = 3;

/** A line for each swap, the newest first. */
export function printHistory(entries: readonly LedgerEntry[], output: Output): void {
  if (entries.length === 0) return;
  const gone = takenBackByJvm(entries);
  const rows = [...entries].reverse().map((entry) => {
    const { id, at, jvm, who } = entry.begin;
    const outcome = swapOutcome(entry, english);
    const what = gone.has(id) ? `${outcome}, taken back` : outcome;
    return [shortId(id), localTime(at), jvm, who, what, milliseconds(entry), named(entry)];
  });
  for (const row of table([['SWAP', 'WHEN', 'JVM', 'WHO', 'WHAT', 'MS', 'CLASSES'], ...rows]))
    output.line(row);
}

/** The value of `history --json`, the newest first. */
export function historyToJson(entries: readonly LedgerEntry[]): unknown {
  const gone = takenBackByJvm(entries);
  return { swaps: [...entries].reverse().map((entry) => swapToJson(entry, gone.has(entry.begin.id))) };
}

function swapToJson({ begin, end, open }: LedgerEntry, isTakenBack: boolean): unknown {
  const { id, at, who, jvm, version, origin, undoes, classes } = begin;
  const hashes = new Map(classes.map((each) => [each.name, each]));
  const names = new Set([...hashes.keys(), ...(end?.results ?? []).map(({ name }) => name)]);
  const results = new Map(end?.results.map((result) => [result.name, result]));
  return {
    id,
    at: new Date(at).toISOString(),
    who,
    jvm,
    version,
    origin,
    ...(undoes && { undoes }),
    takenBack: isTakenBack,
    outcome: end?.outcome ?? 'unknown',
    ...(end?.error !== undefined && { error: end.error }),
    classes: [...names].sort().map((name) => {
      const { state, outcome, error, prediction } = results.get(name) ?? {};
      const { before, after } = hashes.get(name) ?? {};
      return {
        name,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
        ...(state && { state }),
        outcome: open.includes(name) ? 'unknown' : outcome,
        ...(error !== undefined && { error }),
        ...(prediction && { prediction }),
      };
    }),
    ...(end?.group && { group: end.group.id }),
    ...(end && { ms: end.ms }),
  };
}

/** Swaps are taken back one JVM at a time. */
function takenBackByJvm(entries: readonly LedgerEntry[]): Set<string> {
  const jvms = new Set(entries.map(({ begin }) => begin.jvm));
  return new Set(
    [...jvms].flatMap((jvm) => [...takenBack(entries.filter(({ begin }) => begin.jvm === jvm))]),
  );
}

function localTime(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

function milliseconds({ end }: LedgerEntry): string {
  return end && end.ms.total > 0 ? end.ms.total.toFixed(1) : '';
}

function named({ begin, end }: LedgerEntry): string {
  const all = begin.classes.length > 0 ? begin.classes : (end?.results ?? []);
  const names = all.slice(0, mostNamed).map(({ name }) => name);
  return all.length > mostNamed ? `${names.join(', ')} and ${all.length - mostNamed} more` : names.join(', ');
}
