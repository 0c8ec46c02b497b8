import assert from 'node:assert/strict';
import { parseClassFile, type ClassFile } from '../../../../src/classfile/classFile';
import type { ConstantPoolBuilder } from '../../../../src/classfile/constantPoolBuilder';
import { predict, type PredictEnvironment, type Prediction } from '../../../../src/hotswap/predict';
import { classBytes, type ClassSketch, type MethodSketch } from '../../classfile/support';

function file(sketch: ClassSketch): ClassFile {
  return parseClassFile(classBytes(sketch));
}

function ask(
  before: ClassSketch,
  after: ClassSketch,
  environment: Partial<PredictEnvironment> = {},
): Prediction {
  return predict(file(before), classBytes(after), { feature: 17, ...environment });
}

function reasons({ reasons }: Prediction): string[] {
  return reasons.map(({ code, member }) => (member === undefined ? code : `${code} ${member}`));
}

const u16 = (value: number): [number, number] => [value >> 8, value & 0xff];

/** A method that returns at once. */
function method(name: string, more: Partial<MethodSketch> = {}): MethodSketch {
  return { name, descriptor: '()V', code: () => [0xb1], ...more };
}

const PRIVATE = 0x2;
const STATIC = 0x8;
const FINAL = 0x10;

describe('prediction of a redefinition', () => {
  it('accepts the same class, and another body', () => {
    const pops = (count: number): ClassSketch => ({
      methods: [method('f', { code: () => [...new Array<number>(count).fill(0), 0xb1] })],
    });
    for (const after of [pops(0), pops(3)])
      assert.deepEqual(ask(pops(0), after), {
        verdict: 'accept',
        possibleErrors: [],
        reasons: [],
        notes: [],
        unknownClasses: ['java/lang/Object'],
      });
  });

  it('names every reason in the order in which the JVM looks, and the error of the first', () => {
    const before: ClassSketch = {
      interfaces: ['java/lang/Runnable'],
      fields: [
        { name: 'a', descriptor: 'I' },
        { name: 'b', descriptor: 'I' },
        { name: 'c', descriptor: 'I' },
        { name: 'd', descriptor: 'I' },
      ],
      methods: [method('gone'), method('flags'), method('stays')],
    };
    const after: ClassSketch = {
      superName: 'demo/Base',
      flags: 0x31,
      attributes: (pool) => [{ kind: 'NestMembers', classIndexes: [pool.class('demo/A$1')] }],
      fields: [
        { name: 'c', descriptor: 'I' },
        { name: 'b', descriptor: 'I', flags: PRIVATE },
        { name: 'a', descriptor: 'J' },
        { name: 'e', descriptor: 'I' },
      ],
      methods: [method('flags', { flags: STATIC }), method('stays'), method('added')],
    };
    const prediction = ask(before, after);
    assert.deepEqual(reasons(prediction), [
      'superclassChanged',
      'interfacesChanged',
      'nestMemberAdded',
      'classFlagsChanged',
      'fieldFlagsChanged b',
      'fieldTypeChanged a',
      'fieldAdded e',
      'fieldRemoved d',
      'fieldsReordered c',
      'methodRemoved gone()V',
      'methodFlagsChanged flags()V',
      'methodAdded added()V',
    ]);
    assert.deepEqual([prediction.verdict, prediction.error, prediction.possibleErrors], ['refuse', 66, [66]]);
    assert.deepEqual(
      prediction.reasons.map(({ error }) => error),
      [66, 66, 72, 70, 64, 64, 64, 64, 64, 67, 71, 63],
    );
  });

  it('names what each method error can be, by the first change of each name', () => {
    const errors = (before: readonly MethodSketch[], after: readonly MethodSketch[]): readonly number[] =>
      ask({ methods: before }, { methods: after }).possibleErrors;
    const typed = (descriptor: string): MethodSketch => method('f', { descriptor });
    assert.deepEqual(errors([], [method('f')]), [63]);
    assert.deepEqual(errors([method('f')], []), [67]);
    assert.deepEqual(errors([method('f')], [method('f', { flags: STATIC })]), [71]);
    assert.deepEqual(errors([method('f')], [method('g')]), [63, 67]);
    // Of one name the JVM looks at the running ones first.
    assert.deepEqual(errors([typed('()V')], [typed('(I)V')]), [67]);
    assert.deepEqual(
      errors([typed('()V'), method('g')], [typed('(I)V'), method('g', { flags: FINAL })]),
      [67, 71],
    );
  });

  it('lets a method become native', () => {
    const native: MethodSketch = { name: 'f', descriptor: '()V', flags: 0x100 };
    assert.equal(ask({ methods: [method('f')] }, { methods: [native] }).verdict, 'accept');
  });

  it('lets private static and final methods come and go where the JVM does', () => {
    const allow = { allowAddDeleteMethods: true };
    const may = (flags: number): string => ask({}, { methods: [method('f', { flags })] }, allow).verdict;
    assert.equal(may(PRIVATE | STATIC), 'accept');
    assert.equal(may(PRIVATE | FINAL), 'accept');
    assert.equal(may(PRIVATE), 'refuse');
    assert.equal(may(STATIC), 'refuse');
    assert.equal(ask({ methods: [method('f', { flags: PRIVATE | STATIC })] }, {}, allow).verdict, 'accept');
    assert.equal(ask({}, { methods: [method('f', { flags: PRIVATE | STATIC })] }).error, 63);
  });

  it('reads attributes only where the class file version makes the JVM read them', () => {
    const nested = (major: number): ClassSketch => ({
      major,
      attributes: (pool) => [{ kind: 'NestMembers', classIndexes: [pool.class('demo/A$1')] }],
    });
    assert.equal(ask({ major: 52 }, nested(52)).verdict, 'accept');
    assert.equal(ask({ major: 55 }, nested(55)).error, 72);
  });

  it('takes nest members in any order, fields in none', () => {
    const members = (...names: readonly string[]): ClassSketch => ({
      attributes: (pool) => [{ kind: 'NestMembers', classIndexes: names.map((name) => pool.class(name)) }],
    });
    assert.equal(ask(members('B', 'C'), members('C', 'B')).verdict, 'accept');
    assert.deepEqual(reasons(ask(members('B'), members('C'))), ['nestMemberAdded', 'nestMemberRemoved']);
  });

  it('looks at versions and names first', () => {
    assert.deepEqual(reasons(ask({}, { major: 62, name: 'demo/B' })), ['versionUnsupported']);
    assert.equal(ask({}, { major: 62 }).error, 68);
    assert.equal(ask({}, { major: 62 }, { feature: 18 }).verdict, 'accept');
    assert.deepEqual(reasons(ask({}, { name: 'demo/B' })), ['nameChanged']);
    const preview = classBytes({ major: 61 });
    preview.writeUInt16BE(0xffff, 4);
    assert.equal(predict(file({}), preview, { feature: 17 }).error, 68);
    assert.equal(predict(file({}), preview, { feature: 17, preview: true }).verdict, 'accept');
    assert.equal(predict(file({}), preview, { feature: 21, preview: true }).error, 68);
  });

  it('refuses what is no whole class file, without throwing', () => {
    const bytes = classBytes({ methods: [method('f')] });
    for (let length = 0; length < bytes.length; length++)
      assert.equal(predict(file({}), bytes.subarray(0, length), { feature: 17 }).error, 60);
    assert.equal(ask({}, { methods: [method('f'), method('f')] }).error, 60);
    assert.equal(ask({}, { methods: [{ name: 'f', descriptor: '()V' }] }).error, 60);
    assert.equal(ask({}, { fields: [{ name: 'a;b', descriptor: 'I' }] }).error, 60);
    assert.equal(ask({}, { flags: 0x200 }).error, 60);
  });

  it('knows a class that failed to initialise', () => {
    assert.equal(ask({}, {}, { initializationFailed: true }).error, 21);
  });
});

describe('prediction with the classes around', () => {
  const known = (...sketches: readonly ClassSketch[]): Partial<PredictEnvironment> => {
    const files = new Map(
      [{ name: 'java/lang/Object' }, ...sketches].map((each) => [each.name!, file(each)]),
    );
    return { find: (name) => files.get(name) ?? 'absent' };
  };
  const extending = { superName: 'demo/B' };

  it('misses a superclass or interface, and says when it could be defined first', () => {
    const missing = ask({}, extending, { ...known(), isBuilt: (name) => name === 'demo/B' });
    assert.equal(missing.error, 69);
    assert.deepEqual(reasons(missing), ['superclassMissing', 'superclassChanged']);
    assert.deepEqual([missing.reasons[0]!.className, missing.reasons[0]!.definable], ['demo/B', true]);
    assert.equal(ask({}, { interfaces: ['demo/I'] }, known()).error, 69);
    assert.equal(ask({}, extending, known({ name: 'demo/B', superName: 'demo/Gone' })).error, 69);
  });

  it('refuses superclasses and interfaces that may not be one', () => {
    const errorWith = (sketch: ClassSketch, after: ClassSketch = extending): number | undefined =>
      ask({}, after, known({ name: 'demo/B', ...sketch })).error;
    assert.equal(errorWith({}), 66);
    assert.equal(errorWith({ flags: 0x31 }), 62);
    assert.equal(errorWith({ flags: 0x601 }), 62);
    assert.equal(errorWith({}, { interfaces: ['demo/B'] }), 62);
    const sealed: ClassSketch = {
      attributes: (pool) => [{ kind: 'PermittedSubclasses', classIndexes: [pool.class('demo/C')] }],
    };
    assert.equal(errorWith(sealed), 62);
    assert.equal(ask({}, { superName: 'other/B' }, known({ name: 'other/B', flags: 0x20 })).error, 62);
  });

  it('minds a circle as little as HotSpot does', () => {
    assert.equal(ask({}, extending, known({ name: 'demo/B', superName: 'demo/A' })).error, 66);
    assert.equal(ask({}, { superName: 'demo/A' }, known()).error, 66);
    assert.equal(ask({}, { interfaces: ['demo/A'] }, known()).error, 62);
  });

  it('refuses to override a final method before it looks at anything else', () => {
    const base = { name: 'demo/B', methods: [method('f', { flags: FINAL | 1 })] };
    const prediction = ask(extending, { ...extending, methods: [method('f')] }, known(base));
    assert.deepEqual(reasons(prediction), ['overridesFinal f()V', 'methodAdded f()V']);
    assert.equal(prediction.error, 62);
  });

  it('knows that event classes of the flight recorder are never redefined', () => {
    const events = known(
      { name: 'demo/Base', flags: 0x421, superName: 'jdk/jfr/Event' },
      { name: 'jdk/jfr/Event' },
    );
    const concrete = { superName: 'demo/Base' };
    assert.deepEqual(reasons(ask(concrete, concrete, events)), ['flightRecorderEvent']);
    assert.equal(ask(concrete, concrete, events).error, 64);
    const added: ClassSketch = {
      ...concrete,
      fields: [
        { name: 'duration', descriptor: 'J' },
        { name: 'x', descriptor: 'I' },
      ],
    };
    assert.deepEqual(reasons(ask(added, concrete, events)), ['flightRecorderEvent', 'fieldRemoved x']);
    const abstract: ClassSketch = { flags: 0x421, superName: 'jdk/jfr/Event' };
    assert.equal(ask(abstract, abstract, events).verdict, 'accept');
  });

  it('knows what a JVM with enhanced redefinition still minds', () => {
    const around = { ...known({ name: 'demo/B' }, { name: 'demo/C', superName: 'demo/B' }), enhanced: true };
    const all: ClassSketch = {
      flags: 0x31,
      fields: [{ name: 'a', descriptor: 'I' }],
      methods: [method('f')],
      attributes: (pool) => [{ kind: 'NestMembers', classIndexes: [pool.class('demo/A$1')] }],
    };
    assert.equal(ask({}, { ...all, superName: 'demo/B' }, around).verdict, 'accept');
    assert.equal(ask({ superName: 'demo/B' }, { superName: 'demo/C' }, around).verdict, 'accept');
    const lost = ask({ superName: 'demo/C' }, { superName: 'demo/B' }, around);
    assert.deepEqual([lost.error, reasons(lost)], [66, ['superclassChanged']]);
    const interfaces = known({ name: 'demo/I', flags: 0x601 });
    assert.equal(ask({}, { interfaces: ['demo/I'] }, { ...interfaces, enhanced: true }).verdict, 'accept');
    assert.equal(ask({ interfaces: ['demo/I'] }, {}, { ...interfaces, enhanced: true }).error, 66);
    const broken = ask({}, { methods: [method('f', { code: () => [0x57, 0xb1] })] }, around);
    assert.deepEqual([broken.error, reasons(broken)], [113, ['failsVerification f()V']]);
  });

  it('knows that the verifier needs a class, and when it does not', () => {
    const passing = (to: string): MethodSketch =>
      method('f', {
        descriptor: '(Ldemo/New;)V',
        flags: STATIC,
        code: (pool: ConstantPoolBuilder) => [
          0x2a,
          0xb8,
          ...u16(pool.methodref('demo/X', 'g', `(L${to};)V`)),
          0xb1,
        ],
      });
    const empty = { methods: [method('f', { descriptor: '(Ldemo/New;)V', flags: STATIC })] };
    const verdict = (to: string, ...sketches: readonly ClassSketch[]): Prediction =>
      ask(empty, { methods: [passing(to)] }, known({ name: to }, ...sketches));
    const missing = verdict('demo/B');
    assert.deepEqual([missing.error, missing.reasons[0]!.className], [62, 'demo/New']);
    assert.deepEqual(reasons(missing), ['verifierNeedsClass f(Ldemo/New;)V']);
    assert.equal(verdict('demo/B', { name: 'demo/New', superName: 'demo/B' }).verdict, 'accept');
    assert.deepEqual(reasons(verdict('demo/B', { name: 'demo/New' })), ['failsVerification f(Ldemo/New;)V']);
    // Interfaces and Object take anything; the same name needs no class.
    assert.equal(verdict('demo/B', { name: 'demo/B', flags: 0x601 }).verdict, 'accept');
    assert.equal(verdict('java/lang/Object').verdict, 'accept');
    assert.equal(verdict('demo/New').verdict, 'accept');
    // Without knowledge it counts as fitting, and the names are told.
    const unknown = ask(empty, { methods: [passing('demo/B')] });
    assert.deepEqual([unknown.verdict, unknown.unknownClasses.includes('demo/B')], ['accept', true]);
    assert.equal(
      ask(empty, { methods: [passing('demo/B')] }, { ...known(), verified: false }).verdict,
      'accept',
    );
  });
});
