import {
  ArrayReference,
  ArrayType,
  ObjectReference,
  ReferenceType,
  VirtualMachine,
} from '../../jdwp/commands';
import type { JdwpConnection } from '../../jdwp/connection';
import { VmError } from '../../jdwp/error';
import { ErrorConstant } from '../../jdwp/errorConstants';
import type { ArrayId, ArrayTypeId, ObjectId, StringId } from '../../jdwp/ids';

/** How often an object may be collected before it is pinned; once is unlikely enough. */
const attempts = 5;

/**
 * Objects that we make in the JVM. Nothing there refers to them, so each is kept from collection until `release`.
 * Between making and keeping the collector may be faster: then it is made again.
 */
export class RemoteObjects {
  readonly #connection: JdwpConnection;
  readonly #signal: AbortSignal | undefined;
  readonly #kept: ObjectId[] = [];
  #byteArray: Promise<ArrayTypeId> | undefined;

  constructor(connection: JdwpConnection, signal?: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  async string(utf: string): Promise<StringId> {
    return this.#keep(async () => {
      const { stringObject } = await this.#connection.request(VirtualMachine.CreateString, { utf });
      return stringObject;
    });
  }

  async bytes(values: Uint8Array): Promise<ArrayId> {
    const arrType = await (this.#byteArray ??= this.#findByteArray());
    const array = await this.#keep(async () => {
      const args = { arrType, length: values.length };
      const { newArray } = await this.#connection.request(ArrayType.NewInstance, args);
      return newArray.value as bigint as ArrayId;
    });
    await this.#connection.request(
      ArrayReference.SetValues,
      { arrayObject: array, firstIndex: 0, values: { tag: 'B', values } },
      { signal: this.#signal },
    );
    return array;
  }

  /** Gives everything back to the collector; a connection that ended has done so already. */
  async release(): Promise<void> {
    if (this.#connection.closed) return;
    await Promise.allSettled(
      this.#kept
        .splice(0)
        .map((object) => this.#connection.request(ObjectReference.EnableCollection, { object })),
    );
  }

  async #keep<T extends ObjectId>(make: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const object = await make();
      try {
        await this.#connection.request(ObjectReference.DisableCollection, { object });
        this.#kept.push(object);
        return object;
      } catch (error) {
        const collected = error instanceof VmError && error.error === ErrorConstant.INVALID_OBJECT;
        if (!collected || attempt === attempts) throw error;
      }
    }
  }

  async #findByteArray(): Promise<ArrayTypeId> {
    const { classes } = await this.#connection.request(
      VirtualMachine.ClassesBySignature,
      { signature: '[B' },
      { signal: this.#signal },
    );
    return classes[0]!.typeID as bigint as ArrayTypeId;
  }
}

/** The binary name of an object's class. */
export async function classNameOf(connection: JdwpConnection, object: ObjectId): Promise<string> {
  const { typeID } = await connection.request(ObjectReference.ReferenceType, { object });
  const { signature } = await connection.request(ReferenceType.Signature, { refType: typeID });
  return signature.slice(1, -1).replaceAll('/', '.');
}
