import { ObjectReference, ReferenceType, VirtualMachine } from './commands';
import type { JdwpConnection } from './connection';
import type { ClassLoaderId, FieldId, ReferenceTypeId } from './ids';

/**
 * Finds the loader that defined a class without harm to it. HotSpot's answer to ReferenceType.ClassLoader leaves a
 * local reference behind in its debugger thread (seen on 17 and 25), so the loader and all its classes could not be
 * collected while the session lasts: a web application redeployed meanwhile would stay in memory. The field
 * `java.lang.Class.classLoader` tells the same and leaves nothing behind; the command is only for VMs without it.
 */
export class LoaderReader {
  readonly #connection: JdwpConnection;
  #field: Promise<FieldId | undefined> | undefined;

  constructor(connection: JdwpConnection) {
    this.#connection = connection;
  }

  /** 0n: the bootstrap loader. */
  async read(refType: ReferenceTypeId, signal?: AbortSignal): Promise<ClassLoaderId> {
    this.#field ??= this.#findField().catch((error: unknown) => {
      this.#field = undefined; // not found out, as after a timeout: the next one asks again
      throw error;
    });
    const fieldID = await this.#field;
    if (fieldID === undefined) {
      const { classLoader } = await this.#connection.request(
        ReferenceType.ClassLoader,
        { refType },
        { signal },
      );
      return classLoader;
    }
    const { classObject } = await this.#connection.request(
      ReferenceType.ClassObject,
      { refType },
      { signal },
    );
    const { values } = await this.#connection.request(
      ObjectReference.GetValues,
      { object: classObject, fields: [{ fieldID }] },
      { signal },
    );
    return values[0]!.value as ClassLoaderId;
  }

  async #findField(): Promise<FieldId | undefined> {
    const signature = 'Ljava/lang/Class;';
    const { classes } = await this.#connection.request(VirtualMachine.ClassesBySignature, { signature });
    const { declared } = await this.#connection.request(ReferenceType.Fields, {
      refType: classes[0]!.typeID,
    });
    return declared.find(
      (field) => field.name === 'classLoader' && field.signature === 'Ljava/lang/ClassLoader;',
    )?.fieldID;
  }
}
