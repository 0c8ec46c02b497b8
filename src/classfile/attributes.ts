import { BinaryReader, BinaryWriter } from '../util/bytes';
import {
  readAnnotation,
  readElementValue,
  readList,
  readTypeAnnotation,
  writeAnnotation,
  writeElementValue,
  writeTypeAnnotation,
} from './annotations';
import { AttributeInfo, readAttributes, skipAttributes, writeAttributes } from './attributeInfo';
import type * as A from './attributeTypes';
import type { ConstantPool } from './constantPool';
import { ClassFileError, withOffsets } from './errors';
import { readFrame, writeFrame } from './stackMap';

/** What a decoder may need besides the content: the pool for nested names, the content's offset in the file. */
interface Context {
  readonly pool: ConstantPool;
  readonly base: number;
}
interface Codec<T> {
  readonly read: (r: BinaryReader, context: Context) => T;
  readonly write: (w: BinaryWriter, value: T) => void;
}
type Codecs = { readonly [K in A.AttributeKind]: Codec<A.AttributeOf<K>> };

const u16 = (r: BinaryReader): number => r.u16();
const u16s = (r: BinaryReader): number[] => readList(r, r.u16(), u16);
function writeU16s(w: BinaryWriter, values: readonly number[]): void {
  w.u16(values.length);
  for (const value of values) w.u16(value);
}
function writeList<T>(
  w: BinaryWriter,
  values: readonly T[],
  write: (w: BinaryWriter, value: T) => void,
): void {
  w.u16(values.length);
  for (const value of values) write(w, value);
}

const marker = (kind: A.Marker['kind']): Codec<A.Marker> => ({
  read: () => ({ kind }),
  write: () => undefined,
});

const localVariables = (kind: A.LocalVariables['kind']): Codec<A.LocalVariables> => ({
  read: (r) => ({
    kind,
    variables: readList(r, r.u16(), () => ({
      startPc: r.u16(),
      length: r.u16(),
      nameIndex: r.u16(),
      typeIndex: r.u16(),
      slot: r.u16(),
    })),
  }),
  write: (w, { variables }) =>
    writeList(w, variables, (_, v) =>
      w.u16(v.startPc).u16(v.length).u16(v.nameIndex).u16(v.typeIndex).u16(v.slot),
    ),
});

const annotations = (kind: A.Annotations['kind']): Codec<A.Annotations> => ({
  read: (r) => ({ kind, annotations: readList(r, r.u16(), () => readAnnotation(r)) }),
  write: (w, value) => writeList(w, value.annotations, writeAnnotation),
});

const parameterAnnotations = (kind: A.ParameterAnnotations['kind']): Codec<A.ParameterAnnotations> => ({
  read: (r) => ({
    kind,
    parameters: readList(r, r.u8(), () => readList(r, r.u16(), () => readAnnotation(r))),
  }),
  write: (w, { parameters }) => {
    w.u8(parameters.length);
    for (const parameter of parameters) writeList(w, parameter, writeAnnotation);
  },
});

const typeAnnotations = (kind: A.TypeAnnotations['kind']): Codec<A.TypeAnnotations> => ({
  read: (r) => ({ kind, annotations: readList(r, r.u16(), readTypeAnnotation) }),
  write: (w, value) => writeList(w, value.annotations, writeTypeAnnotation),
});

const readModulePackage = (r: BinaryReader): A.ModulePackage => ({
  packageIndex: r.u16(),
  flags: r.u16(),
  toModuleIndexes: u16s(r),
});
const writeModulePackage = (w: BinaryWriter, value: A.ModulePackage): void =>
  writeU16s(w.u16(value.packageIndex).u16(value.flags), value.toModuleIndexes);

/** Code whose own attributes, mostly debug data, are read when asked for. */
class LazyCode implements A.Code {
  readonly kind = 'Code';
  readonly #pool: ConstantPool;
  readonly #source: Buffer;
  readonly #table: number;
  readonly #base: number;
  #attributes: readonly AttributeInfo[] | undefined;

  /** `r` stands where the attributes begin. */
  constructor(
    readonly maxStack: number,
    readonly maxLocals: number,
    readonly code: Buffer,
    readonly codeOffset: number,
    readonly exceptionTable: readonly A.ExceptionHandler[],
    pool: ConstantPool,
    r: BinaryReader,
    base: number,
  ) {
    this.#pool = pool;
    this.#source = r.bytes;
    this.#table = r.offset;
    this.#base = base;
  }

  /** They were found whole when the code was read, so that none reaches past its end. */
  get attributes(): readonly AttributeInfo[] {
    this.#attributes ??= readAttributes(new BinaryReader(this.#source, this.#table), this.#pool, this.#base);
    return this.#attributes;
  }
}

/** One row an attribute: how its content is read and written, in the order of JVMS 4.7.2 to 4.7.31. */
const codecs: Codecs = {
  ConstantValue: {
    read: (r) => ({ kind: 'ConstantValue', valueIndex: r.u16() }),
    write: (w, value) => w.u16(value.valueIndex),
  },
  Code: {
    read: (r, { pool, base }) => {
      const maxStack = r.u16();
      const maxLocals = r.u16();
      const length = r.u32();
      const codeOffset = base + r.offset;
      const code = r.view(length);
      const exceptionTable = readList(r, r.u16(), () => ({
        startPc: r.u16(),
        endPc: r.u16(),
        handlerPc: r.u16(),
        catchTypeIndex: r.u16(),
      }));
      const lazy = new LazyCode(maxStack, maxLocals, code, codeOffset, exceptionTable, pool, r, base);
      skipAttributes(r);
      return lazy;
    },
    write: (w, value) => {
      w.u16(value.maxStack).u16(value.maxLocals).u32(value.code.length).raw(value.code);
      writeList(w, value.exceptionTable, (_, handler) =>
        w.u16(handler.startPc).u16(handler.endPc).u16(handler.handlerPc).u16(handler.catchTypeIndex),
      );
      writeAttributes(w, value.attributes);
    },
  },
  StackMapTable: {
    read: (r) => ({ kind: 'StackMapTable', frames: readList(r, r.u16(), readFrame) }),
    write: (w, value) => writeList(w, value.frames, writeFrame),
  },
  Exceptions: {
    read: (r) => ({ kind: 'Exceptions', classIndexes: u16s(r) }),
    write: (w, value) => writeU16s(w, value.classIndexes),
  },
  InnerClasses: {
    read: (r) => ({
      kind: 'InnerClasses',
      classes: readList(r, r.u16(), () => ({
        innerClassIndex: r.u16(),
        outerClassIndex: r.u16(),
        innerNameIndex: r.u16(),
        accessFlags: r.u16(),
      })),
    }),
    write: (w, value) =>
      writeList(w, value.classes, (_, inner) =>
        w
          .u16(inner.innerClassIndex)
          .u16(inner.outerClassIndex)
          .u16(inner.innerNameIndex)
          .u16(inner.accessFlags),
      ),
  },
  EnclosingMethod: {
    read: (r) => ({ kind: 'EnclosingMethod', classIndex: r.u16(), methodIndex: r.u16() }),
    write: (w, value) => w.u16(value.classIndex).u16(value.methodIndex),
  },
  Synthetic: marker('Synthetic'),
  Signature: {
    read: (r) => ({ kind: 'Signature', signatureIndex: r.u16() }),
    write: (w, value) => w.u16(value.signatureIndex),
  },
  SourceFile: {
    read: (r) => ({ kind: 'SourceFile', sourceFileIndex: r.u16() }),
    write: (w, value) => w.u16(value.sourceFileIndex),
  },
  SourceDebugExtension: {
    read: (r) => ({ kind: 'SourceDebugExtension', debugExtension: r.view(r.remaining) }),
    write: (w, value) => w.raw(value.debugExtension),
  },
  LineNumberTable: {
    read: (r) => ({
      kind: 'LineNumberTable',
      lines: readList(r, r.u16(), () => ({ startPc: r.u16(), line: r.u16() })),
    }),
    write: (w, value) => writeList(w, value.lines, (_, { startPc, line }) => w.u16(startPc).u16(line)),
  },
  LocalVariableTable: localVariables('LocalVariableTable'),
  LocalVariableTypeTable: localVariables('LocalVariableTypeTable'),
  Deprecated: marker('Deprecated'),
  RuntimeVisibleAnnotations: annotations('RuntimeVisibleAnnotations'),
  RuntimeInvisibleAnnotations: annotations('RuntimeInvisibleAnnotations'),
  RuntimeVisibleParameterAnnotations: parameterAnnotations('RuntimeVisibleParameterAnnotations'),
  RuntimeInvisibleParameterAnnotations: parameterAnnotations('RuntimeInvisibleParameterAnnotations'),
  RuntimeVisibleTypeAnnotations: typeAnnotations('RuntimeVisibleTypeAnnotations'),
  RuntimeInvisibleTypeAnnotations: typeAnnotations('RuntimeInvisibleTypeAnnotations'),
  AnnotationDefault: {
    read: (r) => ({ kind: 'AnnotationDefault', value: readElementValue(r) }),
    write: (w, { value }) => writeElementValue(w, value),
  },
  BootstrapMethods: {
    read: (r) => ({
      kind: 'BootstrapMethods',
      methods: readList(r, r.u16(), () => ({ methodHandleIndex: r.u16(), argumentIndexes: u16s(r) })),
    }),
    write: (w, value) =>
      writeList(w, value.methods, (_, method) =>
        writeU16s(w.u16(method.methodHandleIndex), method.argumentIndexes),
      ),
  },
  MethodParameters: {
    read: (r) => ({
      kind: 'MethodParameters',
      parameters: readList(r, r.u8(), () => ({ nameIndex: r.u16(), accessFlags: r.u16() })),
    }),
    write: (w, { parameters }) => {
      w.u8(parameters.length);
      for (const parameter of parameters) w.u16(parameter.nameIndex).u16(parameter.accessFlags);
    },
  },
  Module: {
    read: (r) => ({
      kind: 'Module',
      nameIndex: r.u16(),
      flags: r.u16(),
      versionIndex: r.u16(),
      requires: readList(r, r.u16(), () => ({
        moduleIndex: r.u16(),
        flags: r.u16(),
        versionIndex: r.u16(),
      })),
      exports: readList(r, r.u16(), readModulePackage),
      opens: readList(r, r.u16(), readModulePackage),
      usesIndexes: u16s(r),
      provides: readList(r, r.u16(), () => ({ classIndex: r.u16(), withIndexes: u16s(r) })),
    }),
    write: (w, value) => {
      w.u16(value.nameIndex).u16(value.flags).u16(value.versionIndex);
      writeList(w, value.requires, (_, row) => w.u16(row.moduleIndex).u16(row.flags).u16(row.versionIndex));
      writeList(w, value.exports, writeModulePackage);
      writeList(w, value.opens, writeModulePackage);
      writeU16s(w, value.usesIndexes);
      writeList(w, value.provides, (_, row) => writeU16s(w.u16(row.classIndex), row.withIndexes));
    },
  },
  ModulePackages: {
    read: (r) => ({ kind: 'ModulePackages', packageIndexes: u16s(r) }),
    write: (w, value) => writeU16s(w, value.packageIndexes),
  },
  ModuleMainClass: {
    read: (r) => ({ kind: 'ModuleMainClass', mainClassIndex: r.u16() }),
    write: (w, value) => w.u16(value.mainClassIndex),
  },
  NestHost: {
    read: (r) => ({ kind: 'NestHost', hostClassIndex: r.u16() }),
    write: (w, value) => w.u16(value.hostClassIndex),
  },
  NestMembers: {
    read: (r) => ({ kind: 'NestMembers', classIndexes: u16s(r) }),
    write: (w, value) => writeU16s(w, value.classIndexes),
  },
  Record: {
    read: (r, { pool, base }) => ({
      kind: 'Record',
      components: readList(r, r.u16(), () => ({
        nameIndex: r.u16(),
        descriptorIndex: r.u16(),
        attributes: readAttributes(r, pool, base),
      })),
    }),
    write: (w, value) =>
      writeList(w, value.components, (_, component) =>
        writeAttributes(w.u16(component.nameIndex).u16(component.descriptorIndex), component.attributes),
      ),
  },
  PermittedSubclasses: {
    read: (r) => ({ kind: 'PermittedSubclasses', classIndexes: u16s(r) }),
    write: (w, value) => writeU16s(w, value.classIndexes),
  },
};

/** Whether an attribute's name is one of JVMS 4.7. */
export function isKnownAttribute(name: string): name is A.AttributeKind {
  return Object.hasOwn(codecs, name);
}

/**
 * The typed form of an attribute, `undefined` for a name the specification does not have.
 * Throws `ClassFileError` when the content does not fit its layout exactly.
 */
export function decodeAttribute(attribute: AttributeInfo, pool: ConstantPool): A.Attribute | undefined {
  return isKnownAttribute(attribute.name) ? decodeAs(attribute.name, attribute, pool) : undefined;
}

/** Decodes the first attribute of this kind in a table; `undefined` when there is none. */
export function findAttribute<K extends A.AttributeKind>(
  attributes: readonly AttributeInfo[],
  kind: K,
  pool: ConstantPool,
): A.AttributeOf<K> | undefined {
  for (const attribute of attributes) if (attribute.name === kind) return decodeAs(kind, attribute, pool);
  return undefined;
}

function decodeAs<K extends A.AttributeKind>(
  kind: K,
  attribute: AttributeInfo,
  pool: ConstantPool,
): A.AttributeOf<K> {
  const { source, start, length } = attribute;
  const r = new BinaryReader(source, start, start + length);
  const base = attribute.offset - start;
  return withOffsets(base, `attribute ${kind}`, () => {
    const value = codecs[kind].read(r, { pool, base });
    if (r.remaining > 0)
      throw new ClassFileError('attribute', base + r.offset, `${r.remaining} bytes after attribute ${kind}`);
    return value;
  });
}

/** The attribute with this content; `nameIndex` is where its name is in the pool it will be written with. */
export function encodeAttribute(value: A.Attribute, nameIndex: number): AttributeInfo {
  const w = new BinaryWriter(64);
  (codecs[value.kind] as Codec<A.Attribute>).write(w, value);
  return new AttributeInfo(nameIndex, value.kind, w.toBuffer());
}
