import { flagNames } from './accessFlags';
import type { ExceptionHandler } from './attributeTypes';
import { MemberInfo } from './classFile';
import { constantText } from './constantText';
import { classNameText, methodTypeText, typeText } from './descriptors';
import { decodeInstructions, type Instruction } from './instructions';
import { MNEMONICS, OP } from './opcodes';
import { memberKey, type ClassSide, type MemberSide, type MethodSide } from './side';

export interface DisassembleOptions {
  /**
   * Leaves out what can't be read back from a JVM (exception tables, bootstrap methods, constant values), so that
   * the text of a file can stand next to that of a running class.
   */
  readonly readableOnly?: boolean;
  /** Adds `line N` before the instructions of each source line. */
  readonly lines?: boolean;
  /** Members stand in the order of this class, those it does not have after them; else in their own order. */
  readonly like?: ClassSide;
}

const ARRAY_TYPES = ['', '', '', '', 'boolean', 'char', 'float', 'double', 'byte', 'short', 'int', 'long'];

/**
 * A class as text for people and for a diff editor: symbolic, without constant pool indices, offsets and widths
 * of instructions, so that equal code has equal text whatever pool it uses. Throws `ClassFileError`.
 */
export function disassembleClass(side: ClassSide, options: DisassembleOptions = {}): string {
  const out = [classHeader(side)];
  if (side.majorVersion !== undefined) out.push(`  version ${side.majorVersion}`);
  if (side.superName !== undefined) out.push(`  extends ${classNameText(side.superName)}`);
  for (const name of side.interfaces ?? []) out.push(`  implements ${classNameText(name)}`);
  if (side.sourceFile !== undefined) out.push(`  source ${side.sourceFile}`);
  out.push('');
  const fields = ordered(side.fields, options.like?.fields);
  for (const field of fields) out.push(`${fieldText(side, field, options)};`);
  if (fields.length > 0) out.push('');
  for (const method of ordered(side.methods, options.like?.methods))
    out.push(...disassembleMethod(side, method, options), '');
  return out.join('\n');
}

/** The lines of one method, its declaration first; an indented line an instruction. */
export function disassembleMethod(
  side: ClassSide,
  method: MethodSide,
  options: DisassembleOptions = {},
): string[] {
  const head = [...flagNames('method', method.accessFlags), methodHeader(method)].join(' ');
  const code = method.code;
  if (!code?.length) return [`${head};`];
  const handlers = options.readableOnly ? [] : (method.codeAttribute?.exceptionTable ?? []);
  const instructions = decodeInstructions(code);
  const labels = nameTargets(instructions, handlers);
  const lineAt = new Map(
    options.lines ? method.lineNumbers?.map(({ startPc, line }) => [startPc, line]) : [],
  );
  const out = [`${head} {`];
  for (const instruction of instructions) {
    const label = labels.get(instruction.pc);
    if (label) out.push(`  ${label}:`);
    const line = lineAt.get(instruction.pc);
    if (line !== undefined) out.push(`    line ${line}`);
    out.push(...instructionText(side, instruction, labels, options));
  }
  const end = labels.get(code.length);
  if (end) out.push(`  ${end}:`);
  for (const handler of handlers) out.push(handlerText(side, handler, labels));
  out.push('}');
  return out;
}

function ordered<T extends MemberSide>(
  members: readonly T[],
  like: readonly MemberSide[] | undefined,
): readonly T[] {
  if (!like) return members;
  const place = new Map(like.map((member, at) => [memberKey(member), at]));
  const rank = (member: T): number => place.get(memberKey(member)) ?? like.length;
  return [...members].sort((a, b) => rank(a) - rank(b));
}

function classHeader(side: ClassSide): string {
  const flags = side.accessFlags === undefined ? [] : flagNames('class', side.accessFlags);
  return [...flags, 'class', classNameText(side.name)].join(' ');
}

function fieldText(side: ClassSide, field: MemberSide, options: DisassembleOptions): string {
  const text = [...flagNames('field', field.accessFlags), typeText(field.descriptor), field.name].join(' ');
  if (options.readableOnly || !(field instanceof MemberInfo)) return text;
  const value = field.attribute('ConstantValue');
  return value ? `${text} = ${constantText(side, value.valueIndex)}` : text;
}

function methodHeader({ name, descriptor }: MethodSide): string {
  const type = methodTypeText(descriptor);
  return type ? `${type.result} ${name}(${type.parameters.join(', ')})` : `${name} ${descriptor}`;
}

type Labels = ReadonlyMap<number, string>;

/** Labels `L1`, `L2`, ... in the order of the code for everything that a branch or a handler leads to. */
function nameTargets(instructions: readonly Instruction[], handlers: readonly ExceptionHandler[]): Labels {
  const targets = new Set<number>();
  for (const instruction of instructions) {
    if (instruction.form === 'branch') targets.add(instruction.target);
    if (instruction.form === 'switch')
      for (const target of [...instruction.targets, instruction.defaultTarget]) targets.add(target);
  }
  for (const { startPc, endPc, handlerPc } of handlers) targets.add(startPc).add(endPc).add(handlerPc);
  const sorted = [...targets].sort((a, b) => a - b);
  return new Map(sorted.map((pc, at) => [pc, `L${at + 1}`]));
}

function instructionText(
  side: ClassSide,
  instruction: Instruction,
  labels: Labels,
  options: DisassembleOptions,
): string[] {
  const label = (pc: number): string => labels.get(pc) ?? `?${pc}`;
  const text = (...operands: readonly (string | number)[]): string[] => [
    ['   ', mnemonic(instruction.opcode), ...operands].join(' '),
  ];
  switch (instruction.form) {
    case 'none':
      return text();
    case 'value':
      return text(
        instruction.opcode === OP.newarray
          ? (ARRAY_TYPES[instruction.value] ?? instruction.value)
          : instruction.value,
      );
    case 'constant':
      return text(constantText(side, instruction.index, !options.readableOnly));
    case 'multiArray':
      return text(constantText(side, instruction.index), instruction.dimensions);
    case 'local':
      return text(instruction.slot);
    case 'increment':
      return text(instruction.slot, instruction.by);
    case 'branch':
      return text(label(instruction.target));
    case 'switch':
      return [
        ...text(),
        ...instruction.keys.map((key, at) => `      ${key}: ${label(instruction.targets[at]!)}`),
        `      default: ${label(instruction.defaultTarget)}`,
      ];
  }
}

/** The wide forms are written like the others: which one is used follows from the place of a constant. */
function mnemonic(opcode: number): string {
  if (opcode === OP.ldc_w) return 'ldc';
  if (opcode === OP.goto_w) return 'goto';
  return opcode === OP.jsr_w ? 'jsr' : MNEMONICS[opcode]!;
}

function handlerText(side: ClassSide, handler: ExceptionHandler, labels: Labels): string {
  const type = handler.catchTypeIndex === 0 ? 'any' : constantText(side, handler.catchTypeIndex);
  const [from, to, at] = [handler.startPc, handler.endPc, handler.handlerPc].map((pc) => labels.get(pc)!);
  return `    catch ${type} from ${from!} to ${to!} at ${at!}`;
}
