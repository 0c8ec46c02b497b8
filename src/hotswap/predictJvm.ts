import type { ClassFile } from '../classfile/classFile';
import type { LoadedClass } from '../jdwp/classIndex';
import { ReferenceType } from '../jdwp/commands';
import { mapLimit } from '../util/async';
import type { Attached } from './attach';
import { compareWithRunning, stateOf } from './compare';
import { readInUse, type InUse } from './inUse';
import type { BuiltClass, ClassState } from './model';
import { predict, type Prediction, type PredictEnvironment, type RunningVersion } from './predict';
import { constantHolders, isTraceable } from './predict/holders';
import type { Note } from './predict/reasons';
import { classFileOf } from './roots/builtClass';
import { readRunning } from './running';
import { readHierarchy, Surroundings } from './surroundings';
import { isUnloaded } from './unloaded';
import { flagsMatter, sameFlags, stockFlags, vmFlags, type VmFlags } from './vmFlags';

export interface PredictOptions {
  /** The class loaders find what lies in the class roots by themselves, or are given it: new classes there are not missing. */
  readonly rootsVisible: boolean;
  /** Text of the source of a class, for line numbers. */
  readonly source?: (built: BuiltClass) => Promise<string | undefined>;
  /** All built classes, for those that hold a changed constant; unless given, the classes that are predicted. */
  readonly allBuilt?: (signal?: AbortSignal) => Promise<Iterable<BuiltClass>>;
  /** Look which methods are on a stack, which stops each thread for a moment, and count instances. */
  readonly inUse?: boolean;
}

/** What the JVM would answer for one built class; `prediction` is absent where nothing would be sent. */
export interface ClassPrediction {
  readonly built: BuiltClass;
  readonly state: ClassState;
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
  const { connection, index, known } = context;
  await index.settled(signal);
  const looked = classes.map((built) => ({ built, loaded: index.lookup(built.name) }));
  const compared = (await compareWithRunning(connection, known, looked, signal)).map((comparison) => ({
    built: comparison.built,
    state: stateOf(comparison),
    loaded: comparison.loaded.filter(({ isSame }) => !isSame).map(({ loaded }) => loaded),
  }));
  const differing = compared.flatMap(({ loaded }) => loaded);
  const used = options.inUse ? await readInUse(connection, differing, signal) : undefined;
  const around = new Surroundings(context, classes, options.rootsVisible);
  const predictor = new JvmPredictor(context, around);
  const predicted = await mapLimit(
    compared,
    64,
    async ({ built, state, loaded }): Promise<ClassPrediction> => {
      if (state === 'same' || loaded.length === 0) return { built, state, loaded: [] };
      const source = await options.source?.(built);
      const inUse = used && together(loaded.map(({ id }) => used.get(id)!));
      const predictions = await Promise.all(
        loaded.map((each) => predictor.predict(each, built, { source, inUse }, signal)),
      );
      const there = predictions.filter((each) => each !== undefined);
      const prediction = there.find(({ verdict }) => verdict === 'refuse') ?? there[0];
      // Unloaded meanwhile.
      if (!prediction) return { built, state: 'unloaded', loaded: [] };
      return { built, state, loaded, prediction, ...(inUse && { inUse }) };
    },
  );
  return withHolders(predicted, () => options.allBuilt?.(signal) ?? Promise.resolve(classes));
}

/** Predicts for one class of one loader at a time; knows the JVM. */
class JvmPredictor {
  readonly #context: Attached;
  readonly #around: Surroundings;
  #flags: VmFlags = stockFlags;

  constructor(context: Attached, around: Surroundings) {
    this.#context = context;
    this.#around = around;
  }

  /** `undefined` when the class was unloaded meanwhile. */
  async predict(
    loaded: LoadedClass,
    built: BuiltClass,
    about: { readonly source: string | undefined; readonly inUse: InUse | undefined },
    signal: AbortSignal | undefined,
  ): Promise<Prediction | undefined> {
    const { connection, index } = this.#context;
    const file = classFileOf(built);
    try {
      const [running, loader, { status }] = await Promise.all([
        runningVersion(this.#context, loaded, file, signal),
        index.loaderOf(loaded, signal),
        connection.request(ReferenceType.Status, { refType: loaded.id }, { signal }),
      ]);
      const environment: PredictEnvironment = {
        feature: featureOf(this.#context),
        // The JVM does not verify what its boot loader loads.
        verified: loader !== 0n,
        initializationFailed: (status & STATUS_ERROR) !== 0,
        find: this.#around.find(loader),
        isBuilt: (name) => this.#around.isBuilt(name),
        ...about.inUse,
        ...(about.source !== undefined && { source: about.source }),
      };
      return await this.#settle({ running, loaded, file, environment }, signal);
    } catch (error) {
      if (isUnloaded(error)) return undefined;
      throw error;
    }
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

/** What runs, with its class file where we know it. */
async function runningVersion(
  context: Attached,
  loaded: LoadedClass,
  next: ClassFile,
  signal: AbortSignal | undefined,
): Promise<RunningVersion> {
  const before = context.known.get(loaded.id)?.built;
  if (before) return classFileOf(before);
  const { connection } = context;
  const [side, hierarchy, { majorVersion }] = await Promise.all([
    readRunning(connection, loaded.id, next, signal),
    readHierarchy(context, loaded, signal),
    connection.request(ReferenceType.ClassFileVersion, { refType: loaded.id }, { signal }),
  ]);
  return { side: { ...side, ...hierarchy, majorVersion } };
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

/**
 * Classes that the JVM shows, in the packages of the built ones, and that no build has any more. Generated ones
 * (proxies, mocks) are among them: nobody can tell.
 */
export function goneClasses(
  { index }: Pick<Attached, 'index'>,
  classes: readonly BuiltClass[],
  isChosen: (name: string) => boolean,
): string[] {
  const built = new Set(classes.map(({ name }) => name));
  const packages = new Set(classes.map(({ name }) => packageOf(name)));
  return [...index.names()].filter(
    (name) => !built.has(name) && packages.has(packageOf(name)) && isChosen(name),
  );
}

function packageOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.') + 1);
}
