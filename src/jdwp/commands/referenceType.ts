import { commandSet, row } from '../command';
import {
  buffer,
  classLoaderId,
  classObjectId,
  fieldId,
  int,
  interfaceId,
  list,
  methodId,
  moduleId,
  referenceTypeId,
  string,
  struct,
} from '../layout';
import { taggedObject, typeTag, value } from '../values';

const request = { refType: referenceTypeId };

/** JDWP specification, "ReferenceType Command Set (2)". */
export const ReferenceType = commandSet(2, 'ReferenceType', {
  Signature: row(1, request, { signature: string }),
  /** 0n: the bootstrap loader. HotSpot keeps the loader alive until the session ends: see `classLoader.ts`. */
  ClassLoader: row(2, request, { classLoader: classLoaderId }),
  Modifiers: row(3, request, { modBits: int }),
  Fields: row(4, request, {
    declared: list(struct({ fieldID: fieldId, name: string, signature: string, modBits: int })),
  }),
  Methods: row(5, request, {
    declared: list(struct({ methodID: methodId, name: string, signature: string, modBits: int })),
  }),
  /** Static fields. */
  GetValues: row(6, { ...request, fields: list(struct({ fieldID: fieldId })) }, { values: list(value) }),
  SourceFile: row(7, request, { sourceFile: string }),
  NestedTypes: row(8, request, {
    classes: list(struct({ refTypeTag: typeTag, typeID: referenceTypeId })),
  }),
  /** Bits of `ClassStatus`. */
  Status: row(9, request, { status: int }),
  Interfaces: row(10, request, { interfaces: list(interfaceId) }),
  ClassObject: row(11, request, { classObject: classObjectId }),
  SourceDebugExtension: row(12, request, { extension: string }),
  SignatureWithGeneric: row(13, request, { signature: string, genericSignature: string }),
  FieldsWithGeneric: row(14, request, {
    declared: list(
      struct({ fieldID: fieldId, name: string, signature: string, genericSignature: string, modBits: int }),
    ),
  }),
  MethodsWithGeneric: row(15, request, {
    declared: list(
      struct({ methodID: methodId, name: string, signature: string, genericSignature: string, modBits: int }),
    ),
  }),
  Instances: row(16, { ...request, maxInstances: int }, { instances: list(taggedObject) }),
  ClassFileVersion: row(17, request, { majorVersion: int, minorVersion: int }),
  /** `count`: entries plus one; `bytes`: the constant_pool of the class file format. */
  ConstantPool: row(18, request, { count: int, bytes: buffer }),
  /** HotSpot keeps the module, and so its loader, alive until the session ends. */
  Module: row(19, request, { module: moduleId }),
});
