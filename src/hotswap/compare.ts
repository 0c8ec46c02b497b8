import { compareClasses, type Difference } from '../classfile/compare';
import { ClassFileError } from '../classfile/errors';
import type { ClassSide } from '../classfile/side';
import type { LoadedClass } from '../jdwp/classIndex';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import { mapLimit } from '../util/async';
import { digestOf, type KnownClasses, type RunningMethod } from './known';
import type { BuiltClass, ClassState } from './model';
import { classFileOf } from './roots/builtClass';
import { readRunning } from './running';

/** How one loaded class stands against the built class of its name. */
export interface LoadedComparison {
  readonly loaded: LoadedClass;
  readonly state: Exclude<ClassState, 'unloaded'>;
  readonly methods: readonly RunningMethod[];
  /** What differs, where that was looked at; absent for one of very many classes. */
  readonly differences?: readonly Difference[];
}

/** A built class, and every class of its name that the JVM shows (one a class loader); none: `unloaded`. */
export interface Comparison {
  readonly built: BuiltClass;
  readonly loaded: readonly LoadedComparison[];
}

/** Classes read back at the same time: enough to keep the JVM busy, without holding all pools in memory. */
const pipelined = 96;
/**
 * Up to so many classes at once, a change of debug data only is told from a change of code by comparing files,
 * and class files are kept for that. Beyond (a rebuild of everything) a known class that differs is `changed`.
 */
const exactLimit = 64;

/** The state of a built class over all its loaders: the one that asks for most. */
export function stateOf({ loaded }: Comparison): ClassState {
  if (loaded.length === 0) return 'unloaded';
  for (const state of ['changed', 'debug'] as const)
    if (loaded.some((each) => each.state === state)) return state;
  return 'same';
}

/**
 * Compares built classes with what runs, reading back only what isn't known. Classes unloaded meanwhile count as
 * not loaded. Rejects with `JdwpError`.
 */
export async function compareWithRunning(
  connection: JdwpConnection,
  known: KnownClasses,
  classes: readonly { readonly built: BuiltClass; readonly loaded: readonly LoadedClass[] }[],
  signal?: AbortSignal,
): Promise<Comparison[]> {
  const exact = classes.length <= exactLimit;
  const compare = async (built: BuiltClass, loaded: LoadedClass): Promise<LoadedComparison | undefined> =>
    compareKnown(known, built, loaded, exact) ?? compareRead(connection, known, built, loaded, exact, signal);
  return mapLimit(classes, pipelined, async ({ built, loaded }) => {
    if (loaded.length === 0) return { built, loaded: [] };
    const compared = await Promise.all(loaded.map((each) => compare(built, each)));
    return { built, loaded: compared.filter((each) => each !== undefined) };
  });
}

/** The comparison without the JVM, when it is known which class file runs. */
function compareKnown(
  known: KnownClasses,
  built: BuiltClass,
  loaded: LoadedClass,
  exact: boolean,
): LoadedComparison | undefined {
  const before = known.get(loaded.id);
  if (!before) return undefined;
  const { methods } = before;
  if (before.digest === digestOf(built)) return { loaded, state: 'same', methods };
  if (!exact) return { loaded, state: 'changed', methods };
  return before.built && { loaded, methods, ...compareSides(classFileOf(before.built), built) };
}

async function compareRead(
  connection: JdwpConnection,
  known: KnownClasses,
  built: BuiltClass,
  loaded: LoadedClass,
  keep: boolean,
  signal: AbortSignal | undefined,
): Promise<LoadedComparison | undefined> {
  try {
    const running = await readRunning(connection, loaded.id, classFileOf(built), signal);
    const compared = compareSides(running, built);
    if (compared.state === 'same') known.runs(loaded.id, built, running.runningMethods, keep);
    return { loaded, methods: running.runningMethods, ...compared };
  } catch (error) {
    if (isUnloaded(error)) return undefined;
    throw error;
  }
}

/** What can't be decoded is not the same. */
function compareSides(
  running: ClassSide,
  built: BuiltClass,
): Pick<LoadedComparison, 'state' | 'differences'> {
  try {
    const { outcome, differences } = compareClasses(running, classFileOf(built));
    return { state: outcome, differences };
  } catch (error) {
    if (error instanceof ClassFileError) return { state: 'changed' };
    throw error;
  }
}

/** INVALID_OBJECT or INVALID_CLASS: the class was unloaded since the index named it. */
function isUnloaded(error: unknown): boolean {
  return error instanceof VmError && (error.error === 20 || error.error === 21);
}
