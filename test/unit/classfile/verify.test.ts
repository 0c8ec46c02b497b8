import assert from 'node:assert/strict';
import { parseClassFile } from '../../../src/classfile/classFile';
import type { ConstantPoolBuilder } from '../../../src/classfile/constantPoolBuilder';
import type { FindClass, KnownClass } from '../../../src/classfile/hierarchy';
import type { StackMapFrame } from '../../../src/classfile/stackMap';
import type { VerifyFault } from '../../../src/classfile/verify/fault';
import { ClassVerifier } from '../../../src/classfile/verify/verifyMethod';
import { classBytes, type MethodSketch } from './support';

type Code = (pool: ConstantPoolBuilder) => readonly number[];

interface Options {
  readonly descriptor?: string;
  readonly flags?: number;
  readonly name?: string;
  readonly major?: number;
  readonly superName?: string;
  readonly frames?: (pool: ConstantPoolBuilder) => readonly StackMapFrame[];
  readonly handlers?: MethodSketch['handlers'];
  readonly known?: readonly KnownClass[];
}

const u16 = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff];

/** `Object`, `Throwable` and what is given; the rest is absent. */
function finder(known: readonly KnownClass[]): FindClass {
  const all: readonly KnownClass[] = [
    { name: 'java/lang/Object', accessFlags: 1 },
    { name: 'java/lang/Throwable', accessFlags: 1, superName: 'java/lang/Object' },
    ...known,
  ];
  return (name) => all.find((each) => each.name === name) ?? 'absent';
}

function verify(code: Code, options: Options = {}): VerifyFault | undefined {
  const { frames, handlers, major, superName } = options;
  const method: MethodSketch = {
    name: options.name ?? 'f',
    descriptor: options.descriptor ?? '()V',
    flags: options.flags ?? 8,
    code,
    ...(handlers ? { handlers } : {}),
    ...(frames ? { codeAttributes: (pool) => [{ kind: 'StackMapTable', frames: frames(pool) }] } : {}),
  };
  const file = parseClassFile(
    classBytes({ methods: [method], ...(major ? { major } : {}), ...(superName ? { superName } : {}) }),
  );
  return new ClassVerifier(file, finder(options.known ?? [])).verify(file.methods[0]!);
}

function passes(code: Code, options?: Options): void {
  assert.equal(verify(code, options), undefined);
}
function fails(code: Code, what: RegExp, options?: Options): void {
  const fault = verify(code, options);
  assert.equal(fault?.kind, 'badCode');
  assert.match(fault.what, what);
}
function misses(className: string, code: Code, options?: Options): void {
  const fault = verify(code, options);
  assert.deepEqual([fault?.kind, fault?.className], ['missingClass', className]);
}

describe('verification of a method', () => {
  it('follows numbers through the operand stack', () => {
    passes(() => [0x04, 0x05, 0x60, 0xac], { descriptor: '()I' });
    passes(() => [0x09, 0x0a, 0x61, 0x88, 0xac], { descriptor: '()I' });
    fails(() => [0x04, 0x0b, 0x60, 0xac], /bad type on operand stack/, { descriptor: '()I' });
    fails(() => [0x60, 0xac], /underflow/, { descriptor: '()I' });
    fails(() => [0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0xb1], /overflow/);
    fails(() => [0x04, 0xac], /type of the method/, { descriptor: '()Ljava/lang/Object;' });
    fails(() => [0xb1], /must be returned/, { descriptor: '()I' });
    fails(() => [0x00], /past the end/);
  });

  it('keeps values of two places whole', () => {
    passes(() => [0x09, 0x5c, 0x61, 0x58, 0xb1]);
    passes(() => [0x04, 0x09, 0x5d, 0x58, 0x57, 0x58, 0xb1]);
    fails(() => [0x09, 0x59, 0xb1], /torn apart/);
    fails(() => [0x09, 0x57, 0xb1], /bad type/);
    passes(() => [0x1e, 0x0a, 0x61, 0x3f, 0xb1], { descriptor: '(J)V' });
    // An int over the second half of a long leaves nothing of it.
    fails(() => [0x04, 0x3c, 0x1e, 0x58, 0xb1], /local variable/, { descriptor: '(J)V' });
  });

  it('knows what arrays hold', () => {
    passes(() => [0x2a, 0x03, 0x2e, 0xac], { descriptor: '([I)I' });
    fails(() => [0x2a, 0x03, 0x2e, 0xac], /not an array/, { descriptor: '([J)I' });
    passes(() => [0x2a, 0x03, 0x32, 0xb0], { descriptor: '([[Ldemo/B;)[Ldemo/B;' });
    passes(() => [0x2a, 0xbe, 0xac], { descriptor: '([Z)I' });
    fails(() => [0x2a, 0xbe, 0xac], /no array/, { descriptor: '(Ldemo/B;)I' });
    passes((pool) => [0x03, 0xbd, ...u16(pool.class('demo/B')), 0xb0], { descriptor: '()[Ldemo/B;' });
    passes((pool) => [0x03, 0x03, 0xc5, ...u16(pool.class('[[I')), 2, 0xb0], { descriptor: '()[[I' });
    fails((pool) => [0x03, 0x03, 0xc5, ...u16(pool.class('[I')), 2, 0xb0], /dimensions/, {
      descriptor: '()[I',
    });
  });

  it('asks for classes only where names differ and the target is no interface', () => {
    const returning = (from: string, to: string): [Code, Options] => [
      () => [0x2a, 0xb0],
      { descriptor: `(L${from};)L${to};` },
    ];
    const [code, options] = returning('demo/New', 'demo/B');
    passes(...returning('demo/New', 'demo/New'));
    passes(...returning('demo/New', 'java/lang/Object'));
    misses('demo/B', code, options);
    passes(code, { ...options, known: [{ name: 'demo/B', accessFlags: 0x601 }] });
    const target = { name: 'demo/B', accessFlags: 0x21, superName: 'java/lang/Object' };
    misses('demo/New', code, { ...options, known: [target] });
    passes(code, {
      ...options,
      known: [target, { name: 'demo/New', accessFlags: 0x21, superName: 'demo/B' }],
    });
    const unrelated = { name: 'demo/New', accessFlags: 0x21, superName: 'java/lang/Object' };
    fails(code, /type of the method/, { ...options, known: [target, unrelated] });
    misses('demo/Gone', code, { ...options, known: [target, { ...unrelated, superName: 'demo/Gone' }] });
  });

  it('wants a stack map frame wherever branches meet, and that it fits', () => {
    const branch: Code = () => [0x1a, 0x99, 0, 5, 0x00, 0x00, 0xb1];
    const same: StackMapFrame = { form: 'same', type: 6, delta: 6 };
    passes(branch, { descriptor: '(I)V', frames: () => [same] });
    fails(branch, /no stack map frame/, { descriptor: '(I)V' });
    const other: StackMapFrame = { form: 'append', type: 252, delta: 6, locals: [{ tag: 1 }] };
    fails(branch, /does not fit/, { descriptor: '(I)V', frames: () => [other] });
    fails(() => [0xa7, 0, 4, 0x00, 0xb1], /missing/, { frames: () => [{ form: 'same', type: 4, delta: 4 }] });
    fails(() => [0x11, 0, 0, 0x57, 0xb1], /at no instruction/, {
      frames: () => [{ form: 'same', type: 1, delta: 1 }],
    });
  });

  it('checks exception handlers', () => {
    const caught: Code = () => [0x00, 0xb1, 0x57, 0xb1];
    const frames =
      (name: string) =>
      (pool: ConstantPoolBuilder): StackMapFrame[] => [
        { form: 'sameLocals1', type: 66, delta: 2, stack: { tag: 7, classIndex: pool.class(name) } },
      ];
    passes(caught, { handlers: [[0, 1, 2, 'java/lang/Throwable']], frames: frames('java/lang/Throwable') });
    passes(caught, { handlers: [[0, 1, 2, '']], frames: frames('java/lang/Throwable') });
    misses('demo/New', caught, { handlers: [[0, 1, 2, 'demo/New']], frames: frames('demo/New') });
    const known = [{ name: 'demo/New', accessFlags: 1, superName: 'java/lang/Object' }];
    fails(caught, /no Throwable/, { handlers: [[0, 1, 2, 'demo/New']], frames: frames('demo/New'), known });
    fails(caught, /no stack map frame/, { handlers: [[0, 1, 2, '']] });
  });

  it('wants every object to be initialised, once, before it is used', () => {
    const make =
      (owner: string): Code =>
      (pool) => [
        ...[0xbb, ...u16(pool.class('demo/B')), 0x59],
        ...[0xb7, ...u16(pool.methodref(owner, '<init>', '()V')), 0xb0],
      ];
    passes(make('demo/B'), { descriptor: '()Ldemo/B;' });
    fails(make('demo/C'), /another class/, { descriptor: '()Ldemo/B;' });
    fails((pool) => [0xbb, ...u16(pool.class('demo/B')), 0xb0], /type of the method/, {
      descriptor: '()Ldemo/B;',
    });
    const constructor = { name: '<init>', flags: 0 };
    passes(
      (pool) => [0x2a, 0xb7, ...u16(pool.methodref('java/lang/Object', '<init>', '()V')), 0xb1],
      constructor,
    );
    fails(() => [0xb1], /calls no other/, constructor);
    // Nor is it called when the object is no longer at hand and a stack map frame does not mention it.
    fails(() => [0x01, 0x4b, 0xa7, 0, 3, 0xb1], /does not fit/, {
      ...constructor,
      frames: (pool) => [
        {
          form: 'full',
          type: 255,
          delta: 5,
          locals: [{ tag: 7, classIndex: pool.class('java/lang/Object') }],
          stack: [],
        },
      ],
    });
  });

  it('guards protected members of superclasses in other packages', () => {
    const calling = (on: string): [Code, Options] => [
      (pool) => [0x2a, 0xb6, ...u16(pool.methodref('other/Base', 'g', '()V')), 0xb1],
      {
        descriptor: `(L${on};)V`,
        superName: 'other/Base',
        known: [
          {
            name: 'other/Base',
            accessFlags: 1,
            superName: 'java/lang/Object',
            methods: [{ name: 'g', descriptor: '()V', accessFlags: 4 }],
          },
          { name: 'demo/A', accessFlags: 1, superName: 'other/Base' },
        ],
      },
    ];
    passes(...calling('demo/A'));
    fails(...(([code, options]) => [code, /protected/, options] as const)(calling('other/Base')));
  });
});

describe('verification of old class files', () => {
  const old = { major: 49 };
  /** `cond ? a : b`, returned. */
  const choice: Code = () => [0x1a, 0x99, 0, 7, 0x2b, 0xa7, 0, 4, 0x2c, 0xb0];
  const typed = (result: string): Options => ({
    ...old,
    descriptor: `(ILdemo/B;Ldemo/C;)L${result};`,
  });
  const classes: readonly KnownClass[] = [
    { name: 'demo/Base', accessFlags: 1, superName: 'java/lang/Object' },
    { name: 'demo/B', accessFlags: 1, superName: 'demo/Base' },
    { name: 'demo/C', accessFlags: 1, superName: 'demo/Base' },
  ];

  it('infers types where branches meet', () => {
    passes(choice, { ...typed('demo/Base'), known: classes });
    fails(choice, /type of the method/, { ...typed('demo/B'), known: classes });
    misses('demo/Base', choice, typed('demo/Base'));
    const interfaces = classes.map((each) => ({ ...each, accessFlags: 0x601 }));
    passes(choice, { ...typed('java/lang/Object'), known: interfaces });
  });

  it('follows loops until nothing changes', () => {
    // An int that becomes a reference on the way round is of no use.
    const loop: Code = () => [0x03, 0x3b, 0x1a, 0x99, 0, 8, 0x01, 0x4b, 0xa7, ...u16(-6), 0xb1];
    fails(loop, /local variable/, old);
    passes(() => [0x03, 0x3b, 0x1a, 0x99, 0, 9, 0x84, 0, 1, 0xa7, ...u16(-7), 0xb1], old);
  });

  it('fails where operand stacks do not fit', () => {
    fails(() => [0x1a, 0x99, 0, 4, 0x03, 0xb1], /heights/, { ...old, descriptor: '(I)V' });
  });

  it('looks only at code that can be reached', () => {
    passes(() => [0xb1, 0x60, 0xb1], old);
  });

  it('takes the place of stack maps that do not fit, in class files of Java 6', () => {
    const branch: Code = () => [0x1a, 0x99, 0, 5, 0x00, 0x00, 0xb1];
    passes(branch, { major: 50, descriptor: '(I)V' });
    fails(branch, /no stack map frame/, { major: 51, descriptor: '(I)V' });
  });
});
