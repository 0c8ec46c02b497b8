import type { ConstantComparison } from './constantCompare';
import { instructionLength } from './instructions';
import { FORMS, OP } from './opcodes';

/** Where the instruction that begins at a left position begins on the right; ends of code correspond as well. */
export type PlaceMap = (pc: number) => number | undefined;

const unmoved: PlaceMap = (pc) => pc;

/**
 * Compares what two methods' bytecodes do with the constants of their own pools; `undefined` when they differ.
 * The width of an instruction does not count (`ldc` and `ldc_w`, `goto` and `goto_w`: a JVM widens them when a
 * merge moves a constant beyond index 255), nor do the branch offsets and the padding of switches that follow
 * from it: targets are compared as instructions, not as positions.
 * Throws `ClassFileError` (`instruction`) for code that can't be decoded.
 */
export function matchCode(left: Buffer, right: Buffer, constants: ConstantComparison): PlaceMap | undefined {
  if (constants.identical) return left.equals(right) ? unmoved : undefined;
  return new CodeComparison(left, right, constants).run();
}

/** Position on the right of the first instruction that differs, or of the end where only the left goes on. */
export function firstDifference(
  left: Buffer,
  right: Buffer,
  constants: ConstantComparison,
): number | undefined {
  const comparison = new CodeComparison(left, right, constants);
  return comparison.run() ? undefined : comparison.differsAt;
}

/** Opcodes whose wide form means the same. */
function narrow(opcode: number): number {
  if (opcode === OP.ldc_w) return OP.ldc;
  if (opcode === OP.goto_w) return OP.goto;
  return opcode === OP.jsr_w ? OP.jsr : opcode;
}

/** Positions of one comparison at a time; grown as needed, so that a method costs no allocation. */
let scratch = new Int32Array(1024);

class CodeComparison {
  readonly #left: Buffer;
  readonly #right: Buffer;
  readonly #constants: ConstantComparison;
  /** All instructions stand in the same places, and branches have equal offsets, as far as was looked. */
  #isAligned = true;
  /** Set by `run`: where the two no longer are the same. */
  differsAt = 0;
  /** Pairs of positions that branches lead to, and where on the right the branch is; only when not aligned. */
  readonly #targets: number[] = [];

  constructor(left: Buffer, right: Buffer, constants: ConstantComparison) {
    this.#left = left;
    this.#right = right;
    this.#constants = constants;
  }

  run(): PlaceMap | undefined {
    if (this.#left.length === this.#right.length) {
      const found = this.#walk(undefined);
      if (this.#isAligned) return found ? unmoved : undefined;
    }
    this.#isAligned = false;
    if (scratch.length < this.#left.length) scratch = new Int32Array(this.#left.length * 2);
    scratch.fill(0, 0, this.#left.length);
    if (!this.#walk(scratch) || !this.#sameTargets(scratch)) return undefined;
    const places = scratch.slice(0, this.#left.length);
    return (pc) => (pc === this.#left.length ? this.#right.length : (places[pc] ?? 0) - 1);
  }

  /** `places`: where the same instruction begins on the right, plus 1; 0 inside an instruction. */
  #walk(places: Int32Array | undefined): boolean {
    const left = this.#left;
    const right = this.#right;
    let p = 0;
    let q = 0;
    while (p < left.length && q < right.length) {
      this.differsAt = q;
      if (places) places[p] = q + 1;
      else if (p !== q) {
        this.#isAligned = false;
        return false;
      }
      const next = instructionLength(left, p);
      const nextRight = instructionLength(right, q);
      if (!this.#sameInstruction(p, q, next, nextRight)) return false;
      p += next;
      q += nextRight;
    }
    this.differsAt = q;
    return p === left.length && q === right.length;
  }

  #sameTargets(places: Int32Array): boolean {
    const targets = this.#targets;
    for (let at = 0; at < targets.length; at += 3) {
      this.differsAt = targets[at + 2]!;
      if (places[targets[at]!] !== targets[at + 1]! + 1) return false;
    }
    return true;
  }

  /** While all is aligned, false at the first offset that differs; else looked at in the end. */
  #branch(p: number, leftOffset: number, q: number, rightOffset: number): boolean {
    if (this.#isAligned) return (this.#isAligned = leftOffset === rightOffset);
    this.#targets.push(p + leftOffset, q + rightOffset, q);
    return true;
  }

  #sameInstruction(p: number, q: number, length: number, rightLength: number): boolean {
    const left = this.#left;
    const right = this.#right;
    const opcode = left[p]!;
    if (opcode !== right[q] && narrow(opcode) !== narrow(right[q]!)) return false;
    switch (FORMS[opcode]!) {
      case 'none':
        return true;
      case 'constantNarrow':
      case 'constant':
        return this.#constants.same(constantAt(left, p), constantAt(right, q));
      case 'branch':
      case 'branchWide':
        return this.#branch(p, branchAt(left, p), q, branchAt(right, q));
      case 'interface':
      case 'dynamic':
      case 'multiArray':
        return (
          this.#constants.same(left.readUInt16BE(p + 1), right.readUInt16BE(q + 1)) &&
          left[p + 3] === right[q + 3]
        );
      case 'tableswitch':
      case 'lookupswitch':
        return this.#sameSwitch(p, q, length, rightLength);
      case 'byte':
      case 'short':
      case 'local':
      case 'increment':
      case 'arrayType':
      case 'wide':
        for (let at = 1; at < length; at++) if (left[p + at] !== right[q + at]) return false;
        return true;
    }
  }

  #sameSwitch(p: number, q: number, leftLength: number, rightLength: number): boolean {
    const left = this.#left;
    const right = this.#right;
    const x = (p & ~3) + 4;
    const y = (q & ~3) + 4;
    const length = p + leftLength - x;
    if (length !== q + rightLength - y) return false;
    if (!this.#branch(p, left.readInt32BE(x), q, right.readInt32BE(y))) return false;
    const isTable = left[p] === OP.tableswitch;
    for (let at = 4; at < length; at += 4) {
      const isOffset = isTable ? at >= 12 : at >= 12 && at % 8 === 4;
      const a = left.readInt32BE(x + at);
      const b = right.readInt32BE(y + at);
      if (isOffset ? !this.#branch(p, a, q, b) : a !== b) return false;
    }
    return true;
  }
}

function constantAt(code: Buffer, pc: number): number {
  return code[pc] === OP.ldc ? code[pc + 1]! : code.readUInt16BE(pc + 1);
}
function branchAt(code: Buffer, pc: number): number {
  return code[pc] === OP.goto_w || code[pc] === OP.jsr_w
    ? code.readInt32BE(pc + 1)
    : code.readInt16BE(pc + 1);
}
