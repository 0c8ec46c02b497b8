import { ACC } from '../../classfile/accessFlags';
import type { ClassFile, MemberInfo, MethodInfo } from '../../classfile/classFile';
import { TAG } from '../../classfile/constantPool';
import { codeAttributeFault } from './formatDebug';
import { isFieldDescriptor, isFieldName, isMethodName } from './formatNames';
import { checkText, isInternalName, isVoidMethod, placesOf } from './formatPool';

const JAVA_5 = 49;
const JAVA_7 = 51;
const JAVA_8 = 52;
const MAX_CODE = 0xffff;
const MAX_PARAMETERS = 255;

/** What HotSpot minds about fields and methods while it reads them (JVMS 4.5, 4.6); `undefined` when fine. */
export function checkMembers(file: ClassFile): string | undefined {
  const isInterface = (file.accessFlags & ACC.INTERFACE) !== 0;
  return (
    firstFault(file.fields, (field) => fieldFault(file, field, isInterface)) ??
    firstFault(file.methods, (method) => methodFault(file, method, isInterface))
  );
}

function firstFault<T extends MemberInfo>(
  members: readonly T[],
  check: (member: T) => string | undefined,
): string | undefined {
  // Compilers write each text once, so that equal names have equal indices.
  const keys = new Set<number>();
  for (const member of members) {
    const key = member.nameIndex * 0x10000 + member.descriptorIndex;
    const fault = keys.has(key) ? 'it is there twice' : (attributeFault(member) ?? check(member));
    if (fault !== undefined) return `${member.name}: ${fault}`;
    keys.add(key);
  }
  return undefined;
}

/** Attributes that the JVM reads of every member. */
function attributeFault({ attributes, pool }: MemberInfo): string | undefined {
  for (const { name, source, start, length } of attributes) {
    const isSignature = name === 'Signature';
    if (isSignature && (length !== 2 || pool.tag(source.readUInt16BE(start)) !== TAG.Utf8))
      return 'its generic signature';
    if (name === 'MethodParameters' && (length < 1 || length !== 1 + 4 * source[start]!))
      return 'its parameters';
  }
  return undefined;
}

function hasOneVisibility(flags: number): boolean {
  const visibility = flags & (ACC.PUBLIC | ACC.PRIVATE | ACC.PROTECTED);
  return (visibility & (visibility - 1)) === 0;
}

function has(flags: number, bits: number): boolean {
  return (flags & bits) !== 0;
}

function fieldFault(file: ClassFile, field: MemberInfo, isInterface: boolean): string | undefined {
  const { pool, nameIndex, descriptorIndex } = field;
  if (!checkText(pool, nameIndex, isFieldName) || !checkText(pool, descriptorIndex, isFieldDescriptor))
    return 'its name or type';
  const flags = field.accessFlags;
  const constant = ACC.PUBLIC | ACC.STATIC | ACC.FINAL;
  const hidden = ACC.PRIVATE | ACC.PROTECTED | ACC.VOLATILE | ACC.TRANSIENT;
  const isFine = isInterface
    ? (flags & constant) === constant &&
      !has(flags, hidden) &&
      !(file.majorVersion >= JAVA_5 && has(flags, ACC.ENUM))
    : hasOneVisibility(flags) && (flags & (ACC.FINAL | ACC.VOLATILE)) !== (ACC.FINAL | ACC.VOLATILE);
  if (!isFine) return 'its modifiers';
  return has(flags, ACC.STATIC) ? constantFault(file, field) : undefined;
}

function constantFault(file: ClassFile, field: MemberInfo): string | undefined {
  const value = field.attribute('ConstantValue');
  if (!value) return undefined;
  const tags: Readonly<Record<string, number>> = { J: TAG.Long, F: TAG.Float, D: TAG.Double };
  const { descriptor } = field;
  const wanted =
    descriptor === 'Ljava/lang/String;'
      ? TAG.String
      : 'BCISZ'.includes(descriptor)
        ? TAG.Integer
        : tags[descriptor];
  return wanted !== undefined && file.pool.tag(value.valueIndex) === wanted
    ? undefined
    : 'its constant value';
}

function methodFault(file: ClassFile, method: MethodInfo, isInterface: boolean): string | undefined {
  const { pool, nameIndex, descriptorIndex } = method;
  const places = placesOf(pool, descriptorIndex);
  if (!checkText(pool, nameIndex, isMethodName) || places < 0) return 'its name or type';
  const name = isInternalName(pool, nameIndex) ? method.name : '';
  if (name !== '' && !isVoidMethod(pool, descriptorIndex)) return 'its type';
  let flags = method.accessFlags;
  if (name === '<clinit>') {
    if (file.majorVersion >= JAVA_7 && (places !== 0 || !has(flags, ACC.STATIC))) return 'its type';
    flags = ACC.STATIC;
  } else if (!hasLegalFlags(flags, name, isInterface, file.majorVersion)) return 'its modifiers';
  if (isInterface && name === '<init>') return 'it is a constructor of an interface';
  const size = places + (has(flags, ACC.STATIC) ? 0 : 1);
  if (size > MAX_PARAMETERS) return 'it has too many parameters';
  return codeFault(file, method, flags, size);
}

function hasLegalFlags(flags: number, name: string, isInterface: boolean, major: number): boolean {
  const isModern = major >= JAVA_5;
  if (isInterface && major >= JAVA_8) {
    const isOne = has(flags, ACC.PUBLIC) !== has(flags, ACC.PRIVATE);
    const never = ACC.NATIVE | ACC.PROTECTED | ACC.FINAL | ACC.SYNCHRONIZED;
    return (
      isOne &&
      !has(flags, never) &&
      !(has(flags, ACC.ABSTRACT) && has(flags, ACC.PRIVATE | ACC.STATIC | ACC.STRICT))
    );
  }
  if (isInterface) {
    const never = ACC.STATIC | ACC.FINAL | ACC.NATIVE;
    const more = ACC.PRIVATE | ACC.PROTECTED | ACC.SYNCHRONIZED | ACC.STRICT;
    const isAbstract = has(flags, ACC.PUBLIC) && has(flags, ACC.ABSTRACT);
    return isAbstract && !has(flags, never) && !(isModern && has(flags, more));
  }
  if (!hasOneVisibility(flags)) return false;
  if (name === '<init>') {
    const never = ACC.STATIC | ACC.FINAL | ACC.SYNCHRONIZED | ACC.NATIVE | ACC.ABSTRACT;
    return !has(flags, never) && !(isModern && has(flags, ACC.BRIDGE));
  }
  if (!has(flags, ACC.ABSTRACT)) return true;
  const never = ACC.FINAL | ACC.NATIVE | ACC.PRIVATE | ACC.STATIC;
  return !has(flags, never) && !(isModern && has(flags, ACC.SYNCHRONIZED | ACC.STRICT));
}

function codeFault(file: ClassFile, method: MethodInfo, flags: number, size: number): string | undefined {
  let count = 0;
  for (const { name } of method.attributes) if (name === 'Code') count++;
  const wanted = has(flags, ACC.NATIVE | ACC.ABSTRACT) ? 0 : 1;
  if (count !== wanted) return wanted === 0 ? 'it may not have code' : 'it must have code, once';
  const code = method.codeAttribute;
  if (!code) return undefined;
  const length = code.code.length;
  if (length === 0 || length > MAX_CODE) return 'its code is empty or too long';
  if (code.maxLocals < size) return 'its parameters do not fit into its local variables';
  const isFine = code.exceptionTable.every(
    ({ startPc, endPc, handlerPc, catchTypeIndex }) =>
      startPc < endPc &&
      endPc <= length &&
      handlerPc < length &&
      (catchTypeIndex === 0 || file.pool.tag(catchTypeIndex) === TAG.Class),
  );
  if (!isFine) return 'its exception handlers';
  const { pool } = file;
  const tables = codeAttributeFault(code, pool);
  if (tables !== undefined) return tables;
  const thrown = method.attribute('Exceptions')?.classIndexes ?? [];
  return thrown.every((index) => pool.tag(index) === TAG.Class) ? undefined : 'its exceptions';
}
