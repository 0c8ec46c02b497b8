import { SwapdeckError } from '../../util/errors';
import type { LedgerClass, LedgerEntry } from './ledger';

/**
 * Why an undo can't be done.
 * `unknownBefore`: the bytes that ran before were never known. `notSwapped`: the swap did not take effect.
 * `superseded`: what runs is no longer what the ledger says. `missingBytes`: the kept bytes are gone.
 */
export type UndoErrorReason =
  'unknownBefore' | 'notSwapped' | 'superseded' | 'missingBytes' | 'nothingToUndo';

/** `details.classes` lists the classes at fault, separated by `, `. */
export class UndoError extends SwapdeckError<UndoErrorReason> {
  constructor(reason: UndoErrorReason, classes: readonly string[]) {
    super(reason, `undo: ${reason}: ${classes.join(', ')}`, { classes: classes.join(', ') });
  }
}

/** What an undo must find running (`expect`) and what it puts there (`restore`); hashes into the blob store. */
export interface UndoClass {
  readonly name: string;
  readonly expect: string;
  readonly restore: string;
}

/** Taking one swap back. Throws `UndoError`. */
export function undoOf(entry: LedgerEntry): UndoClass[] {
  const applied = appliedClasses(entry);
  if (applied.length === 0) {
    throw new UndoError(
      'notSwapped',
      entry.begin.classes.map((each) => each.name),
    );
  }
  return restorable(applied.map(({ name, before, after }) => ({ name, expect: after, restore: before })));
}

/** Taking back all of `entries` (one JVM, oldest first): each class from its last bytes to its first ones. */
export function undoOfAll(entries: readonly LedgerEntry[]): UndoClass[] {
  const first = new Map<string, string | undefined>();
  const last = new Map<string, string>();
  for (const { name, before, after } of entries.flatMap(appliedClasses)) {
    if (!first.has(name)) first.set(name, before);
    last.set(name, after);
  }
  const changed = [...last].filter(([name, after]) => first.get(name) !== after);
  if (changed.length === 0) throw new UndoError('nothingToUndo', []);
  return restorable(changed.map(([name, expect]) => ({ name, expect, restore: first.get(name) })));
}

/** The classes that an entry put into the JVM, or that wait there to be put in. An unfinished swap counts: comparing tells. */
function appliedClasses({ begin, end }: LedgerEntry): readonly LedgerClass[] {
  if (!end) return begin.classes;
  const applied = new Set(
    end.results
      .filter((result) => result.outcome === 'swapped' || result.outcome === 'pending')
      .map((result) => result.name),
  );
  return begin.classes.filter((each) => applied.has(each.name));
}

function restorable(
  classes: readonly { name: string; expect: string; restore: string | undefined }[],
): UndoClass[] {
  const unknown = classes.filter((each) => each.restore === undefined).map((each) => each.name);
  if (unknown.length > 0) throw new UndoError('unknownBefore', unknown);
  return classes.map(({ name, expect, restore }) => ({ name, expect, restore: restore! }));
}
