/**
 * What simple instructions take from the operand stack and put on it: `pops>pushes` in the order of the stack,
 * `I F J D` the primitive types, `A` any reference, `N` null. Array accesses name the element type (`A[`: any
 * reference); loads, stores and everything with an operand that matters are not here.
 */
const groups: Readonly<Record<string, string>> = {
  nop: '>',
  aconst_null: '>N',
  'iconst_m1 iconst_0 iconst_1 iconst_2 iconst_3 iconst_4 iconst_5 bipush sipush': '>I',
  'lconst_0 lconst_1': '>J',
  'fconst_0 fconst_1 fconst_2': '>F',
  'dconst_0 dconst_1': '>D',
  pop: 'S>',
  'iadd isub imul idiv irem ishl ishr iushr iand ior ixor': 'II>I',
  'ladd lsub lmul ldiv lrem land lor lxor': 'JJ>J',
  'lshl lshr lushr': 'JI>J',
  'fadd fsub fmul fdiv frem': 'FF>F',
  'dadd dsub dmul ddiv drem': 'DD>D',
  'ineg i2b i2c i2s': 'I>I',
  lneg: 'J>J',
  fneg: 'F>F',
  dneg: 'D>D',
  i2l: 'I>J',
  i2f: 'I>F',
  i2d: 'I>D',
  l2i: 'J>I',
  l2f: 'J>F',
  l2d: 'J>D',
  f2i: 'F>I',
  f2l: 'F>J',
  f2d: 'F>D',
  d2i: 'D>I',
  d2l: 'D>J',
  d2f: 'D>F',
  lcmp: 'JJ>I',
  'fcmpl fcmpg': 'FF>I',
  'dcmpl dcmpg': 'DD>I',
  'ifeq ifne iflt ifge ifgt ifle tableswitch lookupswitch': 'I>',
  'if_icmpeq if_icmpne if_icmplt if_icmpge if_icmpgt if_icmple': 'II>',
  'if_acmpeq if_acmpne': 'AA>',
  'ifnull ifnonnull monitorenter monitorexit': 'A>',
  'goto goto_w': '>',
};

export interface Effect {
  readonly pops: string;
  readonly pushes: string;
}

/** By mnemonic. */
export const EFFECTS: ReadonlyMap<string, Effect> = new Map(
  Object.entries(groups).flatMap(([names, effect]) =>
    names.split(' ').map((name): [string, Effect] => {
      const [pops, pushes] = effect.split('>') as [string, string];
      return [name, { pops, pushes }];
    }),
  ),
);

/** Stack shuffles: how many single places they take, and which of them (0 the lowest) they leave, in order. */
export const SHUFFLES: ReadonlyMap<string, { readonly takes: number; readonly leaves: readonly number[] }> =
  new Map([
    ['dup', { takes: 1, leaves: [0, 0] }],
    ['dup_x1', { takes: 2, leaves: [1, 0, 1] }],
    ['dup_x2', { takes: 3, leaves: [2, 0, 1, 2] }],
    ['dup2', { takes: 2, leaves: [0, 1, 0, 1] }],
    ['dup2_x1', { takes: 3, leaves: [1, 2, 0, 1, 2] }],
    ['dup2_x2', { takes: 4, leaves: [2, 3, 0, 1, 2, 3] }],
    ['swap', { takes: 2, leaves: [1, 0] }],
    ['pop2', { takes: 2, leaves: [] }],
  ]);
