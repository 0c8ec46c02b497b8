import type { Attribute } from '../../../src/classfile/attributeTypes';
import type { Annotation } from '../../../src/classfile/annotations';
import type { AttributeInfo } from '../../../src/classfile/attributeInfo';
import { decodeAttribute, encodeAttribute } from '../../../src/classfile/attributes';
import { MemberInfo, MethodInfo, type ClassFile } from '../../../src/classfile/classFile';
import type { ConstantPool } from '../../../src/classfile/constantPool';
import { ConstantPoolBuilder } from '../../../src/classfile/constantPoolBuilder';
import { writeClassFile } from '../../../src/classfile/writer';

/** What a small class of a test consists of; everything not said is as a compiler would write it. */
export interface ClassSketch {
  readonly name?: string;
  readonly superName?: string;
  readonly interfaces?: readonly string[];
  readonly flags?: number;
  readonly major?: number;
  readonly fields?: readonly MemberSketch[];
  readonly methods?: readonly MethodSketch[];
  readonly attributes?: (pool: ConstantPoolBuilder) => readonly Attribute[];
  /** Constants that stand before all others, to move those. */
  readonly before?: (pool: ConstantPoolBuilder) => void;
}
export interface MemberSketch {
  readonly name: string;
  readonly descriptor: string;
  readonly flags?: number;
  readonly attributes?: (pool: ConstantPoolBuilder) => readonly Attribute[];
}
export interface MethodSketch extends MemberSketch {
  readonly code?: (pool: ConstantPoolBuilder) => readonly number[];
  readonly lines?: readonly (readonly [startPc: number, line: number])[];
  readonly handlers?: readonly (readonly [start: number, end: number, handler: number, type: string])[];
  readonly codeAttributes?: (pool: ConstantPoolBuilder) => readonly Attribute[];
}

/** The bytes of a class. */
export function classBytes(sketch: ClassSketch): Buffer {
  const pool = new ConstantPoolBuilder();
  sketch.before?.(pool);
  const attribute = (value: Attribute): AttributeInfo => encodeAttribute(value, pool.utf8(value.kind));
  const member = (of: MemberSketch, more: readonly AttributeInfo[] = []) =>
    [
      of.flags ?? 0,
      pool.utf8(of.name),
      pool.utf8(of.descriptor),
      [...more, ...(of.attributes?.(pool) ?? []).map(attribute)],
    ] as const;
  const code = (of: MethodSketch): AttributeInfo[] => {
    if (!of.code) return [];
    const lines = of.lines?.map(([startPc, line]) => ({ startPc, line }));
    return [
      attribute({
        kind: 'Code',
        maxStack: 8,
        maxLocals: 8,
        code: Buffer.from(of.code(pool)),
        codeOffset: 0,
        exceptionTable: (of.handlers ?? []).map(([startPc, endPc, handlerPc, type]) => ({
          startPc,
          endPc,
          handlerPc,
          catchTypeIndex: type === '' ? 0 : pool.class(type),
        })),
        attributes: [
          ...(lines ? [attribute({ kind: 'LineNumberTable', lines })] : []),
          ...(of.codeAttributes?.(pool) ?? []).map(attribute),
        ],
      }),
    ];
  };
  const thisIndex = pool.class(sketch.name ?? 'demo/A');
  const superIndex = pool.class(sketch.superName ?? 'java/lang/Object');
  const interfaceIndexes = (sketch.interfaces ?? []).map((name) => pool.class(name));
  const fields = (sketch.fields ?? []).map((field) => member(field));
  const methods = (sketch.methods ?? []).map((method) => member(method, code(method)));
  const attributes = (sketch.attributes?.(pool) ?? []).map(attribute);
  const built = pool.build();
  return writeClassFile({
    minorVersion: 0,
    majorVersion: sketch.major ?? 61,
    pool: built,
    accessFlags: sketch.flags ?? 0x21,
    thisIndex,
    superIndex,
    interfaceIndexes,
    fields: fields.map((parts) => new MemberInfo(built, ...parts)),
    methods: methods.map((parts) => new MethodInfo(built, ...parts)),
    attributes,
  });
}

/** Every attribute of a class, of its members, of code and of record components. */
export function* everyAttribute(
  file: ClassFile,
): Generator<{ info: AttributeInfo; value: Attribute | undefined }> {
  const owners = [file, ...file.fields, ...file.methods];
  for (const owner of owners) yield* nested(owner.attributes, file.pool, 0);
}

function* nested(
  attributes: readonly AttributeInfo[],
  pool: ConstantPool,
  depth: number,
): Generator<{ info: AttributeInfo; value: Attribute | undefined }> {
  for (const info of attributes) {
    const value = decodeAttribute(info, pool);
    yield { info, value };
    if (depth > 3) continue;
    if (value?.kind === 'Code') yield* nested(value.attributes, pool, depth + 1);
    if (value?.kind === 'Record')
      for (const component of value.components) yield* nested(component.attributes, pool, depth + 1);
  }
}

function annotation(pool: ConstantPoolBuilder): Annotation {
  const constantIndex = pool.integer(7);
  const inner = { typeIndex: pool.utf8('Ldemo/Inner;'), elements: [] };
  return {
    typeIndex: pool.utf8('Ldemo/Mark;'),
    elements: [
      { nameIndex: pool.utf8('number'), value: { tag: 'I', constantIndex } },
      { nameIndex: pool.utf8('text'), value: { tag: 's', constantIndex: pool.utf8('text') } },
      { nameIndex: pool.utf8('type'), value: { tag: 'c', classIndex: pool.utf8('Ljava/lang/String;') } },
      {
        nameIndex: pool.utf8('choice'),
        value: { tag: 'e', typeIndex: pool.utf8('Ldemo/Choice;'), nameIndex: pool.utf8('YES') },
      },
      { nameIndex: pool.utf8('nested'), value: { tag: '@', annotation: inner } },
      {
        nameIndex: pool.utf8('list'),
        value: {
          tag: '[',
          values: [
            { tag: 'I', constantIndex },
            { tag: '@', annotation: inner },
          ],
        },
      },
    ],
  };
}

function codeAttributes(pool: ConstantPoolBuilder): Attribute[] {
  const text = { tag: 7, classIndex: pool.class('java/lang/String') } as const;
  const path = [{ kind: 3, argument: 1 }];
  const target = { type: 0x40, shape: 'localVariable', table: [{ startPc: 0, length: 1, slot: 1 }] } as const;
  const variable = { startPc: 0, length: 1, nameIndex: pool.utf8('x'), slot: 1 };
  return [
    {
      kind: 'StackMapTable',
      frames: [
        { form: 'same', type: 5, delta: 5 },
        { form: 'sameLocals1', type: 66, delta: 2, stack: text },
        { form: 'sameLocals1', type: 247, delta: 300, stack: { tag: 8, pc: 3 } },
        { form: 'chop', type: 249, delta: 1 },
        { form: 'same', type: 251, delta: 64 },
        { form: 'append', type: 253, delta: 1, locals: [{ tag: 1 }, text] },
        { form: 'full', type: 255, delta: 1, locals: [{ tag: 4 }], stack: [{ tag: 5 }, { tag: 6 }] },
      ],
    },
    { kind: 'LocalVariableTable', variables: [{ ...variable, typeIndex: pool.utf8('I') }] },
    { kind: 'LocalVariableTypeTable', variables: [{ ...variable, typeIndex: pool.utf8('TT;') }] },
    {
      kind: 'RuntimeVisibleTypeAnnotations',
      annotations: [
        { target, path, annotation: annotation(pool) },
        { target: { type: 0x42, shape: 'catch', exceptionIndex: 0 }, path: [], annotation: annotation(pool) },
        { target: { type: 0x44, shape: 'offset', pc: 0 }, path: [], annotation: annotation(pool) },
        {
          target: { type: 0x47, shape: 'typeArgument', pc: 0, argument: 1 },
          path: [],
          annotation: annotation(pool),
        },
      ],
    },
  ];
}

function memberAttributes(pool: ConstantPoolBuilder): Attribute[] {
  const mark = annotation(pool);
  return [
    { kind: 'Exceptions', classIndexes: [pool.class('java/io/IOException')] },
    { kind: 'Synthetic' },
    { kind: 'Deprecated' },
    { kind: 'Signature', signatureIndex: pool.utf8('<T:Ljava/lang/Object;>()TT;') },
    { kind: 'RuntimeVisibleAnnotations', annotations: [mark] },
    { kind: 'RuntimeInvisibleAnnotations', annotations: [mark, mark] },
    { kind: 'RuntimeVisibleParameterAnnotations', parameters: [[mark], []] },
    { kind: 'RuntimeInvisibleParameterAnnotations', parameters: [[], [mark]] },
    { kind: 'AnnotationDefault', value: { tag: '[', values: [] } },
    { kind: 'MethodParameters', parameters: [{ nameIndex: pool.utf8('x'), accessFlags: 0x10 }] },
    {
      kind: 'RuntimeInvisibleTypeAnnotations',
      annotations: [
        { target: { type: 1, shape: 'typeParameter', parameter: 0 }, path: [], annotation: mark },
        {
          target: { type: 0x12, shape: 'typeParameterBound', parameter: 0, bound: 1 },
          path: [],
          annotation: mark,
        },
        { target: { type: 0x14, shape: 'empty' }, path: [], annotation: mark },
        { target: { type: 0x16, shape: 'formalParameter', parameter: 0 }, path: [], annotation: mark },
        { target: { type: 0x17, shape: 'throws', index: 0 }, path: [], annotation: mark },
      ],
    },
  ];
}

function classAttributes(pool: ConstantPoolBuilder): Attribute[] {
  const inner = pool.class('demo/A$B');
  const self = pool.class('demo/A');
  const module = pool.module('demo.other');
  const exported = { packageIndex: pool.package('demo'), flags: 0, toModuleIndexes: [module] };
  const reference = pool.methodref('demo/Boot', 'strap', '()Ljava/lang/Object;');
  return [
    {
      kind: 'InnerClasses',
      classes: [
        { innerClassIndex: inner, outerClassIndex: self, innerNameIndex: pool.utf8('B'), accessFlags: 9 },
      ],
    },
    { kind: 'EnclosingMethod', classIndex: self, methodIndex: pool.nameAndType('f', '()V') },
    { kind: 'SourceFile', sourceFileIndex: pool.utf8('A.java') },
    { kind: 'SourceDebugExtension', debugExtension: Buffer.from('SMAP') },
    {
      kind: 'BootstrapMethods',
      methods: [
        { methodHandleIndex: pool.methodHandle(6, reference), argumentIndexes: [pool.string('a\u0001')] },
      ],
    },
    {
      kind: 'Module',
      nameIndex: pool.module('demo'),
      flags: 0x20,
      versionIndex: pool.utf8('1'),
      requires: [{ moduleIndex: module, flags: 0, versionIndex: 0 }],
      exports: [exported],
      opens: [{ ...exported, toModuleIndexes: [] }],
      usesIndexes: [self],
      provides: [{ classIndex: self, withIndexes: [inner] }],
    },
    { kind: 'ModulePackages', packageIndexes: [pool.package('demo')] },
    { kind: 'ModuleMainClass', mainClassIndex: self },
    { kind: 'NestHost', hostClassIndex: self },
    { kind: 'NestMembers', classIndexes: [inner] },
    {
      kind: 'Record',
      components: [
        {
          nameIndex: pool.utf8('x'),
          descriptorIndex: pool.utf8('I'),
          attributes: [
            encodeAttribute({ kind: 'Signature', signatureIndex: pool.utf8('TT;') }, pool.utf8('Signature')),
          ],
        },
      ],
    },
    { kind: 'PermittedSubclasses', classIndexes: [inner] },
    {
      kind: 'RuntimeVisibleTypeAnnotations',
      annotations: [
        { target: { type: 0x10, shape: 'supertype', index: 0 }, path: [], annotation: annotation(pool) },
      ],
    },
  ];
}

/** A class with every attribute of the specification (no JVM would take it) and every kind of constant. */
export function richClass(): Buffer {
  return classBytes({
    interfaces: ['java/lang/Runnable'],
    before: (pool) => {
      pool.float(1.5);
      pool.double(Math.PI);
      pool.methodType('()V');
      pool.dynamic(0, 'value', 'I');
      pool.interfaceMethodref('java/util/List', 'size', '()I');
    },
    fields: [
      {
        name: 'x',
        descriptor: 'J',
        flags: 0x18,
        attributes: (pool) => [{ kind: 'ConstantValue', valueIndex: pool.long(1n << 40n) }],
      },
    ],
    methods: [
      {
        name: 'f',
        descriptor: '(I)V',
        code: (pool) => [
          ...[0x12, pool.string('text'), 0x57, 0xba, 0, pool.invokeDynamic(0, 'run', '()V'), 0, 0],
          ...[0xa7, 0, 4, 0x00, 0x00, 0xc4, 0x84, 1, 0, 1, 0, 0xb1],
        ],
        lines: [[0, 12]],
        handlers: [[0, 3, 8, 'java/io/IOException']],
        codeAttributes,
        attributes: memberAttributes,
      },
    ],
    attributes: classAttributes,
  });
}
