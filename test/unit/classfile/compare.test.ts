import assert from 'node:assert/strict';
import { parseClassFile, type ClassFile } from '../../../src/classfile/classFile';
import { compareClasses, type ClassComparison } from '../../../src/classfile/compare';
import { ConstantPoolBuilder } from '../../../src/classfile/constantPoolBuilder';
import type { ClassSide } from '../../../src/classfile/side';
import { classBytes, type ClassSketch, type MethodSketch } from './support';

function file(sketch: ClassSketch): ClassFile {
  return parseClassFile(classBytes(sketch));
}

/** What can be read back of a class over JDWP. */
function running(of: ClassFile): ClassSide {
  return {
    name: of.name,
    pool: of.pool,
    majorVersion: of.majorVersion,
    superName: of.superName,
    interfaces: of.interfaces,
    fields: of.fields.map(({ name, descriptor, accessFlags }) => ({ name, descriptor, accessFlags })),
    methods: of.methods.map(({ name, descriptor, accessFlags, code, lineNumbers }) => ({
      name,
      descriptor,
      accessFlags,
      code,
      lineNumbers,
    })),
  };
}

/** `f()V` with this code. */
function method(code: MethodSketch['code'], more: Partial<MethodSketch> = {}): ClassSketch {
  return { methods: [{ name: 'f', descriptor: '()V', ...(code ? { code } : {}), ...more }] };
}

/** More constants than `ldc` reaches. */
function many(pool: ConstantPoolBuilder): void {
  for (let value = 0; value < 300; value++) pool.integer(1000 + value);
}

function whats(comparison: ClassComparison): string[] {
  return comparison.differences.map(({ of, what }) => `${of} ${what}`);
}

const u16 = (value: number): [number, number] => [value >> 8, value & 0xff];

describe('comparing classes', () => {
  const text = (value: string) =>
    method((pool) => [0x12, pool.string(value), 0x57, 0xb1], { lines: [[0, 5]] });

  it('finds the same class the same', () => {
    const one = file(text('a'));
    assert.deepEqual(compareClasses(one, file(text('a'))), { outcome: 'same', differences: [], assumed: [] });
    assert.deepEqual(compareClasses(running(one), one), { outcome: 'same', differences: [], assumed: [] });
  });

  it('finds another constant in the same place', () => {
    const found = compareClasses(file(text('a')), file(text('b')));
    assert.equal(found.outcome, 'changed');
    assert.deepEqual(found.differences, [{ of: 'method', name: 'f', descriptor: '()V', what: 'code' }]);
  });

  it('takes constants elsewhere, wider instructions and moved branches for the same', () => {
    // if (..) goto the end, over an ldc that becomes an ldc_w, and a switch whose padding changes with it.
    const code = (isWide: boolean) => (pool: ConstantPoolBuilder) => {
      const constant = pool.string('far');
      const load = isWide ? [0x13, ...u16(constant)] : [0x12, constant];
      const switchAt = 4 + load.length + 2;
      const padding = 3 - (switchAt % 4);
      const end = switchAt + 1 + padding + 16;
      return [
        ...[0x03, 0x99, ...u16(end - 1), ...load, 0x57, 0x03],
        ...[0xab, ...new Array<number>(padding).fill(0), 0, 0, 0, end - switchAt],
        ...[0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, end - switchAt],
        0xb1,
      ];
    };
    const near = file(method(code(false), { lines: [[4, 7]] }));
    const far = file({ ...method(code(true), { lines: [[4, 7]] }), before: many });
    assert.notDeepEqual(near.methods[0]!.code, far.methods[0]!.code);
    assert.equal(compareClasses(near, far).outcome, 'same');
    assert.equal(compareClasses(far, near).outcome, 'same');
    const merged = compareClasses(running(far), near);
    assert.deepEqual([merged.outcome, merged.assumed], ['same', ['attributes']]);
  });

  it('finds a branch that leads elsewhere', () => {
    const branch = (offset: number) => (pool: ConstantPoolBuilder) => {
      pool.string('moves everything');
      return [0x03, 0x99, 0, offset, 0x00, 0x00, 0xb1];
    };
    const left = file(method(branch(4)));
    const right = file({ ...method(branch(5)), before: many });
    assert.deepEqual(whats(compareClasses(left, right)), ['method code']);
  });

  it('finds another key, target or default of a switch', () => {
    const table = (low: number, target: number, other: number) =>
      method(() => [
        ...[0x03, 0xaa, 0, 0, 0, 0, 0, other, 0, 0, 0, low, 0, 0, 0, low, 0, 0, 0, target],
        ...[0x00, 0x00, 0x00, 0xb1],
      ]);
    const base = table(1, 19, 20);
    for (const changed of [table(2, 19, 20), table(1, 20, 20), table(1, 19, 21)])
      assert.deepEqual(whats(compareClasses(file(base), file({ ...changed, before: many }))), [
        'method code',
      ]);
    assert.equal(compareClasses(file(base), file({ ...base, before: many })).outcome, 'same');
  });

  it('tells line numbers and names of variables apart from code', () => {
    const lines = (line: number) => file(method(() => [0xb1], { lines: [[0, line]] }));
    const comparison = compareClasses(lines(5), lines(6));
    assert.deepEqual([comparison.outcome, whats(comparison)], ['debug', ['method debug']]);
    assert.equal(compareClasses(running(lines(5)), lines(6)).outcome, 'debug');

    const variable = (name: string) =>
      file(
        method(() => [0xb1], {
          codeAttributes: (pool) => [
            {
              kind: 'LocalVariableTable',
              variables: [
                { startPc: 0, length: 1, nameIndex: pool.utf8(name), typeIndex: pool.utf8('I'), slot: 0 },
              ],
            },
          ],
        }),
      );
    assert.equal(compareClasses(variable('a'), variable('b')).outcome, 'debug');
    const read = compareClasses(running(variable('a')), variable('b'));
    assert.deepEqual([read.outcome, whats(read)], ['debug', ['class unreadableDebug']]);
  });

  it('finds exception handlers, and by their constants where they cannot be read back', () => {
    const handler = (type: string) => file(method(() => [0x00, 0xb1], { handlers: [[0, 1, 1, type]] }));
    const one = handler('java/io/IOException');
    assert.deepEqual(whats(compareClasses(one, handler('java/lang/Error'))), ['method handlers']);
    assert.deepEqual(whats(compareClasses(running(one), handler('java/lang/Error'))), ['class unreadable']);
  });

  it('finds annotations on classes and members, in whatever order constants stand', () => {
    const marked = (value: string, before?: (pool: ConstantPoolBuilder) => void) =>
      file({
        ...(before ? { before } : {}),
        fields: [
          {
            name: 'x',
            descriptor: 'I',
            attributes: (pool) => [
              {
                kind: 'RuntimeVisibleAnnotations',
                annotations: [
                  {
                    typeIndex: pool.utf8('LMark;'),
                    elements: [
                      {
                        nameIndex: pool.utf8('value'),
                        value: { tag: 's', constantIndex: pool.utf8(value) },
                      },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      });
    assert.equal(compareClasses(marked('a'), marked('a', many)).outcome, 'same');
    assert.deepEqual(whats(compareClasses(marked('a'), marked('b'))), ['field attributes']);
  });

  it('finds members that came, went or changed flags, and another order of fields', () => {
    const members = (...names: readonly string[]): ClassSketch => ({
      fields: names.map((name) => ({ name, descriptor: 'I' })),
      methods: names.map((name) => ({ name, descriptor: '()V', flags: 0x400 })),
    });
    const comparison = compareClasses(file(members('a', 'b')), file(members('b', 'c')));
    assert.deepEqual(whats(comparison), ['field added', 'field removed', 'method added', 'method removed']);
    assert.deepEqual(whats(compareClasses(file(members('a', 'b')), file(members('b', 'a')))), [
      'class fieldOrder',
    ]);
    const flags = (value: number) => file({ fields: [{ name: 'x', descriptor: 'I', flags: value }] });
    assert.deepEqual(whats(compareClasses(flags(1), flags(2))), ['field flags']);
  });

  it('finds another version, superclass, interface order and flags of the class', () => {
    const base: ClassSketch = { superName: 'X', interfaces: ['I', 'J'], flags: 0x21, major: 61 };
    const with_ = (change: ClassSketch): string[] =>
      whats(compareClasses(file(base), file({ ...base, ...change })));
    assert.deepEqual(with_({ major: 60 }), ['class version']);
    assert.deepEqual(with_({ superName: 'Y' }), ['class superclass']);
    assert.deepEqual(with_({ interfaces: ['J', 'I'] }), ['class interfaces']);
    assert.deepEqual(with_({ flags: 0x31 }), ['class flags']);
  });
});

describe('comparing dynamic constants', () => {
  /** A string concatenation with this recipe. */
  const concat = (recipe: string, before?: (pool: ConstantPoolBuilder) => void): ClassFile =>
    file({
      ...method((pool) => [0xba, ...u16(pool.invokeDynamic(0, 'concat', '()V')), 0, 0, 0xb1]),
      ...(before ? { before } : {}),
      attributes: (pool) => [
        {
          kind: 'BootstrapMethods',
          methods: [
            {
              methodHandleIndex: pool.methodHandle(6, pool.methodref('Boot', 'strap', '()V')),
              argumentIndexes: [pool.string(recipe)],
            },
          ],
        },
      ],
    });

  it('looks at bootstrap methods where both are known', () => {
    assert.equal(compareClasses(concat('a'), concat('a', many)).outcome, 'same');
    assert.deepEqual(whats(compareClasses(concat('a'), concat('b'))), ['method code']);
    assert.deepEqual(whats(compareClasses(concat('a'), concat('b', many))), ['method code']);
  });

  it('says when equality rests on bootstrap methods that cannot be read back', () => {
    const comparison = compareClasses(running(concat('a', many)), concat('a'));
    assert.deepEqual([comparison.outcome, comparison.assumed], ['same', ['bootstrapMethods', 'attributes']]);
  });

  it('finds a recipe that the running pool does not have', () => {
    assert.deepEqual(whats(compareClasses(running(concat('a', many)), concat('b'))), ['method code']);
  });

  it('is exact where the running pool begins with the constants of the file: that was loaded first', () => {
    const first = concat('a');
    // What a swap to another recipe and back leaves: a longer pool, the second dynamic constant behind the first.
    const pool = new ConstantPoolBuilder(first.pool);
    pool.string('b');
    const second = pool.invokeDynamic(1, 'concat', '()V');
    const merged = (index: number): ClassSide => {
      const [f] = running(first).methods;
      const code = Buffer.of(0xba, ...u16(index), 0, 0, 0xb1);
      return { ...running(first), pool: pool.build(), methods: [{ ...f!, code }] };
    };
    const own = first.methods[0]!.code!.readUInt16BE(1);
    const back = compareClasses(merged(own), first);
    assert.deepEqual([back.outcome, back.assumed], ['same', ['attributes']]);
    assert.deepEqual(whats(compareClasses(merged(second), first)), ['method code']);
  });

  it('wants the same bootstrap method everywhere for the same one', () => {
    const twice = (indexes: readonly [number, number]) =>
      method((pool) => [
        ...[0xba, ...u16(pool.invokeDynamic(indexes[0], 'one', '()V')), 0, 0],
        ...[0xba, ...u16(pool.invokeDynamic(indexes[1], 'two', '()V')), 0, 0, 0xb1],
      ]);
    const merged = (indexes: readonly [number, number]): ClassSide =>
      running(file({ ...twice(indexes), before: many }));
    const outcome = (left: ClassSide, right: readonly [number, number]): string =>
      compareClasses(left, running(file(twice(right)))).outcome;
    assert.equal(outcome(merged([4, 4]), [0, 0]), 'same');
    assert.equal(outcome(merged([4, 5]), [1, 0]), 'same');
    assert.equal(outcome(merged([4, 4]), [0, 1]), 'changed');
    assert.equal(outcome(merged([4, 5]), [0, 0]), 'changed');
  });
});
