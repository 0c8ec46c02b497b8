import { unverifiable } from './fault';
import { DOUBLE, DOUBLE2, LONG, LONG2, TOP, UNINITIALIZED_THIS, type TypeTable } from './types';

/** Types of local variables and operand stack at one place of a method. */
export class Frame {
  readonly locals: Int32Array;
  readonly stack: Int32Array;
  stackSize = 0;
  /** The constructor has not called another one yet. */
  isThisUninitialized = false;
  /** Counts changes of `locals`. */
  version = 0;
  readonly #types: TypeTable;

  constructor(maxLocals: number, maxStack: number, types: TypeTable) {
    this.locals = new Int32Array(maxLocals);
    this.stack = new Int32Array(maxStack);
    this.#types = types;
  }

  copy(): Frame {
    const copy = new Frame(this.locals.length, this.stack.length, this.#types);
    copy.assign(this);
    return copy;
  }

  /** Becomes equal to another frame of the same method. */
  assign(other: Frame): void {
    this.locals.set(other.locals);
    this.stack.set(other.stack);
    this.stackSize = other.stackSize;
    this.isThisUninitialized = other.isThisUninitialized;
    this.version++;
  }

  push(type: number): void {
    if (this.stackSize >= this.stack.length) unverifiable('operand stack overflow');
    this.stack[this.stackSize++] = type;
  }
  pushAll(types: readonly number[]): void {
    for (const type of types) this.push(type);
  }

  /** Takes the top of the stack, which must be assignable to `wanted`. */
  pop(wanted: number = TOP): number {
    if (this.stackSize <= 0) unverifiable('operand stack underflow');
    const type = this.stack[--this.stackSize]!;
    if (!this.#types.isAssignable(type, wanted)) unverifiable('bad type on operand stack');
    return type;
  }
  /** Takes a value that may be two places wide. */
  popAll(types: readonly number[]): void {
    for (let at = types.length - 1; at >= 0; at--) this.pop(types[at]);
  }

  local(slot: number, wanted: number): number {
    const type = slot < this.locals.length ? this.locals[slot]! : unverifiable('local variable out of range');
    if (!this.#types.isAssignable(type, wanted)) unverifiable('bad type of local variable');
    return type;
  }
  /** A long or double. */
  localPair(slot: number, first: number, second: number): void {
    this.local(slot, first);
    this.local(slot + 1, second);
  }

  setLocal(slot: number, types: readonly number[]): void {
    const { locals } = this;
    if (slot + types.length > locals.length) unverifiable('local variable out of range');
    const last = locals[slot + types.length - 1]!;
    // Half of a long or double that is overwritten is of no use any more.
    if ((last === LONG || last === DOUBLE) && slot + types.length < locals.length)
      locals[slot + types.length] = TOP;
    if ((locals[slot] === LONG2 || locals[slot] === DOUBLE2) && slot > 0) locals[slot - 1] = TOP;
    for (let at = 0; at < types.length; at++) locals[slot + at] = types[at]!;
    this.version++;
  }

  /** An object's constructor was called: it is `type` wherever it stands. */
  initialize(object: number, type: number): void {
    for (let at = 0; at < this.locals.length; at++) if (this.locals[at] === object) this.locals[at] = type;
    for (let at = 0; at < this.stackSize; at++) if (this.stack[at] === object) this.stack[at] = type;
    if (object === UNINITIALIZED_THIS) this.isThisUninitialized = false;
    this.version++;
  }

  /** Whether control may go on from this frame where `target` is declared. */
  fits(target: Frame): boolean {
    return (
      this.stackSize === target.stackSize &&
      this.fitsLocals(target) &&
      this.stack
        .subarray(0, this.stackSize)
        .every((type, at) => this.#types.isAssignable(type, target.stack[at]!))
    );
  }
  fitsLocals(target: Frame): boolean {
    return (
      this.locals.every((type, at) => this.#types.isAssignable(type, target.locals[at]!)) &&
      (!this.isThisUninitialized || target.isThisUninitialized)
    );
  }
}
