import { compareWithRunning } from './compare';
import { digestOf } from './known';
import { UndoError, type UndoClass, type UndoPlan } from './ledger/undo';
import type { BuiltClass } from './model';
import type { SwapContext } from './swap';

/** What an undo sends, and which classes it only stops waiting for. */
export interface Restoring {
  readonly classes: readonly BuiltClass[];
  readonly withdrawn: readonly string[];
}

/**
 * Makes sure that the JVM runs, or waits for, exactly what a plan takes back, and reads what it puts there. Rejects
 * with `UndoError` (`superseded`, `missingBytes`) or `JdwpError`.
 */
export async function prepareUndo(
  context: SwapContext,
  { classes }: UndoPlan,
  waiting: (name: string) => BuiltClass | undefined,
  signal?: AbortSignal,
): Promise<Restoring> {
  await context.index.settled(signal);
  const superseded = (
    await Promise.all(
      classes.map(async (each) => ((await isRunning(context, each, waiting, signal)) ? [] : [each])),
    )
  ).flat();
  if (superseded.length > 0)
    throw new UndoError(
      'superseded',
      superseded.map(({ name }) => name),
    );
  const restored = classes.filter(({ restore }) => restore !== undefined);
  const read = await Promise.all(
    restored.map(async ({ name, restore }) => context.known.baseline?.read(restore!, name)),
  );
  const missing = restored.filter((_, i) => !read[i]);
  if (missing.length > 0)
    throw new UndoError(
      'missingBytes',
      missing.map(({ name }) => name),
    );
  const withdrawn = classes.filter(({ restore }) => restore === undefined).map(({ name }) => name);
  return { classes: read.filter((each) => each !== undefined), withdrawn };
}

async function isRunning(
  { connection, index, known }: SwapContext,
  { name, expect, restore }: UndoClass,
  waiting: (name: string) => BuiltClass | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const loaded = index.lookup(name);
  if (loaded.length === 0) {
    const pending = waiting(name);
    return pending !== undefined && digestOf(pending) === expect;
  }
  // Nothing can be put back into a class that was loaded meanwhile and whose code of before nobody knows.
  if (restore === undefined) return false;
  const unknown = loaded.filter(({ id }) => known.digest(id) === undefined);
  if (unknown.length < loaded.length && loaded.some(({ id }) => (known.digest(id) ?? expect) !== expect))
    return false;
  if (unknown.length === 0) return true;
  const built = await known.baseline?.read(expect, name);
  if (!built) throw new UndoError('missingBytes', [name]);
  const [compared] = await compareWithRunning(connection, known, [{ built, loaded: unknown }], signal);
  return compared?.loaded.every(({ isSame }) => isSame) === true;
}
