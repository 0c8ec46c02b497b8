import { classFlagsOfModifiers } from '../classfile/accessFlags';
import { parseClassFile } from '../classfile/classFile';
import type { ConstantPool } from '../classfile/constantPool';
import { TAG } from '../classfile/constantPool';
import type { FindClass, KnownClass } from '../classfile/hierarchy';
import type { LoadedClass } from '../jdwp/classIndex';
import { ClassType, ReferenceType } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { TypeTag } from '../jdwp/constants';
import type { ClassId, ClassLoaderId, ReferenceTypeId } from '../jdwp/ids';
import { mapLimit } from '../util/async';
import type { Attached } from './attach';
import type { ClassPathClasses, FoundOnPath } from './classPathClasses';
import type { BuiltClass } from './model';
import { classFileOf } from './roots/builtClass';
import { readPool } from './running';
import { ifUnloaded } from './unloaded';
import { unlinkedClasses } from './unlinked';

/** Pools read at the same time. */
const pipelined = 96;

/** Loaded classes that predictions asked for; ids are never given to another class. */
const keptClasses = new WeakMap<JdwpConnection, Map<ReferenceTypeId, KnownClass>>();
const mostKept = 1000;

/** A class that the JVM has, and what runs as far as it names other classes. */
interface Asker {
  readonly loaded: LoadedClass;
  readonly pool: ConstantPool;
}

type Found = KnownClass | 'absent' | undefined;

/**
 * What a JVM knows of the classes that predictions turn on, fetched as they ask for it. Answers for one moment: make
 * another one for the next prediction.
 */
export class Surroundings {
  readonly #context: Attached;
  /** By internal name. */
  readonly #built: ReadonlyMap<string, BuiltClass>;
  readonly #rootsVisible: boolean;
  readonly #onPath: ClassPathClasses | undefined;
  /** By `loader/name`. */
  readonly #reading = new Map<string, Promise<void>>();
  readonly #found = new Map<string, Found>();
  readonly #unlinked = new Map<ClassLoaderId, Promise<ReadonlySet<string>>>();
  #mentioned: Promise<ReadonlySet<string>> | undefined;

  /** `onPath`: where to look for classes that are not loaded, of a JVM of this machine. */
  constructor(
    context: Attached,
    classes: readonly BuiltClass[],
    rootsVisible: boolean,
    onPath?: ClassPathClasses,
  ) {
    this.#context = context;
    this.#onPath = onPath;
    this.#built = new Map(classes.map((built) => [built.name.replaceAll('.', '/'), built]));
    this.#rootsVisible = rootsVisible;
  }

  isBuilt(name: string): boolean {
    return this.#built.has(name);
  }

  get built(): Iterable<BuiltClass> {
    return this.#built.values();
  }

  /** What is known by now of the classes that a loader finds. */
  find(loader: ClassLoaderId): FindClass {
    return (name) => this.#found.get(keyOf(loader, name));
  }

  /** Gets to know what a class names; returns how many of these names are new. Rejects with `JdwpError`. */
  async learn(names: readonly string[], asker: Asker, signal: AbortSignal | undefined): Promise<number> {
    const loader = await this.#context.index.loaderOf(asker.loaded, signal);
    const fresh = names.filter((name) => !this.#found.has(keyOf(loader, name)));
    const unread = fresh.filter((name) => !this.#reading.has(keyOf(loader, name)));
    if (unread.length > 0) {
      const read = this.#readAll(unread, loader, asker, signal);
      for (const name of unread) this.#reading.set(keyOf(loader, name), read);
    }
    await Promise.all(fresh.flatMap((name) => this.#reading.get(keyOf(loader, name)) ?? []));
    return fresh.length;
  }

  async #readAll(
    names: readonly string[],
    loader: ClassLoaderId,
    asker: Asker,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const shown = await Promise.all(
      names.map(async (name) => {
        const loaded = await this.#pick(name.replaceAll('/', '.'), loader, signal);
        return loaded && this.#readLoaded(name, loaded, signal);
      }),
    );
    const hidden = names.filter((_, at) => shown[at] === undefined);
    const onPath = hidden.length === 0 ? undefined : await this.#onPath?.find(hidden, asker.loaded);
    for (const [at, name] of names.entries()) {
      const found = shown[at] ?? (await this.#judge(name, onPath?.get(name), loader, asker, signal));
      this.#found.set(keyOf(loader, name), found);
    }
    // What is asked for next, nearly always: a round trip less for each step up the hierarchy.
    const above = names.flatMap((name) => {
      const found = this.#found.get(keyOf(loader, name));
      return found && found !== 'absent' ? supertypesOf(found) : [];
    });
    await this.learn([...new Set(above)], asker, signal);
  }

  /** Whether the JVM would find a class that it does not show; `onPath`: what its class path says. */
  async #judge(
    name: string,
    onPath: FoundOnPath,
    loader: ClassLoaderId,
    asker: Asker,
    signal: AbortSignal | undefined,
  ): Promise<Found> {
    const built = this.#built.get(name);
    if (built && this.#rootsVisible) return parseClassFile(built.bytes);
    if (onPath === 'absent') return (await this.#isUnlinked(name, loader, signal)) ? undefined : 'absent';
    if (onPath !== undefined) return onPath;
    // Nobody has loaded it, so nothing tells whether the JVM would find it; save for what was only just built.
    if (!built) return undefined;
    return (await this.#exists(name, loader, asker, signal)) ? undefined : 'absent';
  }

  /** Of several classes of a name the one that the loader has; else one of the loaders it may ask. */
  async #pick(
    name: string,
    loader: ClassLoaderId,
    signal: AbortSignal | undefined,
  ): Promise<LoadedClass | undefined> {
    const { index } = this.#context;
    const found = index.lookup(name);
    if (found.length <= 1) return found[0];
    const loaders = await Promise.all(found.map((each) => index.loaderOf(each, signal)));
    return (
      found.find((_, at) => loaders[at] === loader) ?? found.find((_, at) => loaders[at] === 0n) ?? found[0]
    );
  }

  /**
   * Whether a built class that the JVM does not show was there before it was built: what runs names it, or it is
   * loaded and not linked yet.
   */
  async #exists(
    name: string,
    loader: ClassLoaderId,
    { pool }: Asker,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (mentions(pool, name) || (await this.#isUnlinked(name, loader, signal))) return true;
    this.#mentioned ??= this.#readMentioned(signal);
    return (await this.#mentioned).has(name);
  }

  /**
   * Which of these built classes, none of which the JVM shows, it can't have had before they were built: nothing that
   * runs names them, no loader has them. Names as in `Class.getName()`.
   */
  async newAmong(classes: readonly BuiltClass[], signal: AbortSignal | undefined): Promise<Set<string>> {
    const fresh = new Set<string>();
    const neighbour = this.#neighbour();
    if (classes.length === 0 || !neighbour) return fresh;
    const loader = await this.#context.index.loaderOf(neighbour, signal);
    const names = classes.map(({ name }) => name.replaceAll('.', '/'));
    const onPath = this.#rootsVisible ? undefined : await this.#onPath?.find(names, neighbour);
    this.#mentioned ??= this.#readMentioned(signal);
    const mentioned = await this.#mentioned;
    for (const name of names) {
      const found = onPath?.get(name);
      const isKnown = found === undefined ? mentioned.has(name) : found !== 'absent';
      if (!isKnown && !(await this.#isUnlinked(name, loader, signal))) fresh.add(name.replaceAll('/', '.'));
    }
    return fresh;
  }

  /** A class that was built and that the JVM shows. */
  #neighbour(): LoadedClass | undefined {
    for (const { name } of this.#built.values()) {
      const [loaded] = this.#context.index.lookup(name);
      if (loaded) return loaded;
    }
    return undefined;
  }

  async #isUnlinked(name: string, loader: ClassLoaderId, signal: AbortSignal | undefined): Promise<boolean> {
    let unlinked = this.#unlinked.get(loader);
    if (!unlinked) this.#unlinked.set(loader, (unlinked = unlinkedClasses(this.#context, loader, signal)));
    return (await unlinked).has(name.replaceAll('/', '.'));
  }

  /** Internal names of the built classes that any of those that run names, and that the JVM does not show. */
  async #readMentioned(signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
    const { index, known, connection } = this.#context;
    const names = new Set<string>();
    const running = [...this.#built.values()].flatMap(({ name }) => index.lookup(name));
    await mapLimit(running, pipelined, async ({ id }) => {
      const file = known.get(id)?.built;
      const pool = file ? classFileOf(file).pool : await readPool(connection, id, signal).catch(ifUnloaded);
      for (const name of pool ? classNames(pool) : []) if (this.#built.has(name)) names.add(name);
    });
    return names;
  }

  /** Read once for a connection: what a redefinition may change of a class others do not see. */
  async #readLoaded(name: string, loaded: LoadedClass, signal: AbortSignal | undefined): Promise<Found> {
    const { connection } = this.#context;
    const kept = keptClasses.get(connection) ?? new Map<ReferenceTypeId, KnownClass>();
    keptClasses.set(connection, kept);
    const known = kept.get(loaded.id);
    if (known) return known;
    const found = await this.#readShown(name, loaded, signal);
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value!);
    kept.set(loaded.id, found);
    return found;
  }

  async #readShown(name: string, loaded: LoadedClass, signal: AbortSignal | undefined): Promise<KnownClass> {
    const { connection } = this.#context;
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

/** Internal names of the superclass (of an interface `java/lang/Object`) and of the interfaces, as they run. */
export async function readHierarchy(
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

async function nameOf(
  { connection }: Pick<Attached, 'connection'>,
  refType: ReferenceTypeId,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { signature } = await connection.request(ReferenceType.Signature, { refType }, { signal });
  return signature.slice(1, -1);
}

function supertypesOf({ superName, interfaces = [] }: KnownClass): string[] {
  return superName === undefined ? [...interfaces] : [superName, ...interfaces];
}

function keyOf(loader: ClassLoaderId, name: string): string {
  return `${loader}/${name}`;
}

function* classNames(pool: ConstantPool): Generator<string> {
  for (let index = 1; index < pool.count; index++)
    if (pool.tag(index) === TAG.Class) yield pool.className(index);
}

function mentions(pool: ConstantPool, name: string): boolean {
  for (const each of classNames(pool)) if (each === name) return true;
  return false;
}
