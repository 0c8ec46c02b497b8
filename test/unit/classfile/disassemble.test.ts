import assert from 'node:assert/strict';
import { parseClassFile } from '../../../src/classfile/classFile';
import { disassembleClass } from '../../../src/classfile/disassemble';
import { methodText, typeText } from '../../../src/classfile/descriptors';
import { classBytes, type ClassSketch } from './support';

const u16 = (value: number): [number, number] => [value >> 8, value & 0xff];

const sketch: ClassSketch = {
  interfaces: ['java/lang/Runnable'],
  flags: 0x31,
  fields: [
    {
      name: 'N',
      descriptor: 'J',
      flags: 0x1a,
      attributes: (pool) => [{ kind: 'ConstantValue', valueIndex: pool.long(7n) }],
    },
    { name: 'names', descriptor: '[[Ljava/lang/String;', flags: 0x2 },
  ],
  methods: [
    {
      name: 'f',
      descriptor: '(I[J)Ljava/lang/String;',
      flags: 0x89,
      code: (pool) => [
        ...[0x12, pool.string('a\n"\u0001')],
        ...[0xb8, ...u16(pool.methodref('demo/A$B', 'g', '(Z)V'))],
        ...[0x84, 1, 0xff, 0xbc, 10, 0xb2, ...u16(pool.fieldref('demo/A', 'N', 'J'))],
        ...[0xba, ...u16(pool.invokeDynamic(0, 'run', '()V')), 0, 0],
        // At 18: a switch, then a branch back to the start.
        ...[0xab, 0, 0, 0, 0, 21, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 18],
        ...[0xa7, ...u16(0x10000 - 36), 0xb1],
      ],
      lines: [
        [0, 3],
        [36, 4],
      ],
      handlers: [
        [0, 18, 36, 'java/io/IOException'],
        [0, 18, 39, ''],
      ],
    },
    { name: 'g', descriptor: '()V', flags: 0x401 },
  ],
  attributes: (pool) => [
    { kind: 'SourceFile', sourceFileIndex: pool.utf8('A.java') },
    {
      kind: 'BootstrapMethods',
      methods: [
        {
          methodHandleIndex: pool.methodHandle(6, pool.methodref('Boot', 'strap', '(I)V')),
          argumentIndexes: [pool.string('x'), pool.methodType('()V'), pool.class('[I')],
        },
      ],
    },
  ],
};

describe('bytecode as text', () => {
  it('is symbolic, with labels for branches, switches and handlers', () => {
    assert.equal(
      disassembleClass(parseClassFile(classBytes(sketch)), { lines: true }),
      [
        'public final class demo.A',
        '  version 61',
        '  extends java.lang.Object',
        '  implements java.lang.Runnable',
        '  source A.java',
        '',
        'private static final long N = 7L;',
        'private java.lang.String[][] names;',
        '',
        'public static varargs java.lang.String f(int, long[]) {',
        '  L1:',
        '    line 3',
        '    ldc "a\\n\\"\\u0001"',
        '    invokestatic demo.A$B.g(boolean) : void',
        '    iinc 1 -1',
        '    newarray int',
        '    getstatic demo.A.N : long',
        '    invokedynamic run() : void by invokeStatic Boot.strap(int) : void ["x", methodType() : void, int[]]',
        '  L2:',
        '    lookupswitch',
        '      -1: L3',
        '      default: L4',
        '  L3:',
        '    line 4',
        '    goto L1',
        '  L4:',
        '    return',
        '    catch java.io.IOException from L1 to L2 at L3',
        '    catch any from L1 to L2 at L4',
        '}',
        '',
        'public abstract void g();',
        '',
      ].join('\n'),
    );
  });

  it('leaves out what cannot be read back from a JVM when asked', () => {
    const text = disassembleClass(parseClassFile(classBytes(sketch)), { readableOnly: true });
    assert.doesNotMatch(text, /catch|strap|7L|line/);
    assert.match(text, /invokedynamic run\(\) : void\n/);
  });

  it('does not depend on where constants stand and how wide instructions are', () => {
    const load = (isWide: boolean): ClassSketch => ({
      ...(isWide ? { before: (pool) => Array.from({ length: 300 }, (_, n) => pool.integer(n)) } : {}),
      methods: [
        {
          name: 'f',
          descriptor: '()V',
          code: (pool) => [
            ...(isWide ? [0x13, ...u16(pool.string('s'))] : [0x12, pool.string('s')]),
            ...[0x57, 0x03, 0x9a, 0, 3, 0xb1],
          ],
        },
      ],
    });
    const [narrow, wide] = [load(false), load(true)].map((each) =>
      disassembleClass(parseClassFile(classBytes(each))),
    );
    assert.equal(narrow, wide);
  });

  it('puts members in the order of another class', () => {
    const like = parseClassFile(classBytes({ methods: [...sketch.methods!].reverse() }));
    const text = disassembleClass(parseClassFile(classBytes(sketch)), { like });
    assert.ok(text.indexOf(' g()') < text.indexOf(' f('));
    assert.ok(text.includes('long N'));
  });

  it('writes types as Java does, and what is none as it stands', () => {
    assert.equal(typeText('[[Ljava/util/Map$Entry;'), 'java.util.Map$Entry[][]');
    assert.equal(typeText('Ljava/lang'), 'Ljava/lang');
    assert.equal(typeText('['), '[');
    assert.equal(methodText('f', '(IJ)V'), 'f(int, long) : void');
    assert.equal(methodText('f', '(Q)V'), 'f (Q)V');
  });
});
