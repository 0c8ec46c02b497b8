import { ACC } from '../../classfile/accessFlags';
import type { ClassFile } from '../../classfile/classFile';
import { TAG } from '../../classfile/constantPool';
import { checkMembers } from './formatMembers';
import { checkConstants } from './formatPool';

const JAVA_5 = 49;
const JAVA_6 = 50;
const JAVA_11 = 55;
const JAVA_17 = 61;

/**
 * What HotSpot minds about the format of a class file that can be read as such (it answers INVALID_CLASS_FORMAT);
 * `undefined` when nothing. Throws `ClassFileError` where an attribute that the JVM reads does not fit its layout.
 */
export function checkFormat(file: ClassFile): string | undefined {
  return checkConstants(file) ?? checkClass(file) ?? checkMembers(file) ?? checkAttributes(file);
}

function checkClass(file: ClassFile): string | undefined {
  const { name, superName, interfaces, majorVersion } = file;
  const flags = file.accessFlags;
  const isInterface = (flags & ACC.INTERFACE) !== 0;
  const isAbstract = (flags & ACC.ABSTRACT) !== 0 || (isInterface && majorVersion < JAVA_6);
  const isModern = majorVersion >= JAVA_5;
  if (isAbstract && (flags & ACC.FINAL) !== 0) return 'the class is abstract and final';
  if (isInterface && !isAbstract) return 'an interface that is not abstract';
  if (isInterface && isModern && (flags & (ACC.SUPER | ACC.ENUM)) !== 0)
    return 'the modifiers of the interface';
  if (!isInterface && isModern && (flags & ACC.ANNOTATION) !== 0) return 'an annotation that is no interface';
  if (name.startsWith('[') || superName?.startsWith('[')) return 'an array as a class';
  if (superName === undefined && name !== 'java/lang/Object') return 'the superclass is missing';
  if (isInterface && superName !== 'java/lang/Object') return 'an interface that extends a class';
  if (interfaces.some((each) => each.startsWith('['))) return 'an array as an interface';
  return new Set(interfaces).size === interfaces.length ? undefined : 'an interface is named twice';
}

/** Attributes of the class that the JVM reads, and the numbers of bootstrap methods. */
function checkAttributes(file: ClassFile): string | undefined {
  const { pool, majorVersion } = file;
  const isClass = (index: number): boolean => pool.tag(index) === TAG.Class;
  const inner = file.attribute('InnerClasses')?.classes ?? [];
  const isInnerFine = inner.every(
    ({ innerClassIndex, outerClassIndex, innerNameIndex }) =>
      (innerClassIndex === 0 || isClass(innerClassIndex)) &&
      (outerClassIndex === 0 || isClass(outerClassIndex)) &&
      (innerNameIndex === 0 || pool.tag(innerNameIndex) === TAG.Utf8),
  );
  if (!isInnerFine) return 'the inner classes';
  if (majorVersion >= JAVA_11) {
    const host = file.attribute('NestHost');
    const members = file.attribute('NestMembers');
    if (host && members) return 'it is both host and member of a nest';
    if (!(members?.classIndexes ?? []).every(isClass) || (host && !isClass(host.hostClassIndex)))
      return 'the classes of its nest';
  }
  const permitted = majorVersion >= JAVA_17 ? file.attribute('PermittedSubclasses') : undefined;
  const isFinal = (file.accessFlags & ACC.FINAL) !== 0;
  if (permitted && (isFinal || !permitted.classIndexes.every(isClass))) return 'the permitted subclasses';
  const signature = file.attribute('Signature');
  if (signature && pool.tag(signature.signatureIndex) !== TAG.Utf8) return 'the generic signature';
  return checkBootstraps(file);
}

function checkBootstraps(file: ClassFile): string | undefined {
  const { pool } = file;
  const methods = file.bootstrapMethods;
  const isFine = methods.every(
    ({ methodHandleIndex, argumentIndexes }) =>
      pool.tag(methodHandleIndex) === TAG.MethodHandle &&
      argumentIndexes.every((index) => pool.tag(index) !== 0),
  );
  if (!isFine) return 'the bootstrap methods';
  for (let index = 1; index < pool.count; index++) {
    const tag = pool.tag(index);
    if (tag !== TAG.InvokeDynamic && tag !== TAG.Dynamic) continue;
    if (pool.u16At(pool.offsets[index]!) >= methods.length)
      return `the bootstrap method of constant ${index}`;
  }
  return undefined;
}
