import assert from 'node:assert/strict';
import type { Attribute } from '../../../../src/classfile/attributeTypes';
import type { AttributeInfo } from '../../../../src/classfile/attributeInfo';
import { encodeAttribute } from '../../../../src/classfile/attributes';
import { parseClassFile, type ClassFile } from '../../../../src/classfile/classFile';
import type { ConstantPoolBuilder } from '../../../../src/classfile/constantPoolBuilder';
import { constantHolders, isTraceable } from '../../../../src/hotswap/predict/holders';
import { predict, type PredictEnvironment, type Prediction } from '../../../../src/hotswap/predict';
import { classBytes, type ClassSketch, type MethodSketch } from '../../classfile/support';

function ask(
  before: ClassSketch,
  after: ClassSketch,
  environment: Partial<PredictEnvironment> = {},
): Prediction {
  const prediction = predict(parseClassFile(classBytes(before)), classBytes(after), {
    feature: 17,
    ...environment,
  });
  assert.equal(prediction.verdict, 'accept');
  return prediction;
}

const u16 = (value: number): [number, number] => [value >> 8, value & 0xff];
const source = (pool: ConstantPoolBuilder): Attribute => ({
  kind: 'SourceFile',
  sourceFileIndex: pool.utf8('A.java'),
});

/** `static int first = 1, second = N;`, each on a line of its own. */
function initialised(second: number, flags = 0x21): ClassSketch {
  return {
    flags,
    fields: ['first', 'second'].map((name) => ({ name, descriptor: 'I', flags: 8 })),
    methods: [
      {
        name: '<clinit>',
        descriptor: '()V',
        flags: 8,
        code: (pool) => [
          ...[0x04, 0xb3, ...u16(pool.fieldref('demo/A', 'first', 'I'))],
          ...[0x03 + second, 0xb3, ...u16(pool.fieldref('demo/A', 'second', 'I')), 0xb1],
        ],
        lines: [
          [0, 5],
          [4, 6],
          [8, 7],
        ],
      },
    ],
    attributes: (pool) => [source(pool)],
  };
}

describe('what will not take effect though accepted', () => {
  it('is nothing for another body', () => {
    const body = (more: number[]): ClassSketch => ({
      methods: [{ name: 'f', descriptor: '()V', code: () => [...more, 0xb1] }],
    });
    assert.deepEqual(ask(body([]), body([0])).notes, []);
  });

  it('is a static initialiser, with the field and line of the first difference', () => {
    assert.deepEqual(ask(initialised(1), initialised(2)).notes, [
      { code: 'staticInitializer', member: 'second', line: 6, file: 'A.java' },
    ]);
    assert.equal(ask(initialised(1, 0x4031), initialised(2, 0x4031)).notes[0]!.code, 'enumConstants');
  });

  it('is a constructor while there are objects', () => {
    const constructed = (more: number[]): ClassSketch => ({
      methods: [
        {
          name: '<init>',
          descriptor: '()V',
          code: (pool) => [
            ...[0x2a, 0xb7, ...u16(pool.methodref('java/lang/Object', '<init>', '()V'))],
            ...[...more, 0xb1],
          ],
          lines: [[0, 3]],
        },
      ],
    });
    const notes = (instances?: number): unknown =>
      ask(constructed([]), constructed([0]), instances === undefined ? {} : { instances }).notes;
    assert.deepEqual(notes(), [{ code: 'constructor', member: '<init>()V', line: 3 }]);
    assert.deepEqual(notes(7), [{ code: 'constructor', member: '<init>()V', line: 3, instances: 7 }]);
    assert.deepEqual(notes(0), []);
  });

  it('is a method on a stack', () => {
    const two = (more: number[]): ClassSketch => ({
      methods: ['f', 'g'].map((name): MethodSketch => ({
        name,
        descriptor: '()V',
        code: () => [...more, 0xb1],
        lines: [[0, 4]],
      })),
    });
    const { notes } = ask(two([]), two([0]), { onStack: new Set(['g()V', 'h()V']) });
    assert.deepEqual(notes, [{ code: 'onStack', member: 'g()V', line: 4 }]);
  });

  it('is a constant compiled into other classes', () => {
    const constant = (text: string): ClassSketch => ({
      fields: [
        {
          name: 'NAME',
          descriptor: 'Ljava/lang/String;',
          flags: 0x18,
          attributes: (pool) => [{ kind: 'ConstantValue', valueIndex: pool.string(text) }],
        },
      ],
    });
    const holders = (text: string): string[] => (text === '"a"' ? ['demo.A', 'demo.B'] : []);
    assert.deepEqual(ask(constant('a'), constant('b'), { constantHolders: holders }).notes, [
      { code: 'constantInlined', member: 'NAME', from: '"a"', to: '"b"', classes: ['demo.B'] },
    ]);
    assert.deepEqual(ask(constant('a'), constant('a')).notes, []);
  });

  it('names the classes that hold a constant, but for numbers that are part of instructions', () => {
    const holding = (name: string, add: (pool: ConstantPoolBuilder) => unknown): ClassFile =>
      parseClassFile(classBytes({ name, before: (pool) => void add(pool) }));
    const files = [
      holding('demo/Text', (pool) => pool.string('a')),
      holding('demo/Number', (pool) => pool.integer(100_000)),
      holding('demo/Long', (pool) => pool.long(7n)),
      // A name is no constant.
      holding('demo/Name', (pool) => pool.utf8('a')),
    ];
    assert.deepEqual(Object.fromEntries(constantHolders(files, new Set(['"a"', '100000', '7L', '"b"']))), {
      '"a"': ['demo.Text'],
      '100000': ['demo.Number'],
      '7L': ['demo.Long'],
      '"b"': [],
    });
    for (const small of ['0', '-32768', '32767', '1L', '2f', '0d']) assert.equal(isTraceable(small), false);
    for (const large of ['-32769', '32768', '2L', '"0"']) assert.equal(isTraceable(large), true);
  });

  it('is an annotation that frameworks read once, and none that only compilers and Kotlin read', () => {
    const annotated = (type: string, value: number): ClassSketch => ({
      fields: [
        {
          name: 'x',
          descriptor: 'I',
          attributes: (pool) => [
            {
              kind: 'RuntimeVisibleAnnotations',
              annotations: [
                {
                  typeIndex: pool.utf8(`L${type};`),
                  elements: [
                    {
                      nameIndex: pool.utf8('value'),
                      value: { tag: 'I', constantIndex: pool.integer(value) },
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    const notes = (type: string, value: number): unknown =>
      ask(annotated(type, 1), annotated(type, value)).notes;
    assert.deepEqual(notes('jakarta/persistence/Column', 2), [
      { code: 'annotation', className: 'jakarta.persistence.Column', member: 'x' },
    ]);
    assert.deepEqual(notes('jakarta/persistence/Column', 1), []);
    assert.deepEqual(notes('kotlin/Metadata', 2), []);
  });

  it('is a generic signature or the components of a record that were looked at', () => {
    const generic = (text: string): ClassSketch => ({
      attributes: (pool) => [{ kind: 'Signature', signatureIndex: pool.utf8(text) }],
    });
    const codes = (before: ClassSketch, after: ClassSketch): string[] =>
      ask(before, after).notes.map(({ code }) => code);
    assert.deepEqual(codes(generic('LA;'), generic('LB;')), ['genericSignature']);
    const record = (marked: boolean): ClassSketch => ({
      superName: 'java/lang/Record',
      attributes: (pool) => [
        {
          kind: 'Record',
          components: [
            {
              nameIndex: pool.utf8('x'),
              descriptorIndex: pool.utf8('I'),
              attributes: marked ? [mark(pool)] : [],
            },
          ],
        },
      ],
    });
    assert.deepEqual(codes(record(false), record(true)), ['recordComponents']);
  });

  it('says nothing about attributes that make no sense, which the JVM does not read', () => {
    const sketch: ClassSketch = {
      attributes: (pool) => [
        {
          kind: 'RuntimeVisibleAnnotations',
          annotations: [{ typeIndex: pool.utf8('LMark;'), elements: [] }],
        },
      ],
    };
    const after = classBytes(sketch);
    // The number of elements of the annotation, the last thing in the file.
    after.writeUInt16BE(9, after.length - 2);
    const prediction = predict(parseClassFile(classBytes(sketch)), after, { feature: 17 });
    assert.deepEqual([prediction.verdict, prediction.notes], ['accept', []]);
  });
});

/** An attribute of a record component. */
function mark(pool: ConstantPoolBuilder): AttributeInfo {
  const annotations = [{ typeIndex: pool.utf8('LMark;'), elements: [] }];
  return encodeAttribute(
    { kind: 'RuntimeVisibleAnnotations', annotations },
    pool.utf8('RuntimeVisibleAnnotations'),
  );
}
