import { BinaryReader } from '../util/bytes';
import { readAttributes, type AttributeInfo } from './attributeInfo';
import { findAttribute } from './attributes';
import type { AttributeKind, AttributeOf, BootstrapMethod, Code, LineNumber } from './attributeTypes';
import { ConstantPool } from './constantPool';
import { ClassFileError, withOffsets } from './errors';

const NO_ATTRIBUTE = Symbol('not there');

/** A field or method (JVMS 4.5, 4.6). Attributes are decoded when asked for. */
export class MemberInfo {
  readonly pool: ConstantPool;
  readonly accessFlags: number;
  readonly nameIndex: number;
  readonly descriptorIndex: number;
  readonly attributes: readonly AttributeInfo[];

  constructor(
    pool: ConstantPool,
    accessFlags: number,
    nameIndex: number,
    descriptorIndex: number,
    attributes: readonly AttributeInfo[],
  ) {
    this.pool = pool;
    this.accessFlags = accessFlags;
    this.nameIndex = nameIndex;
    this.descriptorIndex = descriptorIndex;
    this.attributes = attributes;
  }

  get name(): string {
    return this.pool.utf8(this.nameIndex);
  }
  get descriptor(): string {
    return this.pool.utf8(this.descriptorIndex);
  }
  attribute<K extends AttributeKind>(kind: K): AttributeOf<K> | undefined {
    return findAttribute(this.attributes, kind, this.pool);
  }
}

export class MethodInfo extends MemberInfo {
  #code: Code | typeof NO_ATTRIBUTE | undefined;

  /** The Code attribute; `undefined` for an abstract or native method. */
  get codeAttribute(): Code | undefined {
    this.#code ??= this.attribute('Code') ?? NO_ATTRIBUTE;
    return this.#code === NO_ATTRIBUTE ? undefined : this.#code;
  }
  /** The bytecodes, a view; `undefined` for an abstract or native method. */
  get code(): Buffer | undefined {
    return this.codeAttribute?.code;
  }
  /** All line number tables of the method, in file order; empty without debug information. */
  get lineNumbers(): readonly LineNumber[] {
    const code = this.codeAttribute;
    if (!code) return [];
    const tables = code.attributes.filter(({ name }) => name === 'LineNumberTable');
    return tables.flatMap((table) => findAttribute([table], 'LineNumberTable', this.pool)!.lines);
  }
}

/** What a class file consists of, in file order (JVMS 4.1); `...Index` point into `pool`. */
export interface ClassFileParts {
  readonly minorVersion: number;
  readonly majorVersion: number;
  readonly pool: ConstantPool;
  readonly accessFlags: number;
  readonly thisIndex: number;
  /** 0 only for `java.lang.Object`. */
  readonly superIndex: number;
  readonly interfaceIndexes: readonly number[];
  readonly fields: readonly MemberInfo[];
  readonly methods: readonly MethodInfo[];
  readonly attributes: readonly AttributeInfo[];
}

/** A class file with its names resolved; internal names (`java/lang/String`) throughout. */
export class ClassFile implements ClassFileParts {
  readonly minorVersion: number;
  readonly majorVersion: number;
  readonly pool: ConstantPool;
  readonly accessFlags: number;
  readonly thisIndex: number;
  readonly superIndex: number;
  readonly interfaceIndexes: readonly number[];
  readonly fields: readonly MemberInfo[];
  readonly methods: readonly MethodInfo[];
  readonly attributes: readonly AttributeInfo[];
  #bootstrapMethods: readonly BootstrapMethod[] | undefined;

  constructor(parts: ClassFileParts) {
    this.minorVersion = parts.minorVersion;
    this.majorVersion = parts.majorVersion;
    this.pool = parts.pool;
    this.accessFlags = parts.accessFlags;
    this.thisIndex = parts.thisIndex;
    this.superIndex = parts.superIndex;
    this.interfaceIndexes = parts.interfaceIndexes;
    this.fields = parts.fields;
    this.methods = parts.methods;
    this.attributes = parts.attributes;
  }

  /** The same class with some parts replaced. */
  with(parts: Partial<ClassFileParts>): ClassFile {
    const { minorVersion, majorVersion, pool, accessFlags, thisIndex, superIndex } = this;
    const { interfaceIndexes, fields, methods, attributes } = this;
    const header = { minorVersion, majorVersion, pool, accessFlags, thisIndex, superIndex };
    return new ClassFile({ ...header, interfaceIndexes, fields, methods, attributes, ...parts });
  }

  /** Internal name, such as `demo/Outer$Inner`. */
  get name(): string {
    return this.pool.className(this.thisIndex);
  }
  /** As `Class.getName()` gives it, such as `demo.Outer$Inner`. */
  get binaryName(): string {
    return this.name.replaceAll('/', '.');
  }
  get superName(): string | undefined {
    return this.superIndex === 0 ? undefined : this.pool.className(this.superIndex);
  }
  get interfaces(): string[] {
    return this.interfaceIndexes.map((index) => this.pool.className(index));
  }
  /** The raw constants; what JDWP's ReferenceType.ConstantPool gives for a class never redefined. */
  get constantPoolBytes(): Buffer {
    return this.pool.bytes;
  }
  get sourceFile(): string | undefined {
    const attribute = this.attribute('SourceFile');
    return attribute && this.pool.utf8(attribute.sourceFileIndex);
  }
  /** `null` for a class that is not sealed. */
  get permittedSubclasses(): readonly string[] | null {
    const indexes = this.attribute('PermittedSubclasses')?.classIndexes;
    return indexes ? indexes.map((index) => this.pool.className(index)) : null;
  }
  get bootstrapMethods(): readonly BootstrapMethod[] {
    return (this.#bootstrapMethods ??= this.attribute('BootstrapMethods')?.methods ?? []);
  }
  attribute<K extends AttributeKind>(kind: K): AttributeOf<K> | undefined {
    return findAttribute(this.attributes, kind, this.pool);
  }
}

/**
 * Reads a class file of Java 1.1 to 25 without copying it. Structure and names of the class, its members and
 * attributes are checked; the content of attributes when it is asked for. Throws `ClassFileError`.
 */
export function parseClassFile(bytes: Uint8Array): ClassFile {
  const r = new BinaryReader(bytes);
  return withOffsets(0, 'class file', () => {
    const parts = readParts(r);
    if (r.remaining > 0)
      throw new ClassFileError('trailing', r.offset, `${r.remaining} bytes after the end of the class`);
    return new ClassFile(parts);
  });
}

function readParts(r: BinaryReader): ClassFileParts {
  if (r.u32() !== 0xcafebabe) throw new ClassFileError('magic', 0, 'this is no class file');
  const minorVersion = r.u16();
  const majorVersion = r.u16();
  const count = r.u16();
  const pool = new ConstantPool(r.bytes, count, r.offset);
  r.take(pool.bytes.length);
  const accessFlags = r.u16();
  const thisIndex = r.u16();
  pool.className(thisIndex);
  const superIndex = r.u16();
  if (superIndex !== 0) pool.className(superIndex);
  const interfaceIndexes: number[] = [];
  for (let left = r.u16(); left > 0; left--) {
    const index = r.u16();
    pool.className(index);
    interfaceIndexes.push(index);
  }
  const fields = readMembers(r, pool, MemberInfo);
  const methods = readMembers(r, pool, MethodInfo);
  const attributes = readAttributes(r, pool, 0);
  return {
    minorVersion,
    majorVersion,
    pool,
    accessFlags,
    thisIndex,
    superIndex,
    interfaceIndexes,
    fields,
    methods,
    attributes,
  };
}

function readMembers<T extends MemberInfo>(
  r: BinaryReader,
  pool: ConstantPool,
  Member: new (
    ...parts: [ConstantPool, flags: number, name: number, descriptor: number, readonly AttributeInfo[]]
  ) => T,
): T[] {
  const members: T[] = [];
  for (let left = r.u16(); left > 0; left--) {
    const accessFlags = r.u16();
    const nameIndex = r.u16();
    const descriptorIndex = r.u16();
    if (pool.tag(nameIndex) !== 1) pool.fail(nameIndex, 'the name of a member');
    if (pool.tag(descriptorIndex) !== 1) pool.fail(descriptorIndex, 'the descriptor of a member');
    members.push(new Member(pool, accessFlags, nameIndex, descriptorIndex, readAttributes(r, pool, 0)));
  }
  return members;
}
