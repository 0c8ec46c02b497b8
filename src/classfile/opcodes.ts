/**
 * What follows an opcode (JVMS 6.5). `local` is one byte, two after `wide`; `branch` and `branchWide` are offsets
 * of two and four bytes from the opcode; the switches are padded so that their operands begin at a multiple of 4.
 */
export type OperandForm =
  | 'none'
  | 'byte'
  | 'short'
  | 'constantNarrow'
  | 'constant'
  | 'local'
  | 'increment'
  | 'branch'
  | 'branchWide'
  | 'tableswitch'
  | 'lookupswitch'
  | 'interface'
  | 'dynamic'
  | 'arrayType'
  | 'multiArray'
  | 'wide';

const names =
  'nop aconst_null iconst_m1 iconst_0 iconst_1 iconst_2 iconst_3 iconst_4 iconst_5 lconst_0 lconst_1 ' +
  'fconst_0 fconst_1 fconst_2 dconst_0 dconst_1 bipush sipush ldc ldc_w ldc2_w iload lload fload dload aload ' +
  'iload_0 iload_1 iload_2 iload_3 lload_0 lload_1 lload_2 lload_3 fload_0 fload_1 fload_2 fload_3 ' +
  'dload_0 dload_1 dload_2 dload_3 aload_0 aload_1 aload_2 aload_3 ' +
  'iaload laload faload daload aaload baload caload saload istore lstore fstore dstore astore ' +
  'istore_0 istore_1 istore_2 istore_3 lstore_0 lstore_1 lstore_2 lstore_3 ' +
  'fstore_0 fstore_1 fstore_2 fstore_3 dstore_0 dstore_1 dstore_2 dstore_3 ' +
  'astore_0 astore_1 astore_2 astore_3 iastore lastore fastore dastore aastore bastore castore sastore ' +
  'pop pop2 dup dup_x1 dup_x2 dup2 dup2_x1 dup2_x2 swap iadd ladd fadd dadd isub lsub fsub dsub ' +
  'imul lmul fmul dmul idiv ldiv fdiv ddiv irem lrem frem drem ineg lneg fneg dneg ishl lshl ishr lshr ' +
  'iushr lushr iand land ior lor ixor lxor iinc i2l i2f i2d l2i l2f l2d f2i f2l f2d d2i d2l d2f i2b i2c i2s ' +
  'lcmp fcmpl fcmpg dcmpl dcmpg ifeq ifne iflt ifge ifgt ifle if_icmpeq if_icmpne if_icmplt if_icmpge ' +
  'if_icmpgt if_icmple if_acmpeq if_acmpne goto jsr ret tableswitch lookupswitch ireturn lreturn freturn ' +
  'dreturn areturn return getstatic putstatic getfield putfield invokevirtual invokespecial invokestatic ' +
  'invokeinterface invokedynamic new newarray anewarray arraylength athrow checkcast instanceof monitorenter ' +
  'monitorexit wide multianewarray ifnull ifnonnull goto_w jsr_w';

/** Mnemonics by opcode, 0 to 201. */
export const MNEMONICS: readonly string[] = names.split(' ');

/** Opcodes by mnemonic, for those the code of this room names. */
export const OP = {
  ldc: 0x12,
  ldc_w: 0x13,
  ldc2_w: 0x14,
  iload: 0x15,
  aload: 0x19,
  istore: 0x36,
  astore: 0x3a,
  iinc: 0x84,
  goto: 0xa7,
  jsr: 0xa8,
  ret: 0xa9,
  tableswitch: 0xaa,
  lookupswitch: 0xab,
  ireturn: 0xac,
  return: 0xb1,
  getstatic: 0xb2,
  putstatic: 0xb3,
  getfield: 0xb4,
  putfield: 0xb5,
  invokevirtual: 0xb6,
  invokespecial: 0xb7,
  invokestatic: 0xb8,
  invokeinterface: 0xb9,
  invokedynamic: 0xba,
  new: 0xbb,
  newarray: 0xbc,
  anewarray: 0xbd,
  arraylength: 0xbe,
  athrow: 0xbf,
  checkcast: 0xc0,
  instanceof: 0xc1,
  wide: 0xc4,
  multianewarray: 0xc5,
  ifnull: 0xc6,
  ifnonnull: 0xc7,
  goto_w: 0xc8,
  jsr_w: 0xc9,
} as const;

function formOf(opcode: number): OperandForm {
  if (opcode === 0x10) return 'byte';
  if (opcode === 0x11) return 'short';
  if (opcode === OP.ldc) return 'constantNarrow';
  if (opcode === OP.ldc_w || opcode === OP.ldc2_w) return 'constant';
  if (opcode >= OP.iload && opcode <= OP.aload) return 'local';
  if ((opcode >= OP.istore && opcode <= OP.astore) || opcode === OP.ret) return 'local';
  if (opcode === OP.iinc) return 'increment';
  if ((opcode >= 0x99 && opcode <= OP.jsr) || opcode === OP.ifnull || opcode === OP.ifnonnull)
    return 'branch';
  if (opcode === OP.goto_w || opcode === OP.jsr_w) return 'branchWide';
  if (opcode === OP.tableswitch) return 'tableswitch';
  if (opcode === OP.lookupswitch) return 'lookupswitch';
  if (opcode === OP.invokeinterface) return 'interface';
  if (opcode === OP.invokedynamic) return 'dynamic';
  if (opcode === OP.newarray) return 'arrayType';
  if (opcode === OP.wide) return 'wide';
  if (opcode === OP.multianewarray) return 'multiArray';
  if (opcode >= OP.getstatic && opcode <= OP.new) return 'constant';
  if (opcode === OP.anewarray || opcode === OP.checkcast || opcode === OP.instanceof) return 'constant';
  return 'none';
}

const sizes: Readonly<Record<OperandForm, number>> = {
  none: 1,
  byte: 2,
  short: 3,
  constantNarrow: 2,
  constant: 3,
  local: 2,
  increment: 3,
  branch: 3,
  branchWide: 5,
  tableswitch: 0,
  lookupswitch: 0,
  interface: 5,
  dynamic: 5,
  arrayType: 2,
  multiArray: 4,
  wide: 0,
};

/** Operand forms by opcode, 0 to 201. */
export const FORMS: readonly OperandForm[] = MNEMONICS.map((_, opcode) => formOf(opcode));
/** Whole length by opcode; 0 where it depends on the operands, and for opcodes that do not exist. */
export const LENGTHS = Uint8Array.from({ length: 256 }, (_, opcode) => {
  const form = FORMS[opcode];
  return form ? sizes[form] : 0;
});
