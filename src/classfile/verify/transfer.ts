import type { ClassFile } from '../classFile';
import { TAG } from '../constantPool';
import type { FindClass } from '../hierarchy';
import { decodeAt, type Instruction } from '../instructions';
import { MNEMONICS, OP } from '../opcodes';
import { EFFECTS, SHUFFLES, type Effect } from './effects';
import { unverifiable } from './fault';
import type { Frame } from './frame';
import { MemberVerifier } from './members';
import {
  ANY_REFERENCE,
  ANY_SINGLE,
  DOUBLE,
  DOUBLE2,
  FLOAT,
  INT,
  LONG,
  LONG2,
  NULL,
  TOP,
  type TypeTable,
} from './types';

const I = [INT];
const J = [LONG, LONG2];
const F = [FLOAT];
const D = [DOUBLE, DOUBLE2];
const LETTERS: Readonly<Record<string, readonly number[]>> = {
  I,
  J,
  F,
  D,
  N: [NULL],
  A: [ANY_REFERENCE],
  S: [ANY_SINGLE],
};
/** Loads, stores and returns come in this order of types. */
const FAMILY = [I, J, F, D];
/** Array elements in the order of the instructions, as letters of descriptors. */
const ELEMENTS = ['I', 'J', 'F', 'D', 'L[', 'BZ', 'C', 'S'];
const ELEMENT_TYPES = [I, J, F, D, [], I, I, I];
const NEW_ARRAYS = ['', '', '', '', '[Z', '[C', '[F', '[D', '[B', '[S', '[I', '[J'];

/** Where an instruction leads besides the next one. */
export interface Outcome {
  readonly targets: readonly number[];
  /** Control goes on with the next instruction. */
  readonly continues: boolean;
  /** Local variables changed in a way that handlers must be checked again before the next instruction. */
  readonly initialized: boolean;
}

const NEXT: Outcome = { targets: [], continues: true, initialized: false };
const END: Outcome = { targets: [], continues: false, initialized: false };
const INITIALIZED: Outcome = { targets: [], continues: true, initialized: true };

/** Effects by opcode. */
const simple: readonly (Effect | undefined)[] = MNEMONICS.map((name) => EFFECTS.get(name));

/** What one instruction does to a frame (JVMS 4.10.1.9). Throws `Unverifiable` when it may not stand there. */
export class Transfer {
  readonly #file: ClassFile;
  readonly #code: Buffer;
  readonly #types: TypeTable;
  readonly #members: MemberVerifier;
  readonly #result: readonly number[];

  constructor(file: ClassFile, code: Buffer, types: TypeTable, find: FindClass, result: readonly number[]) {
    this.#file = file;
    this.#code = code;
    this.#types = types;
    this.#members = new MemberVerifier(file, code, types, find);
    this.#result = result;
  }

  run(pc: number, frame: Frame): Outcome {
    const opcode = this.#code[pc]!;
    const effect = simple[opcode];
    if (effect) {
      for (let at = effect.pops.length - 1; at >= 0; at--) frame.popAll(LETTERS[effect.pops[at]!]!);
      for (const letter of effect.pushes) frame.pushAll(LETTERS[letter]!);
      return this.#control(pc, opcode);
    }
    const shuffle = SHUFFLES.get(MNEMONICS[opcode] ?? '');
    if (shuffle) {
      this.#shuffle(frame, shuffle.takes, shuffle.leaves);
      return NEXT;
    }
    return this.#other(decodeAt(this.#code, pc), frame);
  }

  #control(pc: number, opcode: number): Outcome {
    const isBranch = (opcode >= 0x99 && opcode <= OP.lookupswitch) || opcode >= OP.ifnull;
    if (!isBranch) return NEXT;
    const instruction = decodeAt(this.#code, pc);
    if (instruction.form === 'branch') {
      const continues = opcode !== OP.goto && opcode !== OP.goto_w;
      return { targets: [instruction.target], continues, initialized: false };
    }
    if (instruction.form !== 'switch') return NEXT;
    const { keys, targets, defaultTarget } = instruction;
    if (keys.some((key, at) => at > 0 && key <= keys[at - 1]!))
      unverifiable('keys of a switch are not sorted');
    return { targets: [defaultTarget, ...targets], continues: false, initialized: false };
  }

  /** A two-place value must not be torn apart; nothing may be duplicated that is not there. */
  #shuffle(frame: Frame, takes: number, leaves: readonly number[]): void {
    const taken: number[] = [];
    for (let count = 0; count < takes; count++) taken.unshift(frame.pop());
    const isFirst = (type: number | undefined): boolean => type === LONG || type === DOUBLE;
    const isSecond = (type: number | undefined): boolean => type === LONG2 || type === DOUBLE2;
    const rows = [taken, leaves.map((at) => taken[at]!)];
    for (const row of rows)
      row.forEach((type, at) => {
        if (isFirst(type) !== isSecond(row[at + 1]) && (isFirst(type) || at + 1 < row.length))
          unverifiable('a long or double is torn apart');
        if (at === 0 && isSecond(type)) unverifiable('a long or double is torn apart');
        if (type === TOP) unverifiable('nothing usable on the operand stack');
      });
    frame.pushAll(rows[1]!);
  }

  #other(instruction: Instruction, frame: Frame): Outcome {
    const { opcode } = instruction;
    if (opcode >= OP.ldc && opcode <= OP.ldc2_w) this.#loadConstant(instruction, frame);
    else if (opcode >= OP.iload && opcode <= 0x2d) this.#load(instruction, frame);
    else if (opcode >= 0x2e && opcode <= 0x35) this.#arrayLoad(opcode - 0x2e, frame);
    else if (opcode >= OP.istore && opcode <= 0x4e) this.#store(instruction, frame);
    else if (opcode >= 0x4f && opcode <= 0x56) this.#arrayStore(opcode - 0x4f, frame);
    else if (instruction.form === 'increment') frame.local(instruction.slot, INT);
    else if (opcode >= OP.ireturn && opcode <= OP.return) return this.#return(opcode, frame);
    else if (opcode >= OP.getstatic && opcode <= OP.putfield) this.#members.field(instruction, frame);
    else if (opcode >= OP.invokevirtual && opcode <= OP.invokedynamic)
      return this.#members.invoke(instruction, frame) ? INITIALIZED : NEXT;
    else return this.#object(instruction, frame);
    return NEXT;
  }

  #loadConstant(instruction: Instruction, frame: Frame): void {
    const { pool } = this.#file;
    const index = instruction.form === 'constant' ? instruction.index : 0;
    const isWide = instruction.opcode === OP.ldc2_w;
    const tag = pool.tag(index);
    const types =
      tag === TAG.Dynamic ? this.#types.ofDescriptor(pool.dynamic(index).descriptor) : this.#ofTag(tag);
    if (types?.length !== (isWide ? 2 : 1)) unverifiable('a constant that can not be loaded so');
    frame.pushAll(types);
  }

  #ofTag(tag: number): readonly number[] | undefined {
    const reference = (name: string): number[] => [this.#types.reference(name)];
    switch (tag) {
      case TAG.Integer:
        return I;
      case TAG.Float:
        return F;
      case TAG.Long:
        return J;
      case TAG.Double:
        return D;
      case TAG.String:
        return reference('java/lang/String');
      case TAG.Class:
        return reference('java/lang/Class');
      case TAG.MethodHandle:
        return reference('java/lang/invoke/MethodHandle');
      case TAG.MethodType:
        return reference('java/lang/invoke/MethodType');
      default:
        return undefined;
    }
  }

  /** Slot and type of a load or store; the short forms have both in the opcode. */
  #variable(instruction: Instruction, first: number): { readonly slot: number; readonly family: number } {
    const offset = instruction.opcode - first;
    if (instruction.form === 'local') return { slot: instruction.slot, family: offset };
    return { slot: (offset - 5) % 4, family: Math.floor((offset - 5) / 4) };
  }

  #load(instruction: Instruction, frame: Frame): void {
    const { slot, family } = this.#variable(instruction, OP.iload);
    const types = FAMILY[family];
    types?.forEach((type, at) => frame.local(slot + at, type));
    frame.pushAll(types ?? [frame.local(slot, ANY_REFERENCE)]);
  }

  #store(instruction: Instruction, frame: Frame): void {
    const { slot, family } = this.#variable(instruction, OP.istore);
    const types = FAMILY[family] ?? [frame.pop(ANY_REFERENCE)];
    if (FAMILY[family]) frame.popAll(types);
    frame.setLocal(slot, types);
  }

  #array(kind: number, frame: Frame): number {
    const array = frame.pop(ANY_REFERENCE);
    const letter = this.#types.nameOf(array).slice(0, 2);
    const isFine = array === NULL || (letter.startsWith('[') && ELEMENTS[kind]!.includes(letter[1] ?? '?'));
    return isFine ? array : unverifiable('not an array of that type');
  }

  #arrayLoad(kind: number, frame: Frame): void {
    frame.pop(INT);
    const array = this.#array(kind, frame);
    if (kind !== 4) frame.pushAll(ELEMENT_TYPES[kind]!);
    else frame.push(array === NULL ? NULL : this.#types.element(array));
  }

  #arrayStore(kind: number, frame: Frame): void {
    frame.popAll(kind === 4 ? [this.#types.object] : ELEMENT_TYPES[kind]!);
    frame.pop(INT);
    this.#array(kind, frame);
  }

  #return(opcode: number, frame: Frame): Outcome {
    if (opcode === OP.return) {
      if (this.#result.length > 0) unverifiable('a value must be returned');
      if (frame.isThisUninitialized) unverifiable('the constructor calls no other one');
      return END;
    }
    const family = FAMILY[opcode - OP.ireturn];
    if (family) frame.popAll(family);
    const type = family ? family[0]! : frame.pop(ANY_REFERENCE);
    if (this.#result.length === 0 || !this.#types.isAssignable(type, this.#result[0]!))
      unverifiable('the value does not have the type of the method');
    return END;
  }

  #object(instruction: Instruction, frame: Frame): Outcome {
    const { opcode, pc } = instruction;
    const className = (): string =>
      instruction.form === 'constant' || instruction.form === 'multiArray'
        ? this.#file.pool.className(instruction.index)
        : '';
    switch (opcode) {
      case OP.new:
        if (className().startsWith('[')) unverifiable('new of an array');
        frame.push(-1 - pc);
        return NEXT;
      case OP.newarray:
        frame.pop(INT);
        frame.push(this.#newArray(instruction));
        return NEXT;
      case OP.anewarray: {
        const element = className();
        frame.pop(INT);
        frame.push(this.#types.arrayOf(this.#types.reference(element)));
        return NEXT;
      }
      case OP.arraylength: {
        const array = frame.pop(ANY_REFERENCE);
        if (array !== NULL && !this.#types.isArray(array)) unverifiable('length of what is no array');
        frame.push(INT);
        return NEXT;
      }
      case OP.athrow:
        frame.pop(this.#types.throwable);
        return END;
      case OP.checkcast:
      case OP.instanceof: {
        const name = className();
        frame.pop(this.#types.object);
        frame.push(opcode === OP.instanceof ? INT : this.#types.reference(name));
        return NEXT;
      }
      case OP.multianewarray: {
        const name = className();
        const dimensions = instruction.form === 'multiArray' ? instruction.dimensions : 0;
        if (dimensions < 1 || !name.startsWith('['.repeat(dimensions)))
          unverifiable('array of too few dimensions');
        for (let count = 0; count < dimensions; count++) frame.pop(INT);
        frame.push(this.#types.reference(name));
        return NEXT;
      }
      default:
        return unverifiable(`${MNEMONICS[opcode] ?? opcode} may not stand here`);
    }
  }

  #newArray(instruction: Instruction): number {
    const descriptor = instruction.form === 'value' ? NEW_ARRAYS[instruction.value] : undefined;
    return descriptor ? this.#types.reference(descriptor) : unverifiable('array of an unknown type');
  }
}
