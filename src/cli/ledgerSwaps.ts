import type { LedgerEntry } from '../hotswap/ledger/entries';
import { UndoError } from '../hotswap/ledger/undo';
import { jvmKey } from './ledgerFolder';

/** Fewest characters of an id that name a swap. */
const shortestId = 4;

/** The swaps of a JVM, by its address or its name in `swapdeck.yaml`, with or without the environment. */
export function swapsOf(jvm: string, entries: readonly LedgerEntry[]): LedgerEntry[] {
  const key = jvmKey(jvm);
  return entries.filter(({ begin }) => begin.jvm === key || begin.jvm.endsWith(`/${key}`));
}

/** The swap of that id, or with an id that begins so. Throws `UndoError` (`unknownSwap`). */
export function swapOfId(id: string, entries: readonly LedgerEntry[]): LedgerEntry {
  const found =
    id.length < shortestId ? [] : entries.filter(({ begin }) => begin.id.startsWith(id.toLowerCase()));
  const [entry, ...others] = found;
  if (!entry || others.length > 0) throw new UndoError('unknownSwap', [], id);
  return entry;
}

/** Enough of an id to name a swap. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
