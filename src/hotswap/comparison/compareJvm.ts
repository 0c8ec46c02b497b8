import { compareClasses } from '../../classfile/compare';
import { ClassFileError } from '../../classfile/errors';
import type { LoadedClass } from '../../jdwp/classIndex';
import { VmError } from '../../jdwp/error';
import { ErrorConstant } from '../../jdwp/errorConstants';
import { mapLimit, throwIfAborted } from '../../util/async';
import type { Attached } from '../attach';
import type { BuiltClass } from '../model';
import { classFileOf } from '../roots/builtClass';
import type { RootedEntry } from '../roots/openRoots';
import { readRunning } from '../running';
import { findGone } from './gone';
import type { ComparedClass, ComparedLoader, ComparedState, JvmComparison } from './model';

export interface CompareOptions {
  /** Which classes; all unless given. */
  readonly isChosen?: (name: string) => boolean;
  /** After each class of the roots. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Classes under way at the same time: their requests fill the JVM's queue while earlier replies are compared, and
 * only their bytes are in memory.
 */
const pipelined = 128;
const ofNone: readonly ComparedLoader[] = [];
const noDifferences: ComparedLoader['differences'] = [];

/**
 * What differs between what a JVM runs and what was built, by class and method. The JVM is the reference: each
 * class that it shows is read back (pool, members, code, line numbers) and compared with its file, by meaning where
 * earlier swaps merged the pools. What JDWP can't give back (exception tables, annotations) is compared by the file
 * that is known to run, where one is, else as far as the constants tell. Changes nothing. Rejects with `JdwpError`
 * or `AbortedError`.
 */
export async function compareJvm(
  attached: Attached,
  entries: readonly RootedEntry[],
  options: CompareOptions = {},
  signal?: AbortSignal,
): Promise<JvmComparison> {
  const { clock, index } = attached;
  const { isChosen = () => true, onProgress } = options;
  const started = clock.monotonic();
  await index.settled(signal);
  const chosen = entries.filter(({ name }) => isChosen(name));
  const unreadable: string[] = [];
  let done = 0;
  const compared = await mapLimit(chosen, pipelined, async (entry) => {
    throwIfAborted(signal, 'comparison');
    const result = await compareEntry(attached, entry, signal);
    if (!result) unreadable.push(entry.name);
    onProgress?.(++done, chosen.length);
    return result;
  });
  const gone = await findGone(attached, entries, isChosen, signal);
  const classes = [...compared.filter((each) => each !== undefined), ...gone];
  classes.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { classes, unreadable, ms: clock.monotonic() - started };
}

/** Undefined for a file that can't be read or is no class. */
async function compareEntry(
  attached: Attached,
  entry: RootedEntry,
  signal: AbortSignal | undefined,
): Promise<ComparedClass | undefined> {
  const { name, file, root } = entry;
  const place = { name, file, root };
  // Of a class that nobody has loaded the file need not be read.
  if (attached.index.lookup(name).length === 0)
    return { name, state: 'unloaded', entry: place, loaders: ofNone };
  const built = await entry.read().catch(() => 'incomplete' as const);
  if (built === 'incomplete' || built.name !== name) return undefined;
  const compared = await Promise.all(
    attached.index.lookup(name).map((loaded) => compareLoaded(attached, loaded, built, signal)),
  );
  const loaders = compared.filter((each) => each !== undefined);
  return { name, state: overall(loaders), entry: place, loaders };
}

function overall(loaders: readonly ComparedLoader[]): ComparedState {
  if (loaders.length === 0) return 'unloaded';
  return (
    (['changed', 'debug'] as const).find((state) => loaders.some((each) => each.state === state)) ?? 'same'
  );
}

/** Undefined when the class was unloaded meanwhile. */
async function compareLoaded(
  { connection, known }: Pick<Attached, 'connection' | 'known'>,
  loaded: LoadedClass,
  built: BuiltClass,
  signal: AbortSignal | undefined,
): Promise<ComparedLoader | undefined> {
  try {
    const file = classFileOf(built);
    const running = await readRunning(connection, loaded.id, file, signal);
    const read = compareClasses(running, file);
    // More is known than can be read back where we put the class there ourselves.
    const before = known.get(loaded.id)?.built;
    const isExact = read.outcome === 'changed' || read.assumed.length === 0 || !before;
    const { outcome, differences } = isExact ? read : compareClasses(classFileOf(before), file);
    return {
      loaded,
      state: outcome,
      differences: differences.length === 0 ? noDifferences : differences,
    };
  } catch (error) {
    // What can't be decoded is not what was built.
    if (error instanceof ClassFileError) return { loaded, state: 'changed', differences: noDifferences };
    if (isUnloaded(error)) return undefined;
    throw error;
  }
}

function isUnloaded(error: unknown): boolean {
  return (
    error instanceof VmError &&
    (error.error === ErrorConstant.INVALID_OBJECT || error.error === ErrorConstant.INVALID_CLASS)
  );
}
