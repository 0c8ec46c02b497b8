import { ClassFileError } from './errors';
import { FORMS, LENGTHS, MNEMONICS, OP } from './opcodes';

/** One instruction; `target`s are positions in the code, not offsets from the instruction. */
export type Instruction = { readonly pc: number; readonly opcode: number } & (
  | { readonly form: 'none' }
  /** bipush, sipush: the number pushed. newarray: the type code (JVMS table 6.5.newarray-A). */
  | { readonly form: 'value'; readonly value: number }
  | { readonly form: 'constant'; readonly index: number }
  | { readonly form: 'multiArray'; readonly index: number; readonly dimensions: number }
  /** `wide` was written before it. */
  | { readonly form: 'local'; readonly slot: number; readonly wide: boolean }
  | { readonly form: 'increment'; readonly slot: number; readonly by: number; readonly wide: boolean }
  | { readonly form: 'branch'; readonly target: number }
  /** A tableswitch's keys are consecutive. */
  | {
      readonly form: 'switch';
      readonly keys: readonly number[];
      readonly targets: readonly number[];
      readonly defaultTarget: number;
    }
);

/**
 * Length of the instruction at `pc`. Throws `ClassFileError` (`instruction`) for an opcode that does not exist
 * and for one that reaches past the end of the code. `base`: offset of the code in the file, for errors.
 */
export function instructionLength(code: Buffer, pc: number, base = 0): number {
  const length = LENGTHS[code[pc]!]! || variableLength(code, pc, base);
  if (length > code.length - pc)
    throw new ClassFileError(
      'instruction',
      base + pc,
      `${MNEMONICS[code[pc]!]} reaches past the end of the code`,
    );
  return length;
}

function variableLength(code: Buffer, pc: number, base: number): number {
  const bad = (what: string): never => {
    throw new ClassFileError('instruction', base + pc, what);
  };
  const opcode = code[pc]!;
  if (opcode === OP.wide) {
    const wide = code[pc + 1] ?? 0;
    if (wide === OP.iinc) return 6;
    return FORMS[wide] === 'local' ? 4 : bad(`wide before opcode ${wide}`);
  }
  const operands = (pc & ~3) + 4;
  if (opcode === OP.tableswitch) {
    if (operands + 12 > code.length) bad('tableswitch is cut off');
    const low = code.readInt32BE(operands + 4);
    const high = code.readInt32BE(operands + 8);
    return high < low ? bad('tableswitch from high to low') : operands - pc + 12 + (high - low + 1) * 4;
  }
  if (opcode === OP.lookupswitch) {
    if (operands + 8 > code.length) bad('lookupswitch is cut off');
    const pairs = code.readInt32BE(operands + 4);
    return pairs < 0 ? bad('lookupswitch with a negative count') : operands - pc + 8 + pairs * 8;
  }
  return bad(`opcode ${opcode} does not exist`);
}

/** All instructions of a method's code, in order. Throws `ClassFileError` (`instruction`). */
export function decodeInstructions(code: Buffer, base = 0): Instruction[] {
  const instructions: Instruction[] = [];
  for (let pc = 0; pc < code.length;) {
    const length = instructionLength(code, pc, base);
    instructions.push(decodeAt(code, pc));
    pc += length;
  }
  return instructions;
}

/** The instruction at `pc`, whose length was checked before. */
export function decodeAt(code: Buffer, pc: number): Instruction {
  const opcode = code[pc]!;
  const form = FORMS[opcode]!;
  switch (form) {
    case 'none':
      return { pc, opcode, form };
    case 'byte':
      return { pc, opcode, form: 'value', value: code.readInt8(pc + 1) };
    case 'arrayType':
      return { pc, opcode, form: 'value', value: code[pc + 1]! };
    case 'short':
      return { pc, opcode, form: 'value', value: code.readInt16BE(pc + 1) };
    case 'constantNarrow':
      return { pc, opcode, form: 'constant', index: code[pc + 1]! };
    case 'constant':
    case 'interface':
    case 'dynamic':
      return { pc, opcode, form: 'constant', index: code.readUInt16BE(pc + 1) };
    case 'multiArray':
      return { pc, opcode, form, index: code.readUInt16BE(pc + 1), dimensions: code[pc + 3]! };
    case 'local':
      return { pc, opcode, form, slot: code[pc + 1]!, wide: false };
    case 'increment':
      return { pc, opcode, form, slot: code[pc + 1]!, by: code.readInt8(pc + 2), wide: false };
    case 'branch':
      return { pc, opcode, form, target: pc + code.readInt16BE(pc + 1) };
    case 'branchWide':
      return { pc, opcode, form: 'branch', target: pc + code.readInt32BE(pc + 1) };
    case 'wide':
      return decodeWide(code, pc);
    case 'tableswitch':
    case 'lookupswitch':
      return decodeSwitch(code, pc);
  }
}

function decodeWide(code: Buffer, pc: number): Instruction {
  const opcode = code[pc + 1]!;
  const slot = code.readUInt16BE(pc + 2);
  return opcode === OP.iinc
    ? { pc, opcode, form: 'increment', slot, by: code.readInt16BE(pc + 4), wide: true }
    : { pc, opcode, form: 'local', slot, wide: true };
}

function decodeSwitch(code: Buffer, pc: number): Instruction {
  const opcode = code[pc]!;
  const at = (pc & ~3) + 4;
  const defaultTarget = pc + code.readInt32BE(at);
  const keys: number[] = [];
  const targets: number[] = [];
  if (opcode === OP.tableswitch) {
    const low = code.readInt32BE(at + 4);
    const high = code.readInt32BE(at + 8);
    for (let key = low; key <= high; key++) {
      keys.push(key);
      targets.push(pc + code.readInt32BE(at + 12 + (key - low) * 4));
    }
  } else {
    const pairs = code.readInt32BE(at + 4);
    for (let pair = 0; pair < pairs; pair++) {
      keys.push(code.readInt32BE(at + 8 + pair * 8));
      targets.push(pc + code.readInt32BE(at + 12 + pair * 8));
    }
  }
  return { pc, opcode, form: 'switch', keys, targets, defaultTarget };
}
