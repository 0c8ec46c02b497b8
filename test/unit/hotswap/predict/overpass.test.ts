import assert from 'node:assert/strict';
import { parseClassFile } from '../../../../src/classfile/classFile';
import { predict, type Prediction } from '../../../../src/hotswap/predict';
import { classBytes, type ClassSketch, type MethodSketch } from '../../classfile/support';

const ABSTRACT = 0x401;
const INTERFACE = 0x601;
const BRIDGE = 0x1041;

function abstractMethod(name: string): MethodSketch {
  return { name, descriptor: '()V', flags: ABSTRACT };
}
function concrete(name: string, flags = 1): MethodSketch {
  return { name, descriptor: '()V', flags, code: () => [0xb1] };
}

/** Interfaces: one abstract method, one default method, both. */
const around: readonly ClassSketch[] = [
  { name: 'java/lang/Object' },
  { name: 'demo/Plain', flags: INTERFACE, methods: [abstractMethod('f')] },
  { name: 'demo/Default', flags: INTERFACE, methods: [concrete('g')] },
  { name: 'demo/Other', flags: INTERFACE, interfaces: ['demo/Default'], methods: [concrete('g')] },
  { name: 'demo/Second', flags: INTERFACE, methods: [concrete('g')] },
  { name: 'demo/Base', flags: 0x421, interfaces: ['demo/Plain', 'demo/Default'] },
];

function ask(before: ClassSketch, after: ClassSketch): Prediction {
  const known = new Map(around.map((sketch) => [sketch.name!, parseClassFile(classBytes(sketch))]));
  return predict(parseClassFile(classBytes(before)), classBytes(after), {
    feature: 17,
    find: (name) => known.get(name) ?? 'absent',
  });
}

/** The errors for adding a method to an abstract class with these supertypes. */
function adding(method: MethodSketch, sketch: ClassSketch): readonly number[] {
  const base = { flags: 0x421, ...sketch };
  return ask(base, { ...base, methods: [method] }).possibleErrors;
}

describe('methods that the JVM makes up', () => {
  const both = { interfaces: ['demo/Plain', 'demo/Default'] };

  it('stand for abstract methods where the hierarchy has a default method', () => {
    assert.deepEqual(adding(concrete('f', BRIDGE), both), []);
    assert.deepEqual(adding(concrete('f', BRIDGE), { interfaces: ['demo/Plain'] }), [63]);
  });

  it('have flags of their own, so that any other method changes flags', () => {
    const prediction = ask({ flags: 0x421, ...both }, { flags: 0x421, ...both, methods: [concrete('f')] });
    assert.deepEqual(prediction.possibleErrors, [71]);
    assert.deepEqual(
      prediction.reasons.map(({ code, error }) => [code, error]),
      [['methodAdded', 71]],
    );
  });

  it('take the place of a removed method as well', () => {
    const removed = (flags: number): readonly number[] =>
      ask({ flags: 0x421, ...both, methods: [concrete('f', flags)] }, { flags: 0x421, ...both })
        .possibleErrors;
    assert.deepEqual(removed(BRIDGE), []);
    assert.deepEqual(removed(1), [71]);
  });

  it('are there for subclasses of the class that lacks the method too', () => {
    assert.deepEqual(adding(concrete('f', BRIDGE), { superName: 'demo/Base' }), []);
  });

  it('are not there where one default method is the most specific', () => {
    assert.deepEqual(adding(concrete('g'), { interfaces: ['demo/Default'] }), [63]);
    assert.deepEqual(adding(concrete('g'), { interfaces: ['demo/Other', 'demo/Default'] }), [63]);
  });

  it('are there where two default methods conflict', () => {
    assert.deepEqual(adding(concrete('g'), { interfaces: ['demo/Default', 'demo/Second'] }), [71]);
  });

  it('come and go with the only default method of an interface', () => {
    const own = (isDefault: boolean): ClassSketch => ({
      flags: INTERFACE,
      interfaces: ['demo/Plain'],
      methods: [isDefault ? concrete('h') : abstractMethod('h')],
    });
    assert.deepEqual(ask(own(false), own(true)).possibleErrors, [63, 71]);
    assert.deepEqual(ask(own(true), own(false)).possibleErrors, [67, 71]);
  });
});
