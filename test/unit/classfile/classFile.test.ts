import assert from 'node:assert/strict';
import { encodeAttribute } from '../../../src/classfile/attributes';
import { AttributeInfo } from '../../../src/classfile/attributeInfo';
import { parseClassFile } from '../../../src/classfile/classFile';
import { ConstantPool, TAG } from '../../../src/classfile/constantPool';
import { ConstantPoolBuilder } from '../../../src/classfile/constantPoolBuilder';
import { ClassFileError, type ClassFileReason } from '../../../src/classfile/errors';
import { decodeModifiedUtf8, encodeModifiedUtf8 } from '../../../src/classfile/modifiedUtf8';
import { writeClassFile } from '../../../src/classfile/writer';
import { classBytes, everyAttribute, richClass } from './support';

function fails(reason: ClassFileReason, offset: number, run: () => unknown): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof ClassFileError, String(error));
    assert.deepEqual([error.reason, error.offset], [reason, offset]);
    return true;
  });
}

describe('reading and writing class files', () => {
  it('gives back the bytes of a class with every attribute', () => {
    const bytes = richClass();
    const file = parseClassFile(bytes);
    assert.deepEqual(writeClassFile(file), bytes);
    const kinds = new Set<string>();
    for (const { info, value } of everyAttribute(file)) {
      assert.ok(value, info.name);
      kinds.add(value.kind);
      assert.deepEqual(encodeAttribute(value, info.nameIndex).info, info.info, info.name);
    }
    assert.equal(kinds.size, 30, [...kinds].join());
  });

  it('names the class, what it extends and implements, and its members', () => {
    const file = parseClassFile(richClass());
    assert.equal(file.name, 'demo/A');
    assert.equal(file.binaryName, 'demo.A');
    assert.equal(file.superName, 'java/lang/Object');
    assert.deepEqual(file.interfaces, ['java/lang/Runnable']);
    assert.equal(file.majorVersion, 61);
    assert.equal(file.accessFlags, 0x21);
    assert.equal(file.sourceFile, 'A.java');
    assert.deepEqual(
      [...file.fields, ...file.methods].map(({ name, descriptor }) => name + descriptor),
      ['xJ', 'f(I)V'],
    );
    assert.deepEqual(file.methods[0]!.lineNumbers, [{ startPc: 0, line: 12 }]);
    assert.equal(file.methods[0]!.code?.[0], 0x12);
    const { codeOffset, code } = file.methods[0]!.codeAttribute!;
    assert.deepEqual(richClass().subarray(codeOffset, codeOffset + code.length), code);
  });

  it('keeps unknown attributes byte for byte', () => {
    const known = parseClassFile(classBytes({}));
    const pool = new ConstantPoolBuilder(known.pool);
    const strange = new AttributeInfo(pool.utf8('demo.Strange'), 'demo.Strange', Buffer.of(1, 2, 3));
    const bytes = writeClassFile(known.with({ pool: pool.build(), attributes: [strange] }));
    const [read] = parseClassFile(bytes).attributes;
    assert.deepEqual([read!.name, [...read!.info]], ['demo.Strange', [1, 2, 3]]);
    assert.deepEqual(writeClassFile(parseClassFile(bytes)), bytes);
  });

  it('joins the line number tables of a method', () => {
    const table = (startPc: number, line: number) =>
      ({ kind: 'LineNumberTable', lines: [{ startPc, line }] }) as const;
    const bytes = classBytes({
      methods: [
        {
          name: 'f',
          descriptor: '()V',
          code: () => [0, 0xb1],
          codeAttributes: () => [table(1, 9), table(0, 8)],
        },
      ],
    });
    const lines = parseClassFile(bytes).methods[0]!.lineNumbers;
    assert.deepEqual(
      lines.map(({ line }) => line),
      [9, 8],
    );
  });

  it('says what is wrong and where', () => {
    const bytes = classBytes({});
    const broken = (at: number, value: number): Buffer => {
      const copy = Buffer.from(bytes);
      copy[at] = value;
      return copy;
    };
    fails('truncated', 0, () => parseClassFile(Buffer.alloc(0)));
    fails('magic', 0, () => parseClassFile(broken(0, 0)));
    fails('constantTag', 10, () => parseClassFile(broken(10, 2)));
    fails('truncated', bytes.length, () => parseClassFile(broken(11, 0xff)));
    fails('trailing', bytes.length, () => parseClassFile(Buffer.concat([bytes, Buffer.of(0)])));
    fails('truncated', bytes.length - 2, () => parseClassFile(bytes.subarray(0, -1)));
    const thisAt = bytes.length - 12;
    fails('constantIndex', 10, () => parseClassFile(broken(thisAt, 0x7f)));
  });

  it('says where inside an attribute its content does not fit', () => {
    const bytes = classBytes({
      attributes: (pool) => [{ kind: 'NestMembers', classIndexes: [pool.class('B')] }],
    });
    bytes[bytes.length - 3] = 2;
    fails('truncated', bytes.length, () => parseClassFile(bytes).attribute('NestMembers'));
    bytes[bytes.length - 3] = 0;
    fails('attribute', bytes.length - 2, () => parseClassFile(bytes).attribute('NestMembers'));
  });
});

describe('constants', () => {
  it('are read as they were written', () => {
    const builder = new ConstantPoolBuilder();
    const values = {
      l: builder.long(-5n),
      d: builder.double(-0),
      f: builder.float(1.5),
      i: builder.integer(-7),
    };
    const handle = builder.methodHandle(5, builder.methodref('a/B', 'f', '()V'));
    const dynamic = builder.invokeDynamic(3, 'run', '()I');
    const pool = builder.build();
    assert.equal(pool.long(values.l), -5n);
    assert.ok(Object.is(pool.double(values.d), -0));
    assert.equal(pool.float(values.f), 1.5);
    assert.equal(pool.integer(values.i), -7);
    const { kind, reference } = pool.methodHandle(handle);
    assert.equal(kind, 5);
    assert.deepEqual(pool.memberRef(reference), { owner: 'a/B', name: 'f', descriptor: '()V' });
    assert.deepEqual(pool.dynamic(dynamic), { bootstrap: 3, name: 'run', descriptor: '()I' });
  });

  it('refuse an index of another kind, of the second half of a long, and outside the pool', () => {
    const builder = new ConstantPoolBuilder();
    const long = builder.long(1n);
    const pool = builder.build();
    for (const index of [0, long, long + 1, 99]) assert.throws(() => pool.utf8(index), ClassFileError);
  });

  it('are added once, behind those that were there', () => {
    const first = new ConstantPoolBuilder();
    const at = first.class('demo/A');
    const more = new ConstantPoolBuilder(first.build());
    assert.equal(more.class('demo/A'), at);
    assert.equal(more.utf8('new'), at + 1);
    assert.deepEqual(more.build().bytes.subarray(0, first.build().bytes.length), first.build().bytes);
  });

  it('end with a typed error when cut off in the middle', () => {
    const { bytes } = new ConstantPool(Buffer.of(TAG.Utf8, 0, 1, 65, TAG.Integer, 0, 0, 0, 1), 3);
    for (let length = 0; length < bytes.length; length++)
      fails('truncated', length, () => new ConstantPool(bytes.subarray(0, length), 3));
  });
});

describe('modified UTF-8', () => {
  const texts = [
    '',
    'plain',
    '\0',
    'a\0b',
    'äöü',
    '漢字',
    '😀',
    '\ud800',
    '\udc00\ud800',
    'x'.repeat(9000) + 'é',
  ];
  for (const text of texts)
    it(`keeps ${JSON.stringify(text.slice(0, 8))} of ${text.length} units`, () => {
      const bytes = encodeModifiedUtf8(text);
      assert.equal(decodeModifiedUtf8(bytes, 0, bytes.length), text);
    });

  it('writes zero in two bytes and characters beyond the basic plane as surrogates', () => {
    assert.deepEqual([...encodeModifiedUtf8('\0')], [0xc0, 0x80]);
    assert.deepEqual([...encodeModifiedUtf8('😀')], [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]);
  });

  it('keeps every unit', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      const bytes = encodeModifiedUtf8(String.fromCharCode(unit));
      assert.equal(decodeModifiedUtf8(bytes, 0, bytes.length).charCodeAt(0), unit);
    }
  });

  it('refuses bytes that it never writes', () => {
    for (const bad of [[0], [0x80], [0xc3], [0xe6, 0xbc], [0xc3, 0x28], [0xf0, 0x9f, 0x98, 0x80], [0xff]]) {
      const bytes = Buffer.of(65, ...bad);
      fails('utf8', 1, () => decodeModifiedUtf8(bytes, 0, bytes.length));
    }
  });
});

it('a class file is a value: what was read can be changed and written', () => {
  const file = parseClassFile(richClass());
  const changed = file.with({ accessFlags: 0x31 });
  assert.equal(parseClassFile(writeClassFile(changed)).accessFlags, 0x31);
});
