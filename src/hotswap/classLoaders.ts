import type { ClassIndex, LoadedClass } from '../jdwp/classIndex';
import { ClassType, ObjectReference, ReferenceType, StringReference } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ClassId, ClassLoaderId, FieldId, ReferenceTypeId, StringId } from '../jdwp/ids';
import type { LoaderInfo } from './model';

/**
 * Fields in which loaders keep what they are called, the most telling first: that of a web application (Tomcat's
 * `WebappClassLoaderBase`, such as `shop##2`), and that of any named loader (since Java 9).
 */
const nameFields = ['contextName', 'name'];
const stringSignature = 'Ljava/lang/String;';

/** What is known of the class loaders of one connection. */
export class ClassLoaders {
  readonly #connection: JdwpConnection;
  readonly #index: ClassIndex;
  readonly #infos = new Map<ClassLoaderId, Promise<LoaderInfo>>();
  readonly #visible = new Map<ClassLoaderId, Set<string>>();

  constructor(connection: JdwpConnection, index: ClassIndex) {
    this.#connection = connection;
    this.#index = index;
  }

  /** Notes that a loader has a class, or finds it by itself. */
  sees(loader: ClassLoaderId, name: string): void {
    const names = this.#visible.get(loader) ?? new Set();
    this.#visible.set(loader, names.add(name));
  }

  /** Whether that was noted. */
  isSeen(loader: ClassLoaderId, name: string): boolean {
    return this.#visible.get(loader)?.has(name) === true;
  }

  /** The loader that defined a class. Rejects with `JdwpError`; `VmError` when it was unloaded meanwhile. */
  async of(loaded: LoadedClass, signal?: AbortSignal): Promise<LoaderInfo> {
    const loader = await this.#index.loaderOf(loaded, signal);
    let info = this.#infos.get(loader);
    if (!info) {
      this.#infos.set(loader, (info = this.#read(loader)));
      info.catch(() => this.#infos.delete(loader));
    }
    return info;
  }

  async #read(loader: ClassLoaderId): Promise<LoaderInfo> {
    const id = `0x${(loader as bigint).toString(16)}`;
    if (loader === 0n) return { id, type: 'bootstrap' };
    const chain = await this.#chain(loader);
    const name = await this.#name(loader, chain).catch((error: unknown) => {
      if (error instanceof VmError) return undefined;
      throw error;
    });
    return { id, type: chain[0]!.name, ...(name !== undefined && { name }) };
  }

  /** The loader's class and its superclasses up to `java.lang.ClassLoader`. */
  async #chain(loader: ClassLoaderId): Promise<{ id: ReferenceTypeId; name: string }[]> {
    const { typeID } = await this.#connection.request(ObjectReference.ReferenceType, { object: loader });
    const chain: { id: ReferenceTypeId; name: string }[] = [];
    for (let clazz = typeID as bigint; clazz !== 0n;) {
      const refType = clazz as ReferenceTypeId;
      const { signature } = await this.#connection.request(ReferenceType.Signature, { refType });
      const name = signature.slice(1, -1).replaceAll('/', '.');
      chain.push({ id: refType, name });
      if (name === 'java.lang.ClassLoader') break;
      const parent = await this.#connection.request(ClassType.Superclass, { clazz: clazz as ClassId });
      clazz = parent.superclass;
    }
    return chain;
  }

  async #name(
    loader: ClassLoaderId,
    chain: readonly { readonly id: ReferenceTypeId }[],
  ): Promise<string | undefined> {
    const declared = await Promise.all(
      chain.map(({ id }) => this.#connection.request(ReferenceType.Fields, { refType: id })),
    );
    const fields = declared.flatMap((each) => each.declared);
    for (const wanted of nameFields) {
      const field = fields.find(({ name, signature }) => name === wanted && signature === stringSignature);
      const text = field && (await this.#text(loader, field.fieldID));
      if (text !== undefined && text !== '' && text !== 'unknown') return text;
    }
    return undefined;
  }

  async #text(object: ClassLoaderId, fieldID: FieldId): Promise<string | undefined> {
    const { values } = await this.#connection.request(ObjectReference.GetValues, {
      object,
      fields: [{ fieldID }],
    });
    const value = values[0]?.value;
    if (typeof value !== 'bigint' || value === 0n) return undefined;
    const stringObject = value as StringId;
    return (await this.#connection.request(StringReference.Value, { stringObject })).stringValue;
  }
}
