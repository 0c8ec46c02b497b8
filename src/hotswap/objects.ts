import { ArrayReference, ClassType, ObjectReference, ReferenceType, StringReference } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import type { ArrayId, ClassId, ObjectId, ReferenceTypeId, StringId } from '../jdwp/ids';
import type { ArrayRegion, ObjectTag } from '../jdwp/values';

/** A class of another version that keeps its things elsewhere, or an object that has let go of them. */
export class NoField extends Error {}

/** Asked for the type of null, HotSpot 17 ends with SIGSEGV in place of an error. */
function isThere(object: ObjectId): void {
  if ((object as bigint) === 0n) throw new NoField('null has no fields');
}

function isObjects(region: ArrayRegion): region is Extract<ArrayRegion, { readonly tag: ObjectTag }> {
  return region.tag === 'L';
}

/**
 * Reads objects of the JVM by the names of their fields; no thread is needed. Rejects with `NoField` where a class has no
 * such field, and with `JdwpError`.
 */
export class Objects {
  readonly #connection: JdwpConnection;

  constructor(connection: JdwpConnection) {
    this.#connection = connection;
  }

  async className(object: ObjectId): Promise<string> {
    isThere(object);
    const { typeID } = await this.#connection.request(ObjectReference.ReferenceType, { object });
    return this.#nameOf(typeID);
  }

  /** The object in a field that this class declares; `undefined`: the object's own class. */
  async field(object: ObjectId, declaredBy: string | undefined, name: string): Promise<ObjectId> {
    return (await this.value(object, declaredBy, name)) as ObjectId;
  }

  /** The text in a field; `undefined` for null. */
  async text(object: ObjectId, declaredBy: string, name: string): Promise<string | undefined> {
    const string = await this.field(object, declaredBy, name);
    return (string as bigint) === 0n ? undefined : this.#text(string);
  }

  /** The elements of an array of objects in a field. */
  async array(object: ObjectId, declaredBy: string, name: string): Promise<readonly ObjectId[]> {
    const arrayObject = (await this.field(object, declaredBy, name)) as bigint as ArrayId;
    const { arrayLength } = await this.#connection.request(ArrayReference.Length, { arrayObject });
    return this.#elements(arrayObject, arrayLength);
  }

  /** The elements of an `ArrayList`. */
  async list(list: ObjectId): Promise<readonly ObjectId[]> {
    const [array, size] = await Promise.all([
      this.field(list, 'java.util.ArrayList', 'elementData'),
      this.value(list, 'java.util.ArrayList', 'size'),
    ]);
    const length = Number(size);
    if (length === 0) return [];
    return this.#elements(array as bigint as ArrayId, length);
  }

  async #elements(arrayObject: ArrayId, length: number): Promise<readonly ObjectId[]> {
    const { values } = await this.#connection.request(ArrayReference.GetValues, {
      arrayObject,
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

  /** What is in a field, as JDWP has it. */
  async value(object: ObjectId, declaredBy: string | undefined, name: string): Promise<unknown> {
    isThere(object);
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
