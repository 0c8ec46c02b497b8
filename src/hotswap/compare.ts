import { compareClasses, type Difference } from '../classfile/compare';
import { ClassFileError } from '../classfile/errors';
import type { ClassSide } from '../classfile/side';
import type { LoadedClass } from '../jdwp/classIndex';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import { mapLimit } from '../util/async';
import { fingerprintOfRead } from './fingerprint';
import { digestOf, type KnownClasses, type RunningMethod } from './known';
import type { BuiltClass, ClassState } from './model';
import { readClassHeader } from './comparison/header';
import { classFileOf } from './roots/builtClass';
import { readBack, runningClass, type RunningClass } from './running';

/** How one loaded class stands against the built class of its name. */
export interface LoadedComparison {
  readonly loaded: LoadedClass;
  readonly methods: readonly RunningMethod[];
  /** Whether there is nothing to swap. */
  readonly isSame: boolean;
  /** What was read back, where it had to be and differs. */
  readonly running?: RunningClass;
  /** Worked out when asked for: it may be asked while the JVM is busy with the swap. */
  detail(): Detail;
}

export interface Detail {
  readonly state: Exclude<ClassState, 'unloaded'>;
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
 * Up to so many classes at once, a change of debug data only is told from a change of code by comparing files.
 * Beyond (a rebuild of everything) a known class that differs is `changed`.
 */
const exactLimit = 64;

/** The state of a built class over all its loaders: the one that asks for most. */
export function stateOf({ loaded }: Comparison): ClassState {
  if (loaded.length === 0) return 'unloaded';
  for (const state of ['changed', 'debug'] as const)
    if (loaded.some((each) => each.detail().state === state)) return state;
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
  const isExact = classes.length <= exactLimit;
  const compare = async (built: BuiltClass, loaded: LoadedClass): Promise<LoadedComparison | undefined> =>
    compareKnown(known, built, loaded, isExact) ?? compareRead(connection, known, built, loaded, signal);
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
  isExact: boolean,
): LoadedComparison | undefined {
  const isSame = known.isRunning(loaded.id, built);
  if (isSame === undefined) return undefined;
  const { methods, built: before } = known.get(loaded.id)!;
  if (isSame) return { loaded, methods, isSame, detail: () => ({ state: 'same' }) };
  if (!isExact) return { loaded, methods, isSame, detail: () => ({ state: 'changed' }) };
  if (!before) return undefined;
  return { loaded, methods, isSame, detail: () => detailOfFiles(before, built) };
}

/** The last comparisons of two class files, by their digests: replicas of an application ask for the same ones. */
const compared = new Map<string, Detail>();
const comparedLimit = 256;

function detailOfFiles(before: BuiltClass, built: BuiltClass): Detail {
  const key = `${digestOf(before)}/${digestOf(built)}`;
  let detail = compared.get(key);
  if (!detail) {
    detail = differing(compareSides(classFileOf(before), built));
    if (compared.size >= comparedLimit) compared.delete(compared.keys().next().value!);
    compared.set(key, detail);
  }
  return detail;
}

/** Files that are not the same bytes differ, if only in what no comparison looks at. */
function differing(detail: Detail): Detail {
  return detail.state === 'same' ? { ...detail, state: 'debug' } : detail;
}

async function compareRead(
  connection: JdwpConnection,
  known: KnownClasses,
  built: BuiltClass,
  loaded: LoadedClass,
  signal: AbortSignal | undefined,
): Promise<LoadedComparison | undefined> {
  try {
    const read = await readBack(connection, loaded.id, signal);
    const running = await withSupertypes(
      connection,
      loaded,
      runningClass(read, classFileOf(built)),
      built,
      signal,
    );
    const methods = running.runningMethods;
    const recognised = await known.baseline?.recognise(loaded.name, () => fingerprintOfRead(read));
    if (recognised !== undefined && recognised !== 'other') {
      known.runs(loaded.id, recognised, methods);
      return compareKnown(known, built, loaded, true);
    }
    const trustsAssumed = recognised === undefined;
    const detail = compareSides(running, built, trustsAssumed);
    const isSame = detail.state === 'same';
    if (isSame) known.runs(loaded.id, built, methods);
    else await findRunning(known, loaded, running, built, trustsAssumed);
    return { loaded, methods, isSame, ...(!isSame && { running }), detail: () => detail };
  } catch (error) {
    if (isUnloaded(error)) return undefined;
    throw error;
  }
}

/**
 * With superclass and interfaces where only they may still differ: a pool that has more constants than the file may
 * have those of an interface that is gone.
 */
async function withSupertypes(
  connection: JdwpConnection,
  loaded: LoadedClass,
  running: RunningClass,
  built: BuiltClass,
  signal: AbortSignal | undefined,
): Promise<RunningClass> {
  const isDecided =
    running.pool === classFileOf(built).pool || compareSides(running, built).state === 'changed';
  if (isDecided) return running;
  const { superName, interfaces } = await readClassHeader(connection, loaded, signal);
  return { ...running, superName, interfaces };
}

/** Finds the class file of what runs among those that were kept, so that it can be put back later. */
async function findRunning(
  known: KnownClasses,
  { id, name }: LoadedClass,
  running: RunningClass,
  built: BuiltClass,
  trustsAssumed: boolean,
): Promise<void> {
  if (!known.baseline) return;
  for await (const candidate of known.baseline.candidates(name)) {
    if (digestOf(candidate) === digestOf(built)) continue;
    if (compareSides(running, candidate, trustsAssumed).state !== 'same') continue;
    known.runs(id, candidate, running.runningMethods);
    return;
  }
}

/**
 * What can't be decoded is not the same. Without `trustsAssumed`, neither is what can't be read back: somebody else
 * redefined the class since it was known.
 */
function compareSides(running: ClassSide, built: BuiltClass, trustsAssumed = true): Detail {
  try {
    const { outcome, differences, assumed } = compareClasses(running, classFileOf(built));
    if (!trustsAssumed && outcome !== 'changed' && assumed.length > 0) return { state: 'changed' };
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
