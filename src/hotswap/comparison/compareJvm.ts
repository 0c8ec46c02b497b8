import { parseClassFile, type ClassFile } from '../../classfile/classFile';
import { compareClasses } from '../../classfile/compare';
import { ClassFileError } from '../../classfile/errors';
import type { LoadedClass } from '../../jdwp/classIndex';
import { mapLimit, throwIfAborted } from '../../util/async';
import type { Attached } from '../attach';
import { changedMethods } from '../changedMethods';
import type { KnownClasses } from '../known';
import { classFileOf } from '../roots/builtClass';
import type { RootedEntry } from '../roots/openRoots';
import { readBack, runningClass, type ReadBack } from '../running';
import { ifUnloaded } from '../unloaded';
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
const pipelined = 48;
const ofNone: readonly ComparedLoader[] = [];
/** Shared by thousands of classes. */
const nothing = { differences: [], methods: [] } as const;

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
  const all = [...compared.filter((each) => each !== undefined), ...gone];
  const classes = await mapLimit(all, pipelined, (each) => named(attached, each, signal));
  classes.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { classes, unreadable, ms: clock.monotonic() - started };
}

/** With the loaders told apart, where there are several. */
async function named(
  { loaders: known }: Attached,
  compared: ComparedClass,
  signal: AbortSignal | undefined,
): Promise<ComparedClass> {
  if (compared.loaders.length < 2) return compared;
  const loaders = compared.loaders.map(async (each): Promise<ComparedLoader> => {
    const loader = await known.of(each.loaded, signal).catch(ifUnloaded);
    return loader ? { ...each, loader } : each;
  });
  return { ...compared, loaders: await Promise.all(loaders) };
}

/** Undefined for a file that can't be read or is no class. */
async function compareEntry(
  { connection, index, known }: Attached,
  entry: RootedEntry,
  signal: AbortSignal | undefined,
): Promise<ComparedClass | undefined> {
  const { name, file, root } = entry;
  const place = { name, file, root };
  const present = index.lookup(name);
  // Of a class that nobody has loaded the file need not be read.
  if (present.length === 0) return { name, state: 'unloaded', entry: place, loaders: ofNone };
  const [content, ...read] = await Promise.all([
    entry.bytes().catch(() => undefined),
    ...present.map(({ id }) => readBack(connection, id, signal).catch(ifUnloaded)),
  ]);
  // Parsed when all is there and not before: what waits would outlive the young generation of the heap.
  const built = content && parsed(content);
  if (built?.binaryName !== name) return undefined;
  const loaders: ComparedLoader[] = [];
  for (const [at, loaded] of present.entries()) {
    const running = read[at];
    if (running) loaders.push({ loaded, ...(await compareRunning(running, loaded, built, known)) });
  }
  return { name, state: overall(loaders), entry: place, loaders };
}

function parsed(bytes: Buffer): ClassFile | undefined {
  try {
    return parseClassFile(bytes);
  } catch (error) {
    if (error instanceof ClassFileError) return undefined;
    throw error;
  }
}

/**
 * What the JVM gives back is what counts. Where a merged pool leaves something open, more is known of a class that we
 * put there ourselves.
 */
async function compareRunning(
  running: ReadBack,
  { id, name }: LoadedClass,
  built: ClassFile,
  known: KnownClasses,
): Promise<Omit<ComparedLoader, 'loaded'>> {
  try {
    let compared = compareClasses(runningClass(running, built), built);
    if (compared.outcome !== 'changed' && compared.assumed.length > 0) {
      const before = await known.running(id, name);
      if (before) compared = compareClasses(classFileOf(before), built);
    }
    const { outcome, differences } = compared;
    if (differences.length === 0) return { state: outcome, ...nothing };
    return { state: outcome, differences, methods: changedMethods(differences, built) };
  } catch (error) {
    // What can't be decoded is not what was built.
    if (error instanceof ClassFileError) return { state: 'changed', ...nothing };
    throw error;
  }
}

function overall(loaders: readonly ComparedLoader[]): ComparedState {
  if (loaders.length === 0) return 'unloaded';
  return (
    (['changed', 'debug'] as const).find((state) => loaders.some((each) => each.state === state)) ?? 'same'
  );
}
