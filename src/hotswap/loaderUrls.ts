import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import {
  ArrayReference,
  ClassType,
  ObjectReference,
  ReferenceType,
  StringReference,
  VirtualMachine,
} from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ArrayId, ClassId, ClassLoaderId, ObjectId, ReferenceTypeId, StringId } from '../jdwp/ids';
import type { ArrayRegion, ObjectTag } from '../jdwp/values';

/** Where a class loader looks besides its parent. */
export interface LoaderEntries {
  /** Absolute paths of folders and jars on the JVM's machine. */
  readonly entries: readonly string[];
  /** Asked first; 0n: only the JDK is above it. */
  readonly parent: ClassLoaderId;
}

const appLoaders = ['jdk.internal.loader.ClassLoaders$AppClassLoader', 'sun.misc.Launcher$AppClassLoader'];
const platformLoaders = [
  'jdk.internal.loader.ClassLoaders$PlatformClassLoader',
  'sun.misc.Launcher$ExtClassLoader',
];

/**
 * Where a loader finds classes: that of the class path, and any `URLClassLoader` itself. `undefined` for all others,
 * which do as they like. Reads fields only; no thread is needed. Rejects with `JdwpError`.
 */
export async function entriesOfLoader(
  connection: JdwpConnection,
  loader: ClassLoaderId,
): Promise<LoaderEntries | undefined> {
  try {
    return await readEntries(new Objects(connection), connection, loader);
  } catch (error) {
    // A JDK that keeps them elsewhere, or a loader that is gone.
    if (error instanceof VmError || error instanceof NoField) return undefined;
    throw error;
  }
}

async function readEntries(
  objects: Objects,
  connection: JdwpConnection,
  loader: ClassLoaderId,
): Promise<LoaderEntries | undefined> {
  const type = await objects.className(loader);
  if (platformLoaders.includes(type)) return { entries: [], parent: 0n as ClassLoaderId };
  if (appLoaders.includes(type)) {
    const { baseDir, classpaths } = await connection.request(VirtualMachine.ClassPaths, {});
    const entries = classpaths.filter((entry) => entry !== '').map((entry) => resolve(baseDir, entry));
    return entries.length === 0 ? undefined : { entries, parent: 0n as ClassLoaderId };
  }
  if (type !== 'java.net.URLClassLoader') return undefined;
  const [parent, search] = await Promise.all([
    objects.field(loader, 'java.lang.ClassLoader', 'parent'),
    objects.field(loader, type, 'ucp'),
  ]);
  const list = await objects.field(search, undefined, 'path');
  const urls = await objects.list(list);
  const texts = await Promise.all(urls.map((url) => objects.url(url)));
  if (texts.some((text) => !text.startsWith('file:'))) return undefined;
  return { entries: texts.map((text) => fileURLToPath(text)), parent: parent as bigint as ClassLoaderId };
}

class NoField extends Error {}

function isObjects(region: ArrayRegion): region is Extract<ArrayRegion, { readonly tag: ObjectTag }> {
  return region.tag === 'L';
}

/** Reads objects of the JVM by the names of their fields. */
class Objects {
  readonly #connection: JdwpConnection;

  constructor(connection: JdwpConnection) {
    this.#connection = connection;
  }

  async className(object: ObjectId): Promise<string> {
    const { typeID } = await this.#connection.request(ObjectReference.ReferenceType, { object });
    return this.#nameOf(typeID);
  }

  /** The object in a field that this class declares; `undefined`: the object's own class. */
  async field(object: ObjectId, declaredBy: string | undefined, name: string): Promise<ObjectId> {
    return (await this.#value(object, declaredBy, name)) as ObjectId;
  }

  /** The elements of an `ArrayList`. */
  async list(list: ObjectId): Promise<readonly ObjectId[]> {
    const [array, size] = await Promise.all([
      this.field(list, 'java.util.ArrayList', 'elementData'),
      this.#value(list, 'java.util.ArrayList', 'size'),
    ]);
    const length = Number(size);
    if (length === 0) return [];
    const { values } = await this.#connection.request(ArrayReference.GetValues, {
      arrayObject: array as bigint as ArrayId,
      firstIndex: 0,
      length,
    });
    return isObjects(values) ? values.values.map(({ value }) => value) : [];
  }

  /** Text of a `java.net.URL`: protocol and file. */
  async url(url: ObjectId): Promise<string> {
    const [protocol, file] = await Promise.all(
      ['protocol', 'file'].map(async (name) => this.#text(await this.field(url, 'java.net.URL', name))),
    );
    return `${protocol!}:${file!}`;
  }

  async #text(string: ObjectId): Promise<string> {
    const stringObject = string as bigint as StringId;
    return (await this.#connection.request(StringReference.Value, { stringObject })).stringValue;
  }

  async #value(object: ObjectId, declaredBy: string | undefined, name: string): Promise<unknown> {
    const { typeID } = await this.#connection.request(ObjectReference.ReferenceType, { object });
    for (let clazz = typeID as bigint; clazz !== 0n;) {
      const refType = clazz as ReferenceTypeId;
      const isIt = declaredBy === undefined || (await this.#nameOf(refType)) === declaredBy;
      if (isIt) {
        const { declared } = await this.#connection.request(ReferenceType.Fields, { refType });
        const found = declared.find((field) => field.name === name);
        if (!found) break;
        const fields = [{ fieldID: found.fieldID }];
        const { values } = await this.#connection.request(ObjectReference.GetValues, { object, fields });
        return values[0]?.value;
      }
      clazz = (await this.#connection.request(ClassType.Superclass, { clazz: clazz as ClassId })).superclass;
    }
    throw new NoField(`${declaredBy ?? 'its class'} has no field ${name}`);
  }

  async #nameOf(refType: ReferenceTypeId): Promise<string> {
    const { signature } = await this.#connection.request(ReferenceType.Signature, { refType });
    return signature.slice(1, -1).replaceAll('/', '.');
  }
}
