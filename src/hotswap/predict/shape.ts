import { ACC } from '../../classfile/accessFlags';
import type { AttributeInfo } from '../../classfile/attributeInfo';
import type { ClassFile, MemberInfo } from '../../classfile/classFile';
import type { ConstantPool } from '../../classfile/constantPool';
import { findAttribute } from '../../classfile/attributes';
import type { ClassSide, MemberSide } from '../../classfile/side';
import { flagsOfDeclared } from './declaredFlags';
import { inferAttributes } from './inferred';

/** Flags that HotSpot keeps of those in the file (JVM_RECOGNIZED_..._MODIFIERS). */
const CLASS_FLAGS = 0x7631;
const FIELD_FLAGS = 0x50df;
const METHOD_FLAGS = 0x1dff;
const ALL = 0xffff;
const JAVA_6 = 50;
const JAVA_7 = 51;
const JAVA_11 = 55;
const JAVA_16 = 60;
const JAVA_17 = 61;

/** A record component as far as a redefinition looks at it. */
export interface RecordComponentShape {
  readonly name: string;
  readonly descriptor: string;
  readonly signature: string | undefined;
}

/**
 * What of a class decides whether a JVM accepts a redefinition, as the JVM sees it: flags as it keeps them, and
 * attributes only where the class file version makes it read them. `undefined` means not known; "has none" of an
 * attribute is `null`.
 */
export interface ClassShape {
  readonly name: string;
  readonly majorVersion: number | undefined;
  readonly flags: number | undefined;
  /** Which bits of `flags` are known: all, or all but ACC_SUPER and `openFlags`. */
  readonly knownFlags: number;
  /** Bits of `flags` that a compiler may have set or not. */
  readonly openFlags: number;
  readonly superName: string | undefined;
  readonly interfaces: readonly string[] | undefined;
  readonly nestHost: string | null | undefined;
  readonly nestMembers: readonly string[] | null | undefined;
  readonly record: readonly RecordComponentShape[] | null | undefined;
  readonly permittedSubclasses: readonly string[] | null | undefined;
  readonly fields: readonly MemberSide[];
  readonly methods: readonly MemberSide[];
}

/** The shape of a class file. Throws `ClassFileError` when an attribute that matters can't be read. */
export function shapeOfFile(file: ClassFile): ClassShape {
  const { majorVersion: major, pool } = file;
  const names = (indexes: readonly number[] | undefined): readonly string[] | null =>
    indexes ? indexes.map((index) => pool.className(index)) : null;
  const host = major >= JAVA_11 ? file.attribute('NestHost') : undefined;
  const record = major >= JAVA_16 ? file.attribute('Record') : undefined;
  return {
    name: file.name,
    majorVersion: major,
    flags: classFlags(file),
    knownFlags: ALL,
    openFlags: 0,
    superName: file.superName,
    interfaces: file.interfaces,
    nestHost: host ? pool.className(host.hostClassIndex) : null,
    nestMembers: names(major >= JAVA_11 ? file.attribute('NestMembers')?.classIndexes : undefined),
    record: record
      ? record.components.map(({ nameIndex, descriptorIndex, attributes }) => ({
          name: pool.utf8(nameIndex),
          descriptor: pool.utf8(descriptorIndex),
          signature: signatureOf(attributes, pool),
        }))
      : null,
    permittedSubclasses: names(
      major >= JAVA_17 ? file.attribute('PermittedSubclasses')?.classIndexes : undefined,
    ),
    fields: withFlags(file.fields, fieldFlags),
    methods: withFlags(file.methods, (method) => methodFlags(method, major)),
  };
}

/**
 * The shape of a class that runs, from what can be read back over JDWP. `file`: the class file known to run, for
 * what can't (nest, record components, permitted subclasses, exact flags); without it these are inferred as far as
 * they can be. `next`: the version that is to replace it.
 */
export function shapeOfSide(side: ClassSide, file: ClassFile | undefined, next: ClassShape): ClassShape {
  const known = file ? shapeOfFile(file) : undefined;
  const { declaredFlags = side.accessFlags } = side;
  const declared = declaredFlags === undefined ? undefined : flagsOfDeclared(side, declaredFlags);
  const attributes = known ?? inferAttributes(side, next);
  return {
    name: side.name,
    majorVersion: side.majorVersion ?? known?.majorVersion,
    flags: known?.flags ?? (declared && declared.flags & CLASS_FLAGS),
    superName: side.superName ?? known?.superName,
    interfaces: side.interfaces ?? known?.interfaces,
    knownFlags: known ? ALL : ALL & ~ACC.SUPER & ~(declared?.open ?? 0),
    openFlags: known ? 0 : (declared?.open ?? 0),
    nestHost: attributes.nestHost,
    nestMembers: attributes.nestMembers,
    record: attributes.record,
    permittedSubclasses: attributes.permittedSubclasses,
    fields: withFlags(side.fields, ({ accessFlags }) => accessFlags & FIELD_FLAGS),
    methods: withFlags(side.methods, ({ accessFlags }) => accessFlags & METHOD_FLAGS),
  };
}

/** The same members with the flags the JVM keeps; themselves where these are the flags they have. */
function withFlags<T extends MemberSide>(
  members: readonly T[],
  flagsOf: (member: T) => number,
): readonly MemberSide[] {
  if (members.every((member) => member.accessFlags === flagsOf(member))) return members;
  return members.map((member) => ({
    name: member.name,
    descriptor: member.descriptor,
    accessFlags: flagsOf(member),
  }));
}

function isSynthetic(attributes: readonly AttributeInfo[]): boolean {
  return attributes.some(({ name }) => name === 'Synthetic');
}

function classFlags(file: ClassFile): number {
  let flags = file.accessFlags & CLASS_FLAGS;
  // Before Java 6 an interface need not say that it is abstract.
  if ((flags & ACC.INTERFACE) !== 0 && file.majorVersion < JAVA_6) flags |= ACC.ABSTRACT;
  return isSynthetic(file.attributes) ? flags | ACC.SYNTHETIC : flags;
}

function fieldFlags(field: MemberInfo): number {
  const flags = field.accessFlags & FIELD_FLAGS;
  return isSynthetic(field.attributes) ? flags | ACC.SYNTHETIC : flags;
}

function methodFlags(method: MemberInfo, major: number): number {
  let flags = method.accessFlags & METHOD_FLAGS;
  // Of a class initialiser HotSpot keeps only what the specification lets it have.
  if (method.name === '<clinit>') flags = major < JAVA_7 ? ACC.STATIC : flags & initializerFlags(major);
  return isSynthetic(method.attributes) ? flags | ACC.SYNTHETIC : flags;
}

function initializerFlags(major: number): number {
  return major <= JAVA_16 ? ACC.STATIC | ACC.STRICT : ACC.STATIC;
}

function signatureOf(attributes: readonly AttributeInfo[], pool: ConstantPool): string | undefined {
  const signature = findAttribute(attributes, 'Signature', pool);
  return signature && pool.utf8(signature.signatureIndex);
}
