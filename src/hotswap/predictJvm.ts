import type { ClassFile } from '../classfile/classFile';
import { compareClasses } from '../classfile/compare';
import { ClassFileError } from '../classfile/errors';
import type { ClassSide } from '../classfile/side';
import type { LoadedClass } from '../jdwp/classIndex';
import { ReferenceType } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { ErrorConstant } from '../jdwp/errorConstants';
import type { ReferenceTypeId } from '../jdwp/ids';
import { mapLimit } from '../util/async';
import type { Attached } from './attach';
import { ClassPathClasses } from './classPathClasses';
import { compareWithRunning, stateOf } from './compare';
import { readInUse, type InUse } from './inUse';
import type { BuiltClass, ClassState } from './model';
import { predict, type Prediction, type PredictEnvironment, type RunningVersion } from './predict';
import { constantHolders, isTraceable } from './predict/holders';
import type { Note } from './predict/reasons';
import { classFileOf } from './roots/builtClass';
import { readRunning, type RunningClass } from './running';
import { readConstants } from './runningConstants';
import { readHierarchy, Surroundings } from './surroundings';
import { ifUnloaded, isUnloaded } from './unloaded';
import { flagsMatter, sameFlags, stockFlags, vmFlags, type VmFlags } from './vmFlags';

export interface PredictOptions {
  /** The class loaders find what lies in the class roots by themselves, or are given it: new classes there are not missing. */
  readonly rootsVisible: boolean;
  /** The JVM runs here: look for classes that it has not loaded where its loaders would. Takes its time. */
  readonly sameMachine?: boolean;
  /** Text of the source of a class, for line numbers. */
  readonly source?: (built: BuiltClass) => Promise<string | undefined>;
  /** All built classes, for those that hold a changed constant; unless given, the classes that are predicted. */
  readonly allBuilt?: (signal?: AbortSignal) => Promise<Iterable<BuiltClass>>;
  /** Tell new classes from those that are only not loaded: looks at what all built classes name that run. */
  readonly tellNew?: boolean;
  /** Look which methods are on a stack, which stops each thread for a moment, and count instances. */
  readonly inUse?: boolean;
}

/** What the JVM would answer for one built class; `prediction` is absent where nothing would be sent. */
export interface ClassPrediction {
  readonly built: BuiltClass;
  readonly state: ClassState;
  /** Of an unloaded class: the JVM can't have had it before it was built, as far as anything tells. */
  readonly isNew?: boolean;
  /** Where the class loaders differ, the one that would be refused. */
  readonly prediction?: Prediction;
  /** Each class of this name that would be redefined. */
  readonly loaded: readonly LoadedClass[];
  /** Instances and methods on a stack over all loaders, when they were asked for. */
  readonly inUse?: InUse;
}

/** How often missing knowledge of other classes is fetched; each round goes one step up the hierarchy. */
const rounds = 12;

/** JDWP, ReferenceType.Status. */
const STATUS_ERROR = 8;

/**
 * Predicts the answer to a redefinition by each built class, against what the JVM runs now. Redefines nothing; to
 * learn how the JVM was started, where that matters, it tries a version of an empty interface (see `vmFlags`).
 * Rejects with `JdwpError`.
 */
export async function predictClasses(
  context: Attached,
  classes: readonly BuiltClass[],
  options: PredictOptions,
  signal?: AbortSignal,
): Promise<ClassPrediction[]> {
  const compared = await compareAll(context, classes, signal);
  const differing = compared.flatMap(({ loaded }) => loaded);
  const used = options.inUse ? await readInUse(context.connection, differing, signal) : undefined;
  const onPath = options.sameMachine ? new ClassPathClasses(context, featureOf(context)) : undefined;
  const around = new Surroundings(context, classes, options.rootsVisible, onPath);
  const files = await onPath?.filesOf(differing);
  const predictor = new JvmPredictor(context, around, files ?? new Map());
  const predicted = await mapLimit(
    compared,
    64,
    async ({ built, state, loaded, read }): Promise<ClassPrediction> => {
      if (state === 'same' || loaded.length === 0) return { built, state, loaded: [] };
      const source = await options.source?.(built);
      const inUse = used && together(loaded.map(({ id }) => used.get(id)!));
      const predictions = await Promise.all(
        loaded.map((each) =>
          predictor.predict(each, built, { source, inUse, read: read.get(each.id) }, signal),
        ),
      );
      const there = predictions.filter((each) => each !== undefined);
      const prediction = there.find(({ verdict }) => verdict === 'refuse') ?? there[0];
      // Unloaded meanwhile.
      if (!prediction) return { built, state: 'unloaded', loaded: [] };
      return { built, state, loaded, prediction, ...(inUse && { inUse }) };
    },
  );
  const unloaded = predicted.filter(({ state }) => state === 'unloaded').map(({ built }) => built);
  const fresh = options.tellNew ? await around.newAmong(unloaded, signal) : new Set<string>();
  const told = predicted.map((each) => (fresh.has(each.built.name) ? { ...each, isNew: true } : each));
  return withHolders(told, () => options.allBuilt?.(signal) ?? Promise.resolve(classes));
}

interface Compared {
  readonly built: BuiltClass;
  readonly state: ClassState;
  /** Those that differ. */
  readonly loaded: readonly LoadedClass[];
  /** What was read back of these. */
  readonly read: ReadonlyMap<ReferenceTypeId, RunningClass>;
}

async function compareAll(
  { connection, index, known }: Attached,
  classes: readonly BuiltClass[],
  signal: AbortSignal | undefined,
): Promise<Compared[]> {
  await index.settled(signal);
  const looked = classes.map((built) => ({ built, loaded: index.lookup(built.name) }));
  const comparisons = await compareWithRunning(connection, known, looked, signal);
  return Promise.all(
    comparisons.map(async (comparison, at): Promise<Compared> => {
      const { built } = comparison;
      const different = comparison.loaded.filter(({ isSame }) => !isSame);
      const read = new Map(
        different.flatMap((each) => (each.running ? [[each.loaded.id, each.running]] : [])),
      );
      // The code of a class that failed to initialise can't be read, as if it were gone.
      const unread = looked[at]!.loaded.filter(
        ({ id }) => !comparison.loaded.some((each) => each.loaded.id === id),
      );
      const failed = await Promise.all(unread.map(async (each) => hasFailed(connection, each, signal)));
      if (failed.some(Boolean)) return { built, state: 'changed', loaded: unread, read };
      return { built, state: stateOf(comparison), loaded: different.map((each) => each.loaded), read };
    }),
  );
}

/** What is known of one class besides. */
interface About {
  readonly source: string | undefined;
  readonly inUse: InUse | undefined;
  /** What runs, when it was read back already. */
  readonly read: RunningClass | undefined;
}

/** Predicts for one class of one loader at a time; knows the JVM. */
class JvmPredictor {
  readonly #context: Attached;
  readonly #around: Surroundings;
  readonly #files: ReadonlyMap<ReferenceTypeId, ClassFile>;
  #flags: VmFlags = stockFlags;

  /** `files`: what the classes may have been loaded from. */
  constructor(context: Attached, around: Surroundings, files: ReadonlyMap<ReferenceTypeId, ClassFile>) {
    this.#context = context;
    this.#files = files;
    this.#around = around;
  }

  /** `undefined` when the class was unloaded meanwhile. */
  async predict(
    loaded: LoadedClass,
    built: BuiltClass,
    about: About,
    signal: AbortSignal | undefined,
  ): Promise<Prediction | undefined> {
    const { connection, index } = this.#context;
    const file = classFileOf(built);
    try {
      const [isFailed, running, loader, runningConstants] = await Promise.all([
        hasFailed(connection, loaded, signal),
        this.#running(loaded, file, about.read, signal),
        index.loaderOf(loaded, signal),
        readConstants(connection, loaded, file, signal),
      ]);
      if (isFailed) return neverAgain(file);
      const environment: PredictEnvironment = {
        feature: featureOf(this.#context),
        // The JVM does not verify what its boot loader loads.
        verified: loader !== 0n,
        find: this.#around.find(loader),
        isBuilt: (name) => this.#around.isBuilt(name),
        ...about.inUse,
        runningConstants,
        ...(about.source !== undefined && { source: about.source }),
      };
      return await this.#settle({ running, loaded, file, environment }, signal);
    } catch (error) {
      if (!isUnloaded(error)) throw error;
      // A class that failed to initialise can't be read either.
      return (await hasFailed(connection, loaded, signal)) ? neverAgain(file) : undefined;
    }
  }

  /** What runs, with its class file where we know it. */
  async #running(
    loaded: LoadedClass,
    next: ClassFile,
    read: RunningClass | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RunningVersion> {
    const { connection, known } = this.#context;
    const before = await known.running(loaded.id, loaded.name);
    if (before) return classFileOf(before);
    const [side, hierarchy, version] = await Promise.all([
      read ?? readRunning(connection, loaded.id, next, signal),
      readHierarchy(this.#context, loaded, signal),
      connection.request(ReferenceType.ClassFileVersion, { refType: loaded.id }, { signal }),
    ]);
    const running = { ...side, ...hierarchy, majorVersion: version.majorVersion };
    const from = this.#files.get(loaded.id);
    return from && isOf(running, from) ? from : { side: running };
  }

  /** Predicts until nothing it asks for is left to learn. */
  async #settle(
    subject: {
      readonly running: RunningVersion;
      readonly loaded: LoadedClass;
      readonly file: ClassFile;
      readonly environment: PredictEnvironment;
    },
    signal: AbortSignal | undefined,
  ): Promise<Prediction> {
    const { running, loaded, file, environment } = subject;
    const asker = { loaded, pool: 'side' in running ? running.side.pool : running.pool };
    for (let round = 1; ; round++) {
      const flags = this.#flags;
      const prediction = predict(running, file, { ...environment, ...flags });
      const isNews = (await this.#around.learn(prediction.unknownClasses, asker, signal)) > 0;
      if (isNews && round < rounds) continue;
      if (!flagsMatter(prediction, file)) return prediction;
      this.#flags = await vmFlags(this.#context, featureOf(this.#context));
      if (sameFlags(this.#flags, flags)) return prediction;
    }
  }
}

/** Whether the class failed to initialise; false also when it was unloaded meanwhile. */
async function hasFailed(
  connection: JdwpConnection,
  { id }: LoadedClass,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const answer = await connection
    .request(ReferenceType.Status, { refType: id }, { signal })
    .catch(ifUnloaded);
  return ((answer?.status ?? 0) & STATUS_ERROR) !== 0;
}

/** The JVM takes no other version of such a class, whatever it is. */
function neverAgain({ sourceFile }: ClassFile): Prediction {
  const error = ErrorConstant.INVALID_CLASS;
  const file = sourceFile === undefined ? {} : { file: sourceFile };
  return {
    verdict: 'refuse',
    error,
    possibleErrors: [error],
    reasons: [{ code: 'initializationFailed', error, ...file }],
    notes: [],
    unknownClasses: [],
  };
}

/** Whether a class that was read back can be that of a file: nothing that can be read back differs. */
function isOf(running: ClassSide, file: ClassFile): boolean {
  try {
    return running.majorVersion === file.majorVersion && compareClasses(running, file).outcome === 'same';
  } catch (error) {
    if (error instanceof ClassFileError) return false;
    throw error;
  }
}

function together(each: readonly InUse[]): InUse {
  const counts = each.map(({ instances }) => instances);
  const instances = counts.every((count) => count !== undefined)
    ? { instances: counts.reduce((sum, count) => sum + count, 0) }
    : {};
  return { onStack: new Set(each.flatMap(({ onStack }) => [...onStack])), ...instances };
}

/** Names the classes that hold the old value of changed constants; reads the built classes only if there are any. */
async function withHolders(
  predictions: readonly ClassPrediction[],
  allBuilt: () => Promise<Iterable<BuiltClass>>,
): Promise<ClassPrediction[]> {
  const changed = new Set(
    predictions
      .flatMap(({ prediction }) => prediction?.notes ?? [])
      .flatMap((note) => (isInlined(note) && isTraceable(note.from) ? [note.from] : [])),
  );
  if (changed.size === 0) return [...predictions];
  const holders = constantHolders(filesOf(await allBuilt()), changed);
  return predictions.map((each) => {
    const { built, prediction } = each;
    if (!prediction) return each;
    const notes = prediction.notes.map((note) => {
      const names = isInlined(note) ? holders.get(note.from) : undefined;
      return names ? { ...note, classes: names.filter((name) => name !== built.name) } : note;
    });
    return { ...each, prediction: { ...prediction, notes } };
  });
}

function isInlined(note: Note): note is Note & { readonly from: string } {
  return note.code === 'constantInlined' && note.from !== undefined;
}

function* filesOf(classes: Iterable<BuiltClass>): Generator<ClassFile> {
  for (const built of classes) yield classFileOf(built);
}

/** 17 of `17.0.15`, 8 of `1.8.0_392`. */
export function featureOf({ info }: Pick<Attached, 'info'>): number {
  return Number(/^(?:1\.)?(\d+)/.exec(info.version)?.[1] ?? 17);
}
