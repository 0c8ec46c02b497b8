import { unverifiable } from './fault';
import { DOUBLE, DOUBLE2, LONG, LONG2, TOP, UNINITIALIZED_THIS, type TypeTable } from './types';

/** Types of local variables and operand stack at one place of a method. */
export class Frame {
  /** `TOP` where nothing usable is. */
  readonly locals: number[];
  readonly stack: number[] = [];
  /** The constructor has not called another one yet. */
  isThisUninitialized = false;
  /** Counts changes of `locals`. */
  version = 0;
  readonly #maxStack: number;
  readonly #types: TypeTable;

  /** `locals`: types of the first local variables. Throws `Unverifiable` when there are more than there may be. */
  constructor(maxLocals: number, maxStack: number, types: TypeTable, locals: readonly number[] = []) {
    if (locals.length > maxLocals) unverifiable('more local variables than the method has');
    this.locals = new Array<number>(maxLocals).fill(TOP);
    for (let at = 0; at < locals.length; at++) this.locals[at] = locals[at]!;
    this.#maxStack = maxStack;
    this.#types = types;
  }

  /** The same, with this operand stack if one is given. */
  copy(stack: readonly number[] = this.stack): Frame {
    const copy = new Frame(this.locals.length, this.#maxStack, this.#types, this.locals);
    copy.pushAll(stack);
    copy.isThisUninitialized = this.isThisUninitialized;
    return copy;
  }

  /**
   * Widens the types so that control may come from `other` too; true when that changed any. Local variables that do
   * not fit together become unusable; on the operand stack that is a fault.
   */
  merge(other: Frame): boolean {
    if (this.stack.length !== other.stack.length) unverifiable('operand stacks of different heights');
    let isChanged = false;
    const mergeInto = (own: number[], theirs: readonly number[], isStack: boolean): void => {
      for (let at = 0; at < own.length; at++) {
        if (this.#types.isAssignable(theirs[at]!, own[at]!)) continue;
        const merged = this.#types.merge(theirs[at]!, own[at]!);
        if (merged === TOP && isStack) unverifiable('operand stacks of different types');
        if (merged === own[at]) continue;
        own[at] = merged;
        isChanged = true;
      }
    };
    mergeInto(this.locals, other.locals, false);
    mergeInto(this.stack, other.stack, true);
    if (other.isThisUninitialized && !this.isThisUninitialized) {
      this.isThisUninitialized = true;
      isChanged = true;
    }
    return isChanged;
  }

  /** Becomes equal to another frame of the same method. */
  assign(other: Frame): void {
    for (let at = 0; at < this.locals.length; at++) this.locals[at] = other.locals[at]!;
    this.stack.length = 0;
    for (const type of other.stack) this.stack.push(type);
    this.isThisUninitialized = other.isThisUninitialized;
    this.version++;
  }

  push(type: number): void {
    if (this.stack.length >= this.#maxStack) unverifiable('operand stack overflow');
    this.stack.push(type);
  }
  pushAll(types: readonly number[]): void {
    for (const type of types) this.push(type);
  }

  /** Takes the top of the stack, which must be assignable to `wanted`. */
  pop(wanted: number = TOP): number {
    const type = this.stack.pop() ?? unverifiable('operand stack underflow');
    if (!this.#types.isAssignable(type, wanted)) unverifiable('bad type on operand stack');
    return type;
  }
  /** Takes a value that may be two places wide. */
  popAll(types: readonly number[]): void {
    for (let at = types.length - 1; at >= 0; at--) this.pop(types[at]);
  }

  local(slot: number, wanted: number): number {
    const type = this.locals[slot] ?? unverifiable('local variable out of range');
    if (!this.#types.isAssignable(type, wanted)) unverifiable('bad type of local variable');
    return type;
  }

  setLocal(slot: number, types: readonly number[]): void {
    const { locals } = this;
    const end = slot + types.length;
    if (end > locals.length) unverifiable('local variable out of range');
    const last = locals[end - 1]!;
    // Half of a long or double that is overwritten is of no use any more.
    if ((last === LONG || last === DOUBLE) && end < locals.length) locals[end] = TOP;
    if ((locals[slot] === LONG2 || locals[slot] === DOUBLE2) && slot > 0) locals[slot - 1] = TOP;
    for (let at = 0; at < types.length; at++) locals[slot + at] = types[at]!;
    this.version++;
  }

  /** An object's constructor was called: it is `type` wherever it stands. */
  initialize(object: number, type: number): void {
    for (const list of [this.locals, this.stack])
      for (let at = 0; at < list.length; at++) if (list[at] === object) list[at] = type;
    if (object === UNINITIALIZED_THIS) this.isThisUninitialized = false;
    this.version++;
  }

  /** Whether control may go on from this frame where `target` is declared. */
  fits(target: Frame): boolean {
    if (this.stack.length !== target.stack.length || !this.fitsLocals(target)) return false;
    for (let at = 0; at < this.stack.length; at++)
      if (!this.#types.isAssignable(this.stack[at]!, target.stack[at]!)) return false;
    return true;
  }
  fitsLocals(target: Frame): boolean {
    for (let at = 0; at < this.locals.length; at++)
      if (!this.#types.isAssignable(this.locals[at]!, target.locals[at]!)) return false;
    return !this.isThisUninitialized || target.isThisUninitialized;
  }
}
