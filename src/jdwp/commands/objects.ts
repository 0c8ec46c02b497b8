import { commandSet, row } from '../command';
import {
  arrayId,
  boolean,
  classId,
  classLoaderId,
  classObjectId,
  fieldId,
  int,
  list,
  methodId,
  moduleId,
  objectId,
  referenceTypeId,
  string,
  stringId,
  struct,
  threadId,
} from '../layout';
import { arrayRegion, taggedObject, typeTag, untaggedElements, untaggedValue, value } from '../values';

const object = { object: objectId };

/** JDWP specification, "ObjectReference Command Set (9)". */
export const ObjectReference = commandSet(9, 'ObjectReference', {
  ReferenceType: row(1, object, { refTypeTag: typeTag, typeID: referenceTypeId }),
  GetValues: row(2, { ...object, fields: list(struct({ fieldID: fieldId })) }, { values: list(value) }),
  SetValues: row(3, { ...object, values: list(struct({ fieldID: fieldId, value: untaggedValue })) }, {}),
  MonitorInfo: row(5, object, { owner: threadId, entryCount: int, waiters: list(threadId) }),
  /** `options`: bits of `InvokeOptions`. */
  InvokeMethod: row(
    6,
    {
      ...object,
      thread: threadId,
      clazz: classId,
      methodID: methodId,
      arguments: list(value),
      options: int,
    },
    { returnValue: value, exception: taggedObject },
  ),
  DisableCollection: row(7, object, {}),
  EnableCollection: row(8, object, {}),
  IsCollected: row(9, object, { isCollected: boolean }),
  ReferringObjects: row(10, { ...object, maxReferrers: int }, { referringObjects: list(taggedObject) }),
});

/** JDWP specification, "StringReference Command Set (10)". */
export const StringReference = commandSet(10, 'StringReference', {
  Value: row(1, { stringObject: stringId }, { stringValue: string }),
});

/** JDWP specification, "ArrayReference Command Set (13)". */
export const ArrayReference = commandSet(13, 'ArrayReference', {
  Length: row(1, { arrayObject: arrayId }, { arrayLength: int }),
  GetValues: row(2, { arrayObject: arrayId, firstIndex: int, length: int }, { values: arrayRegion }),
  SetValues: row(3, { arrayObject: arrayId, firstIndex: int, values: untaggedElements }, {}),
});

/** JDWP specification, "ClassLoaderReference Command Set (14)". */
export const ClassLoaderReference = commandSet(14, 'ClassLoaderReference', {
  /** Classes for which the loader is an *initiating* loader, not only those it defined. */
  VisibleClasses: row(
    1,
    { classLoaderObject: classLoaderId },
    { classes: list(struct({ refTypeTag: typeTag, typeID: referenceTypeId })) },
  ),
});

/** JDWP specification, "ClassObjectReference Command Set (17)". */
export const ClassObjectReference = commandSet(17, 'ClassObjectReference', {
  ReflectedType: row(1, { classObject: classObjectId }, { refTypeTag: typeTag, typeID: referenceTypeId }),
});

/** JDWP specification, "ModuleReference Command Set (18)". */
export const ModuleReference = commandSet(18, 'ModuleReference', {
  Name: row(1, { module: moduleId }, { name: string }),
  ClassLoader: row(2, { module: moduleId }, { classLoader: classLoaderId }),
});
