import { classFlagsOfModifiers } from '../classfile/accessFlags';
import { parseClassFile, type ClassFile } from '../classfile/classFile';
import type { FindClass, KnownClass as FoundClass } from '../classfile/hierarchy';
import type { LoadedClass } from '../jdwp/classIndex';
import { ClassType, ReferenceType } from '../jdwp/commands';
import { TypeTag } from '../jdwp/constants';
import { VmError } from '../jdwp/error';
import type { ClassId, ReferenceTypeId } from '../jdwp/ids';
import { mapLimit } from '../util/async';
import { compareWithRunning, stateOf } from './compare';
import type { BuiltClass, ClassState } from './model';
import { predict, type Prediction, type PredictEnvironment, type RunningVersion } from './predict';
import { classFileOf } from './roots/builtClass';
import { constantHolders } from './predict/holders';
import { readRunning } from './running';
import type { Attached } from './attach';

/** What decides besides the classes, as far as it is known of a JVM. */
export type JvmFlags = Pick<PredictEnvironment, 'preview' | 'allowAddDeleteMethods' | 'enhanced'>;

export interface PredictOptions {
  readonly flags?: JvmFlags;
  /** The class loaders find what lies in the class roots by themselves: new classes there are not missing. */
  readonly rootsVisible: boolean;
  /** Text of the source of a class, for line numbers. */
  readonly source?: (built: BuiltClass) => Promise<string | undefined>;
}

/** What the JVM would answer for one built class; `prediction` is absent where nothing would be sent. */
export interface ClassPrediction {
  readonly built: BuiltClass;
  readonly state: ClassState;
  readonly prediction?: Prediction;
}

/** How often missing knowledge of other classes is fetched; each round goes one step up the hierarchy. */
const rounds = 6;

/**
 * Predicts the answer to a redefinition by each built class, against what the JVM runs now. Sends nothing that
 * changes the JVM. Rejects with `JdwpError`.
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
  const compared = await compareWithRunning(connection, known, looked, signal);
  const around = new Surroundings(context, classes, options.rootsVisible);
  return mapLimit(compared, 64, async (comparison) => {
    const { built, loaded } = comparison;
    const state = stateOf(comparison);
    const differing = loaded.find(({ isSame }) => !isSame);
    if (state === 'same' || !differing) return { built, state };
    const running = await runningVersion(context, built, differing.loaded, signal);
    if (!running) return { built, state: 'unloaded' };
    const source = await options.source?.(built);
    return { built, state, prediction: await around.predict(running, built, options, source, signal) };
  });
}

/** What runs, with its class file where we know it; undefined when it was unloaded meanwhile. */
async function runningVersion(
  { connection, known }: Attached,
  built: BuiltClass,
  loaded: LoadedClass,
  signal: AbortSignal | undefined,
): Promise<RunningVersion | undefined> {
  const before = known.get(loaded.id)?.built;
  if (before) return classFileOf(before);
  try {
    const side = await readRunning(connection, loaded.id, classFileOf(built), signal);
    const { superName, interfaces } = await readHierarchy({ connection }, loaded, signal);
    return { side: { ...side, superName, interfaces } };
  } catch (error) {
    if (error instanceof VmError && (error.error === 20 || error.error === 21)) return undefined;
    throw error;
  }
}

async function nameOf(
  { connection }: Pick<Attached, 'connection'>,
  refType: ReferenceTypeId,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { signature } = await connection.request(ReferenceType.Signature, { refType }, { signal });
  return signature.slice(1, -1);
}

async function readHierarchy(
  context: Pick<Attached, 'connection'>,
  { id, typeTag }: LoadedClass,
  signal: AbortSignal | undefined,
): Promise<{ superName: string | undefined; interfaces: string[] }> {
  const { connection } = context;
  const above =
    typeTag === TypeTag.Class
      ? connection.request(ClassType.Superclass, { clazz: id as bigint as ClassId }, { signal })
      : undefined;
  const [parent, { interfaces }] = await Promise.all([
    above,
    connection.request(ReferenceType.Interfaces, { refType: id }, { signal }),
  ]);
  const superId = parent?.superclass ?? 0n;
  const [superName, ...names] = await Promise.all([
    superId === 0n
      ? Promise.resolve(typeTag === TypeTag.Class ? undefined : 'java/lang/Object')
      : nameOf(context, superId as bigint as ReferenceTypeId, signal),
    ...interfaces.map((each) => nameOf(context, each as bigint as ReferenceTypeId, signal)),
  ]);
  return { superName, interfaces: names };
}

/** What the JVM knows of the classes that a prediction turns on, fetched as predictions ask for it. */
class Surroundings {
  readonly #context: Attached;
  readonly #built: ReadonlyMap<string, BuiltClass>;
  readonly #rootsVisible: boolean;
  readonly #found = new Map<string, Promise<FoundClass | 'absent' | undefined>>();
  readonly #settled = new Map<string, FoundClass | 'absent' | undefined>();

  constructor(context: Attached, classes: readonly BuiltClass[], rootsVisible: boolean) {
    this.#context = context;
    this.#built = new Map(classes.map((built) => [built.name.replaceAll('.', '/'), built]));
    this.#rootsVisible = rootsVisible;
  }

  async predict(
    running: RunningVersion,
    built: BuiltClass,
    { flags }: PredictOptions,
    source: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Prediction> {
    const file: ClassFile = classFileOf(built);
    const find: FindClass = (name) => this.#settled.get(name);
    const environment: PredictEnvironment = {
      ...flags,
      feature: featureOf(this.#context),
      find,
      isBuilt: (name) => this.#built.has(name),
      constantHolders: (constant) => constantHolders([...this.#built.values()].map(classFileOf), constant),
      ...(source !== undefined && { source }),
    };
    for (let round = 1; ; round++) {
      const prediction = predict(running, file, environment);
      const asked = prediction.unknownClasses.filter((name) => !this.#settled.has(name));
      if (asked.length === 0 || round === rounds) return prediction;
      await Promise.all(asked.map((name) => this.#fetch(name, signal)));
    }
  }

  async #fetch(name: string, signal: AbortSignal | undefined): Promise<void> {
    let found = this.#found.get(name);
    if (!found) this.#found.set(name, (found = this.#read(name, signal)));
    this.#settled.set(name, await found);
  }

  async #read(name: string, signal: AbortSignal | undefined): Promise<FoundClass | 'absent' | undefined> {
    const { index, connection } = this.#context;
    const [loaded] = index.lookup(name.replaceAll('/', '.'));
    if (!loaded) {
      const built = this.#built.get(name);
      // A class that nobody has loaded may be found in time, unless only the class roots have it and the JVM can't see them.
      if (!built) return undefined;
      return this.#rootsVisible ? parseClassFile(built.bytes) : 'absent';
    }
    const refType = loaded.id;
    const [hierarchy, methods, fields, { modBits }] = await Promise.all([
      readHierarchy(this.#context, loaded, signal),
      connection.request(ReferenceType.Methods, { refType }, { signal }),
      connection.request(ReferenceType.Fields, { refType }, { signal }),
      connection.request(ReferenceType.Modifiers, { refType }, { signal }),
    ]);
    const member = (each: { name: string; signature: string; modBits: number }) => ({
      name: each.name,
      descriptor: each.signature,
      accessFlags: each.modBits & 0xffff,
    });
    return {
      name,
      accessFlags: classFlagsOfModifiers(modBits & 0xffff),
      ...hierarchy,
      methods: methods.declared.map(member),
      fields: fields.declared.map(member),
    };
  }
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
