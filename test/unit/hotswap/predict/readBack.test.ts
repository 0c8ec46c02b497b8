import assert from 'node:assert/strict';
import type { Attribute } from '../../../../src/classfile/attributeTypes';
import { parseClassFile, type ClassFile } from '../../../../src/classfile/classFile';
import type { ConstantPoolBuilder } from '../../../../src/classfile/constantPoolBuilder';
import type { ClassSide } from '../../../../src/classfile/side';
import { predict, type Prediction } from '../../../../src/hotswap/predict';
import { classBytes, type ClassSketch } from '../../classfile/support';

/** What JDWP gives back: no attributes, and the modifiers a nested class was declared with. */
function readBack(file: ClassFile, modifiers: number): ClassSide {
  return {
    name: file.name,
    pool: file.pool,
    declaredFlags: modifiers,
    superName: file.superName,
    interfaces: file.interfaces,
    fields: file.fields.map(({ name, descriptor, accessFlags }) => ({ name, descriptor, accessFlags })),
    methods: [],
  };
}

function ask(before: ClassSketch, after: ClassSketch, modifiers = 1): Prediction {
  const side = readBack(parseClassFile(classBytes(before)), modifiers);
  return predict({ side }, classBytes(after), { feature: 17 });
}

function codes({ reasons }: Prediction): string[] {
  return reasons.map(({ code }) => code);
}

function attributes(...make: readonly ((pool: ConstantPoolBuilder) => Attribute)[]): ClassSketch {
  return { attributes: (pool) => make.map((each) => each(pool)) };
}
const names = (pool: ConstantPoolBuilder, list: readonly string[]): number[] =>
  list.map((name) => pool.class(name));

describe('prediction from what was read back', () => {
  it('knows the flags of a class from the modifiers it was declared with', () => {
    const PROTECTED = 0x4;
    const PRIVATE_STATIC = 0xa;
    assert.equal(ask({ flags: 0x21 }, { flags: 0x21 }, PROTECTED).verdict, 'accept');
    assert.equal(ask({ flags: 0x20 }, { flags: 0x20 }, PRIVATE_STATIC).verdict, 'accept');
    assert.deepEqual(codes(ask({ flags: 0x20 }, { flags: 0x21 }, PRIVATE_STATIC)), ['classFlagsChanged']);
    // Whether ACC_SUPER is set is not told.
    assert.equal(ask({ flags: 0x1 }, { flags: 0x1 }, 1).verdict, 'accept');
  });

  it('knows which anonymous classes compilers before Java 9 made final, or not', () => {
    const STATIC = 0x8;
    const name = 'demo/A$1';
    for (const flags of [0x20, 0x30])
      assert.equal(ask({ name, flags }, { name, flags }, STATIC).verdict, 'accept');
    const { notes } = ask({ name, flags: 0x20 }, { name, flags: 0x30 }, STATIC);
    assert.deepEqual(notes, [{ code: 'unknown', what: 'flags' }]);
    assert.deepEqual(codes(ask({ name, flags: 0x20 }, { name, flags: 0x21 }, STATIC)), ['classFlagsChanged']);
    // Neither a local class nor one that was made up.
    const local = 'demo/A$1Local';
    assert.equal(ask({ name: local, flags: 0x20 }, { name: local, flags: 0x20 }, STATIC).verdict, 'accept');
    const synthetic = STATIC | 0x1000;
    assert.equal(ask({ name, flags: 0x1020 }, { name, flags: 0x1020 }, synthetic).verdict, 'accept');
  });

  it('knows that the compiler of Scala makes every class public', () => {
    const scala: ClassSketch = { flags: 0x21, before: (pool) => void pool.utf8('ScalaSig') };
    const PRIVATE_STATIC = 0xa;
    assert.equal(ask(scala, scala, PRIVATE_STATIC).verdict, 'accept');
    assert.deepEqual(codes(ask(scala, { flags: 0x20 }, PRIVATE_STATIC)), ['classFlagsChanged']);
  });

  it('knows what the compiler of Kotlin makes of declared flags, and where it may do either', () => {
    const kotlin = (name: string, flags: number): ClassSketch => ({
      name,
      flags,
      before: (pool) => void pool.utf8('Lkotlin/Metadata;'),
    });
    const same = (name: string, flags: number, modifiers: number): string =>
      ask(kotlin(name, flags), kotlin(name, flags), modifiers).verdict;
    const SYNTHETIC = 0x1000;
    assert.equal(same('demo/A$f$1', 0x1030, SYNTHETIC), 'accept');
    const STATIC_FINAL = 0x18;
    for (const flags of [0x30, 0x31]) assert.equal(same('demo/A$f$1', flags, STATIC_FINAL), 'accept');
    const STATIC_FINAL_ENUM = 0x4018;
    for (const flags of [0x4030, 0x4020, 0x4420])
      assert.equal(same('demo/A$Kind', flags, STATIC_FINAL_ENUM), 'accept');
    const changed = ask(kotlin('demo/A$B', 0x30), kotlin('demo/A$B', 0x20), STATIC_FINAL);
    assert.deepEqual(codes(changed), ['classFlagsChanged']);
  });

  it('infers nest members from constants', () => {
    const members = (...list: readonly string[]): ClassSketch =>
      attributes((pool) => ({ kind: 'NestMembers', classIndexes: names(pool, list) }));
    assert.equal(ask(members('demo/A$B'), members('demo/A$B')).verdict, 'accept');
    assert.deepEqual(codes(ask(members('demo/A$B'), members('demo/A$B', 'demo/A$C'))), ['nestMemberAdded']);
    assert.deepEqual(codes(ask(members('demo/A$B'), {})), ['nestMemberRemoved']);
    assert.deepEqual(codes(ask({}, members('demo/A$B'))), ['nestMemberAdded']);
  });

  it('infers the nest host', () => {
    const name = 'demo/Outer$A';
    const host: ClassSketch = {
      name,
      ...attributes((pool) => ({ kind: 'NestHost', hostClassIndex: pool.class('demo/Outer') })),
    };
    assert.equal(ask(host, host).verdict, 'accept');
    assert.deepEqual(codes(ask({ name }, host)), ['nestHostChanged']);
    assert.deepEqual(codes(ask(host, { name })), ['nestHostChanged']);
  });

  it('takes the name of an attribute in the code for a text, not for the attribute', () => {
    const texts: ClassSketch = {
      before: (pool) =>
        ['NestHost', 'NestMembers', 'PermittedSubclasses'].forEach((text) => pool.string(text)),
    };
    assert.equal(ask(texts, texts).verdict, 'accept');
  });

  it('infers the components of a record from its fields', () => {
    const record = (...list: readonly string[]): ClassSketch => ({
      superName: 'java/lang/Record',
      fields: list.map((name) => ({ name, descriptor: 'I', flags: 0x12 })),
      attributes: (pool) => [
        {
          kind: 'Record',
          components: list.map((name) => ({
            nameIndex: pool.utf8(name),
            descriptorIndex: pool.utf8('I'),
            attributes: [],
          })),
        },
      ],
    });
    assert.equal(ask(record('x'), record('x')).verdict, 'accept');
    assert.deepEqual(codes(ask(record('x'), record('x', 'y'))), ['recordChanged', 'fieldAdded']);
  });

  it('says that permitted subclasses can not be known, unless one is new', () => {
    const permitting = (...list: readonly string[]): ClassSketch =>
      attributes((pool) => ({ kind: 'PermittedSubclasses', classIndexes: names(pool, list) }));
    const same = ask(permitting('B'), permitting('B'));
    assert.deepEqual(
      [same.verdict, same.notes],
      ['accept', [{ code: 'unknown', what: 'permittedSubclasses' }]],
    );
    assert.deepEqual(codes(ask(permitting('B'), permitting('B', 'C'))), ['permittedSubclassesChanged']);
    assert.deepEqual(codes(ask(permitting('B'), {})), ['permittedSubclassesChanged']);
    assert.deepEqual(ask({}, {}).notes, []);
  });

  it('takes the class file known to run for what it can not read', () => {
    const permitting = (...list: readonly string[]): ClassFile =>
      parseClassFile(
        classBytes(attributes((pool) => ({ kind: 'PermittedSubclasses', classIndexes: names(pool, list) }))),
      );
    const running = permitting('B', 'C');
    const side = readBack(running, 1);
    const prediction = predict({ side, file: running }, permitting('B'), { feature: 17 });
    assert.deepEqual([codes(prediction), prediction.notes], [['permittedSubclassesChanged'], []]);
  });
});
