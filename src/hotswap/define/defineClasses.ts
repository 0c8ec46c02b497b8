import { parseClassFile } from '../../classfile/classFile';
import type { ClassIndex, LoadedClass } from '../../jdwp/classIndex';
import { ClassType, ObjectReference, ReferenceType } from '../../jdwp/commands';
import type { JdwpConnection } from '../../jdwp/connection';
import { InvokeOptions } from '../../jdwp/constants';
import type {
  ArrayId,
  ClassId,
  ClassLoaderId,
  ClassObjectId,
  MethodId,
  ObjectId,
  ReferenceTypeId,
  StringId,
  ThreadId,
} from '../../jdwp/ids';
import type { Value } from '../../jdwp/values';
import { HotSwapError } from '../errors';
import type { BuiltClass } from '../model';
import { withHeldThread, type HoldOptions } from './heldThread';
import { classNameOf, RemoteObjects } from './remoteObjects';

/** A class to bring into a running JVM that has never heard of it. */
export interface NewClass {
  readonly built: BuiltClass;
  /** A class of the loader that is to define it, such as its outer class; gives its protection domain too. */
  readonly sibling: LoadedClass;
}

/**
 * `defined`: the loader has it now. `visible`: the loader finds a class of this name by itself, or has it already;
 * nothing was done. `failed`: the loader threw; `exception` is the class name of what it threw.
 */
export type DefineResult =
  { readonly kind: 'defined' | 'visible' } | { readonly kind: 'failed'; readonly exception: string };

/**
 * Brings classes over JDWP into the class loaders of their siblings, superclasses and interfaces first. Each loader
 * is asked for the class as the JVM would ask it (`loadClass`): one that sees the class root, or whose parent has
 * the class, needs nothing. A class that is redefined before the new classes it names are there fails with
 * NoClassDefFoundError for good, so this comes *before* the redefinition. Holds one thread for a few milliseconds.
 * Results stand in the order of `classes`. Rejects with `HotSwapError` (`noThread`, `unsupported`) or `JdwpError`.
 */
export async function defineClasses(
  connection: JdwpConnection,
  index: ClassIndex,
  classes: readonly NewClass[],
  options: HoldOptions = {},
  signal?: AbortSignal,
): Promise<DefineResult[]> {
  const results = new Map<NewClass, DefineResult>();
  const objects = new RemoteObjects(connection, signal);
  try {
    const [methods, ready] = await Promise.all([
      findMethods(connection, index, signal),
      Promise.all(inOrder(classes).map((each) => prepare(connection, index, objects, each, signal))),
    ]);
    const definable = ready.filter(({ loader }) => loader !== 0n);
    const define = async (thread: ThreadId): Promise<void> => {
      const invoker: Invoker = { connection, methods, thread, domains: new Map() };
      for (const each of definable) results.set(each.newClass, await defineOne(invoker, each));
    };
    if (definable.length > 0) await withHeldThread(connection, define, options, signal);
  } finally {
    await objects.release();
  }
  // The bootstrap loader is no object that could be asked to define anything.
  return classes.map((each) => results.get(each) ?? { kind: 'failed', exception: 'bootstrap' });
}

/** Each class after those of its superclass and interfaces that are new themselves. */
export function inOrder(classes: readonly NewClass[]): NewClass[] {
  const byName = new Map<string, NewClass[]>();
  for (const each of classes) byName.set(each.built.name, [...(byName.get(each.built.name) ?? []), each]);
  const ordered: NewClass[] = [];
  const visited = new Set<string>();
  const visit = (name: string): void => {
    const group = byName.get(name);
    if (!group || visited.has(name)) return;
    visited.add(name);
    const file = parseClassFile(group[0]!.built.bytes);
    for (const parent of [file.superName, ...file.interfaces])
      if (parent !== undefined) visit(parent.replaceAll('/', '.'));
    ordered.push(...group);
  };
  for (const name of byName.keys()) visit(name);
  return ordered;
}

/** What the invocations need, laid out in the JVM beforehand, so that the thread is held only for them. */
interface Prepared {
  readonly newClass: NewClass;
  readonly loader: ClassLoaderId;
  readonly bytes: ArrayId;
  readonly name: StringId;
  readonly siblingClass: ClassObjectId;
}

async function prepare(
  connection: JdwpConnection,
  index: ClassIndex,
  objects: RemoteObjects,
  newClass: NewClass,
  signal: AbortSignal | undefined,
): Promise<Prepared> {
  const { built, sibling } = newClass;
  const [loader, bytes, name, { classObject }] = await Promise.all([
    index.loaderOf(sibling, signal),
    objects.bytes(built.bytes),
    objects.string(built.name),
    connection.request(ReferenceType.ClassObject, { refType: sibling.id }, { signal }),
  ]);
  return { newClass, loader, bytes, name, siblingClass: classObject };
}

interface MethodRef {
  readonly clazz: ClassId;
  readonly methodID: MethodId;
}
interface Methods {
  readonly defineClass: MethodRef;
  readonly loadClass: MethodRef;
  readonly getProtectionDomain: MethodRef;
}

async function findMethods(
  connection: JdwpConnection,
  index: ClassIndex,
  signal: AbortSignal | undefined,
): Promise<Methods> {
  const find = async (className: string, key: string): Promise<MethodRef> => {
    const [loaded] = index.lookup(className);
    if (!loaded) throw new HotSwapError('unsupported', `${className} is not loaded`);
    const { declared } = await connection.request(ReferenceType.Methods, { refType: loaded.id }, { signal });
    const method = declared.find(({ name, signature }) => name + signature === key);
    if (!method) throw new HotSwapError('unsupported', `${className} has no ${key}`);
    return { clazz: loaded.id as bigint as ClassId, methodID: method.methodID };
  };
  const [defineClass, loadClass, getProtectionDomain] = await Promise.all([
    find(
      'java.lang.ClassLoader',
      'defineClass(Ljava/lang/String;[BIILjava/security/ProtectionDomain;)Ljava/lang/Class;',
    ),
    find('java.lang.ClassLoader', 'loadClass(Ljava/lang/String;)Ljava/lang/Class;'),
    find('java.lang.Class', 'getProtectionDomain()Ljava/security/ProtectionDomain;'),
  ]);
  return { defineClass, loadClass, getProtectionDomain };
}

interface Invoker {
  readonly connection: JdwpConnection;
  readonly methods: Methods;
  readonly thread: ThreadId;
  /** The protection domain of the application's classes, by loader; 0n is none. */
  readonly domains: Map<ClassLoaderId, ObjectId>;
}

async function defineOne(invoker: Invoker, each: Prepared): Promise<DefineResult> {
  const { connection, methods } = invoker;
  const { newClass, loader, bytes, name } = each;
  const found = await invoke(invoker, loader, methods.loadClass, [{ tag: 's', value: name }]);
  if (found.thrown === undefined) return { kind: 'visible' };
  const notFound = await isClassNotFound(connection, found.thrown);
  if (!notFound) return { kind: 'failed', exception: await classNameOf(connection, found.thrown) };
  const defined = await invoke(invoker, loader, methods.defineClass, [
    { tag: 's', value: name },
    { tag: '[', value: bytes },
    { tag: 'I', value: 0 },
    { tag: 'I', value: newClass.built.bytes.length },
    { tag: 'L', value: await domainOf(invoker, each) },
  ]);
  if (defined.thrown === undefined) return { kind: 'defined' };
  const exception = await classNameOf(connection, defined.thrown);
  // Itself, not one of the many kinds of it: the loader has a class of this name.
  return exception === 'java.lang.LinkageError' ? { kind: 'visible' } : { kind: 'failed', exception };
}

async function domainOf(invoker: Invoker, { loader, siblingClass }: Prepared): Promise<ObjectId> {
  let domain = invoker.domains.get(loader);
  if (domain === undefined) {
    const got = await invoke(invoker, siblingClass, invoker.methods.getProtectionDomain, []);
    invoker.domains.set(loader, (domain = (got.value ?? 0n) as ObjectId));
  }
  return domain;
}

/** Whether a loader's exception says that there is no such class; loaders have subclasses of their own for that. */
async function isClassNotFound(connection: JdwpConnection, thrown: ObjectId): Promise<boolean> {
  const { typeID } = await connection.request(ObjectReference.ReferenceType, { object: thrown });
  for (let clazz = typeID as bigint; clazz !== 0n;) {
    const refType = clazz as ReferenceTypeId;
    const { signature } = await connection.request(ReferenceType.Signature, { refType });
    if (signature === 'Ljava/lang/ClassNotFoundException;') return true;
    ({ superclass: clazz } = await connection.request(ClassType.Superclass, { clazz: clazz as ClassId }));
  }
  return false;
}

interface Invoked {
  /** Of the object that was returned; 0n is null. */
  readonly value?: bigint;
  readonly thrown?: ObjectId;
}

async function invoke(
  { connection, thread }: Invoker,
  object: ObjectId,
  method: MethodRef,
  args: readonly Value[],
): Promise<Invoked> {
  const { returnValue, exception } = await connection.request(ObjectReference.InvokeMethod, {
    object,
    thread,
    ...method,
    arguments: args,
    options: InvokeOptions.SingleThreaded,
  });
  if (exception.value !== 0n) return { thrown: exception.value };
  return typeof returnValue.value === 'bigint' ? { value: returnValue.value } : {};
}
