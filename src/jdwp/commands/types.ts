import { commandSet, row } from '../command';
import { arrayTypeId, classId, fieldId, int, interfaceId, list, methodId, struct, threadId } from '../layout';
import { taggedObject, untaggedValue, value } from '../values';

/** What the InvokeMethod commands of classes and interfaces share; `options`: bits of `InvokeOptions`. */
const invocation = { thread: threadId, methodID: methodId, arguments: list(value), options: int };
const result = { returnValue: value, exception: taggedObject };

/** JDWP specification, "ClassType Command Set (3)". */
export const ClassType = commandSet(3, 'ClassType', {
  /** 0n: `java.lang.Object` has none. */
  Superclass: row(1, { clazz: classId }, { superclass: classId }),
  SetValues: row(2, { clazz: classId, values: list(struct({ fieldID: fieldId, value: untaggedValue })) }, {}),
  InvokeMethod: row(3, { clazz: classId, ...invocation }, result),
  NewInstance: row(
    4,
    { clazz: classId, ...invocation },
    { newObject: taggedObject, exception: taggedObject },
  ),
});

/** JDWP specification, "ArrayType Command Set (4)". */
export const ArrayType = commandSet(4, 'ArrayType', {
  NewInstance: row(1, { arrType: arrayTypeId, length: int }, { newArray: taggedObject }),
});

/** JDWP specification, "InterfaceType Command Set (5)". */
export const InterfaceType = commandSet(5, 'InterfaceType', {
  InvokeMethod: row(1, { clazz: interfaceId, ...invocation }, result),
});
