import assert from 'node:assert/strict';
import { parseClassFile } from '../../../../src/classfile/classFile';
import type { ConstantPoolBuilder } from '../../../../src/classfile/constantPoolBuilder';
import { checkFormat } from '../../../../src/hotswap/predict/format';
import {
  isClassName,
  isFieldDescriptor,
  isFieldName,
  isLegalText,
  isMethodName,
  parameterPlaces,
} from '../../../../src/hotswap/predict/formatNames';
import { classBytes, type ClassSketch, type MethodSketch } from '../../classfile/support';

type Check = (bytes: Buffer, start: number, end: number) => unknown;

/** The check of a text that stands between others. */
function on(check: Check): (text: string) => unknown {
  return (text) => {
    const bytes = Buffer.from(`;${text};`);
    return check(bytes, 1, bytes.length - 1);
  };
}

function all(check: Check, expected: unknown, texts: readonly string[]): void {
  for (const text of texts) assert.deepEqual(on(check)(text), expected, JSON.stringify(text));
}

describe('names and descriptors', () => {
  it('of classes', () => {
    all(isClassName, true, ['A', 'demo/A', 'demo/A$1', 'ä', '[I', '[[Ldemo/A;', 'package-info']);
    all(isClassName, false, ['', '/A', 'A/', 'a//b', 'a.b', 'a;b', 'a[b', '[', '[demo/A', '[Ldemo/A', '[V']);
  });

  it('of fields and methods', () => {
    all(isFieldName, true, ['a', 'a-b', '<x>', 'this$0']);
    all(isFieldName, false, ['', 'a/b', 'a.b', 'a;', '[a']);
    all(isMethodName, true, ['f', '<init>', '<clinit>', 'a-b']);
    all(isMethodName, false, ['', '<x>', 'a<b', 'a>b', 'a/b']);
  });

  it('of types', () => {
    all(isFieldDescriptor, true, ['I', '[J', 'Ldemo/A;', `${'['.repeat(255)}I`]);
    all(isFieldDescriptor, false, ['', 'V', 'II', 'L;', 'Ldemo/A', 'X', '[', `${'['.repeat(256)}I`]);
    all(parameterPlaces, 0, ['()V', '()Ldemo/A;']);
    all(parameterPlaces, 4, ['(IJ[D)V']);
    all(parameterPlaces, -1, ['', '(', '()', '(V)V', '(I', '()VV', 'I', '(L;)V']);
  });

  it('in modified UTF-8, from Java 4 on in its shortest form', () => {
    const legal = (bytes: readonly number[], major = 61): boolean =>
      isLegalText(Buffer.from(bytes), 0, bytes.length, major);
    for (const bytes of [[], [0x41], [0xc0, 0x80], [0xc3, 0xa4], [0xed, 0xa0, 0xbd]]) assert.ok(legal(bytes));
    for (const bytes of [[0], [0x80], [0xc3], [0xe6, 0xbc], [0xc3, 0x28], [0xf0, 0x9f, 0x98, 0x80]])
      assert.ok(!legal(bytes), bytes.join());
    assert.ok(!legal([0xc1, 0x81]));
    assert.ok(legal([0xc1, 0x81], 47));
  });
});

describe('the format of a class file', () => {
  const check = (sketch: ClassSketch): string | undefined => checkFormat(parseClassFile(classBytes(sketch)));
  const method = (more: Partial<MethodSketch> = {}): ClassSketch => ({
    methods: [{ name: 'f', descriptor: '()V', flags: 8, code: () => [0xb1], ...more }],
  });
  const bad = (sketch: ClassSketch, what: RegExp): void => assert.match(check(sketch) ?? 'fine', what);

  it('is fine for what compilers write', () => {
    assert.equal(check({}), undefined);
    assert.equal(check(method()), undefined);
    assert.equal(check({ flags: 0x601 }), undefined);
    assert.equal(check({ flags: 0x201, major: 49 }), undefined);
  });

  it('wants modifiers that go together', () => {
    bad({ flags: 0x430 }, /abstract and final/);
    bad({ flags: 0x201 }, /not abstract/);
    bad({ flags: 0x2021 }, /annotation/);
    bad({ fields: [{ name: 'x', descriptor: 'I', flags: 3 }] }, /x: its modifiers/);
    bad({ fields: [{ name: 'x', descriptor: 'I', flags: 0x50 }] }, /x: its modifiers/);
    bad({ flags: 0x601, fields: [{ name: 'x', descriptor: 'I', flags: 1 }] }, /x: its modifiers/);
    bad(method({ flags: 0x408 }), /f: its modifiers/);
    bad({ flags: 0x601, methods: [{ name: 'f', descriptor: '()V', flags: 0x400 }] }, /f: its modifiers/);
    bad(method({ name: '<init>' }), /modifiers/);
  });

  it('wants code where there must be some, and none elsewhere', () => {
    bad({ methods: [{ name: 'f', descriptor: '()V' }] }, /must have code/);
    bad(method({ flags: 0x108 }), /may not have code/);
    bad(method({ code: () => [] }), /empty/);
    bad(method({ descriptor: `(${'J'.repeat(128)})V` }), /too many/);
    bad(method({ descriptor: `(${'I'.repeat(9)})V` }), /do not fit/);
    bad(method({ handlers: [[0, 0, 0, '']] }), /handlers/);
    bad(method({ handlers: [[0, 1, 1, '']] }), /handlers/);
    bad(method({ name: '<clinit>', flags: 0 }), /its type/);
    bad(method({ name: '<init>', flags: 0, descriptor: '()I' }), /its type/);
  });

  it('wants line numbers and local variables inside the code', () => {
    assert.equal(check(method({ lines: [[0, 7]] })), undefined);
    bad(method({ lines: [[1, 7]] }), /line numbers/);
    const variables = (
      kind: 'LocalVariableTable' | 'LocalVariableTypeTable',
      ...rows: readonly (readonly [start: number, length: number, type: string, slot: number])[]
    ) => ({
      codeAttributes: (pool: ConstantPoolBuilder) => [
        {
          kind,
          variables: rows.map(([startPc, length, type, slot]) => ({
            startPc,
            length,
            nameIndex: pool.utf8('x'),
            typeIndex: pool.utf8(type),
            slot,
          })),
        },
      ],
    });
    assert.equal(check(method(variables('LocalVariableTable', [0, 1, 'I', 7]))), undefined);
    for (const row of [
      [1, 0, 'I', 0],
      [0, 2, 'I', 0],
      [0, 1, 'Q', 0],
      [0, 1, 'I', 8],
      [0, 1, 'J', 7],
    ] as const)
      bad(method(variables('LocalVariableTable', row)), /local variables/);
    bad(method(variables('LocalVariableTable', [0, 1, 'I', 0], [0, 1, 'I', 0])), /local variables/);
    // Its generic type needs an entry of the other table.
    bad(method(variables('LocalVariableTypeTable', [0, 1, 'TT;', 0])), /types of its local variables/);
  });

  it('wants constants of the right kinds', () => {
    const with_ = (before: (pool: ConstantPoolBuilder) => unknown, major = 61): ClassSketch => ({
      before: (pool) => void before(pool),
      major,
    });
    bad(
      with_((pool) => pool.class('a.b')),
      /constant/,
    );
    bad(
      with_((pool) => pool.fieldref('A', 'f', '()V')),
      /constant/,
    );
    bad(
      with_((pool) => pool.methodref('A', 'f', 'I')),
      /constant/,
    );
    bad(
      with_((pool) => pool.methodref('A', '<clinit>', '()V')),
      /constant/,
    );
    bad(
      with_((pool) => pool.methodType('I')),
      /constant/,
    );
    bad(
      with_((pool) => pool.module('m')),
      /constant/,
    );
    bad(
      with_((pool) => pool.methodHandle(5, pool.fieldref('A', 'f', 'I'))),
      /constant/,
    );
    bad(
      with_((pool) => pool.methodHandle(8, pool.methodref('A', 'f', '()V'))),
      /constant/,
    );
    bad(
      with_((pool) => pool.methodType('()V'), 50),
      /constant/,
    );
    bad(
      with_((pool) => pool.invokeDynamic(0, 'f', '()V')),
      /bootstrap/,
    );
  });

  it('wants a field’s constant to be of its type', () => {
    const constant = (descriptor: string): ClassSketch => ({
      fields: [
        {
          name: 'x',
          descriptor,
          flags: 8,
          attributes: (pool) => [{ kind: 'ConstantValue', valueIndex: pool.integer(1) }],
        },
      ],
    });
    for (const descriptor of ['I', 'Z', 'C', 'S', 'B']) assert.equal(check(constant(descriptor)), undefined);
    for (const descriptor of ['J', 'F', 'Ljava/lang/String;', '[I'])
      bad(constant(descriptor), /constant value/);
  });

  it('wants a nest, sealing and interfaces that make sense', () => {
    bad({ interfaces: ['I', 'I'] }, /twice/);
    bad(
      {
        attributes: (pool) => [
          { kind: 'NestHost', hostClassIndex: pool.class('B') },
          { kind: 'NestMembers', classIndexes: [pool.class('C')] },
        ],
      },
      /host and member/,
    );
    bad(
      {
        flags: 0x31,
        attributes: (pool) => [{ kind: 'PermittedSubclasses', classIndexes: [pool.class('B')] }],
      },
      /permitted/,
    );
  });
});
