import { SwapdeckError } from '../../util/errors';
import type { LedgerClass, LedgerEntry } from './entries';

/**
 * Why an undo can't be done.
 * `unknownBefore`: the bytes that ran before were never known. `notSwapped`: the swap did not take effect.
 * `superseded`: what runs is no longer what the ledger says. `missingBytes`: the kept bytes are gone.
 * `nothingToUndo`: everything is as it was at attach. `unknownSwap`: the ledger has no such swap; `details.swap`.
 */
export type UndoErrorReason =
  'unknownBefore' | 'notSwapped' | 'superseded' | 'missingBytes' | 'nothingToUndo' | 'unknownSwap';

/** `details.classes` lists the classes at fault, separated by `, `. */
export class UndoError extends SwapdeckError<UndoErrorReason> {
  constructor(reason: UndoErrorReason, classes: readonly string[], swap?: string) {
    const details = { classes: classes.join(', '), ...(swap !== undefined && { swap }) };
    super(reason, `undo: ${reason}: ${swap ?? details.classes}`, details);
  }
}

/** What an undo must find running (`expect`) and what it puts there (`restore`); hashes into the blob store. */
export interface UndoClass {
  readonly name: string;
  readonly expect: string;
  /** Absent for a class that still waits for the JVM to load it, when nothing waited before. */
  readonly restore?: string;
}

/** What an undo does, and the swaps it takes back. */
export interface UndoPlan {
  readonly classes: readonly UndoClass[];
  readonly undoes: readonly string[];
}

/** Taking one swap back. Throws `UndoError`. */
export function undoOf(entry: LedgerEntry): UndoPlan {
  const applied = appliedClasses(entry).filter(({ before, after }) => before !== after);
  if (applied.length === 0) {
    const names = entry.begin.classes.map((each) => each.name);
    throw new UndoError('notSwapped', names, entry.begin.id);
  }
  const classes = applied.map((each) => ({ ...each, expect: each.after, restore: each.before }));
  return { classes: restorable(classes), undoes: [entry.begin.id] };
}

/** Taking back all of `entries` (one JVM, oldest first): each class from its last bytes to its first ones. */
export function undoOfAll(entries: readonly LedgerEntry[]): UndoPlan {
  const first = new Map<string, AppliedClass>();
  const last = new Map<string, AppliedClass>();
  for (const applied of entries.flatMap(appliedClasses)) {
    if (!first.has(applied.name)) first.set(applied.name, applied);
    last.set(applied.name, applied);
  }
  const classes = [...last.values()].map(({ name, after, waits }) => ({
    name,
    waits,
    expect: after,
    restore: first.get(name)?.before,
  }));
  const changed = classes.filter(({ expect, restore }) => expect !== restore);
  if (changed.length === 0) throw new UndoError('nothingToUndo', []);
  const undoes = entries.filter((entry) => appliedClasses(entry).length > 0).map(({ begin }) => begin.id);
  return { classes: restorable(changed), undoes };
}

/** Ids of the swaps (of one JVM, oldest first) whose effect another one took back. */
export function takenBack(entries: readonly LedgerEntry[]): Set<string> {
  const ids = new Set<string>();
  for (const entry of [...entries].reverse()) {
    const { begin, end } = entry;
    // An undo that only stops waiting for a class puts nothing into the JVM.
    const tookEffect = isApplied(entry) || (end?.outcome === 'swapped' && end.error === undefined);
    if (!ids.has(begin.id) && tookEffect) for (const id of begin.undoes ?? []) ids.add(id);
  }
  return ids;
}

/** The swap that "undo" means when none is named: the newest one that is no undo and was not taken back. */
export function lastToUndo(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  const gone = takenBack(entries);
  return entries.findLast(
    (entry) => isApplied(entry) && entry.begin.undoes === undefined && !gone.has(entry.begin.id),
  );
}

/** The undo that "redo" means: the newest swap, when it is one. */
export function lastToRedo(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  const gone = takenBack(entries);
  const last = entries.findLast((entry) => isApplied(entry) && !gone.has(entry.begin.id));
  return last?.begin.undoes === undefined ? undefined : last;
}

/** Whether a swap put classes into the JVM, or left some waiting to be put in. */
export function isApplied(entry: LedgerEntry): boolean {
  return appliedClasses(entry).length > 0;
}

interface AppliedClass extends LedgerClass {
  /** The JVM has not loaded the class yet. */
  readonly waits: boolean;
}

/** The classes that an entry put into the JVM, or that wait there to be put in. An unknown outcome counts: comparing tells. */
function appliedClasses({ begin, end, open }: LedgerEntry): AppliedClass[] {
  const outcomes = new Map(end?.results.map(({ name, outcome }) => [name, outcome]));
  return begin.classes.flatMap((each) => {
    const outcome = open.includes(each.name) ? 'unknown' : outcomes.get(each.name);
    const isApplied = outcome === 'swapped' || outcome === 'pending' || outcome === 'unknown';
    return isApplied ? [{ ...each, waits: outcome === 'pending' }] : [];
  });
}

function restorable(
  classes: readonly { name: string; waits: boolean; expect: string; restore: string | undefined }[],
): UndoClass[] {
  const unknown = classes.filter(({ restore, waits }) => restore === undefined && !waits);
  if (unknown.length > 0)
    throw new UndoError(
      'unknownBefore',
      unknown.map(({ name }) => name),
    );
  return classes.map(({ name, expect, restore }) => ({
    name,
    expect,
    ...(restore !== undefined && { restore }),
  }));
}
