import type { Code } from '../attributeTypes';
import type { ClassFile, MethodInfo } from '../classFile';
import type { FindClass } from '../hierarchy';
import { instructionLength } from '../instructions';
import { OP } from '../opcodes';
import { unverifiable } from './fault';
import type { Frame } from './frame';
import { entryFrame } from './stackMaps';
import { Transfer } from './transfer';
import type { TypeTable } from './types';

/**
 * Verifies a method without stack maps, by inferring the types at every instruction (JVMS 4.10.2), as HotSpot does
 * for class files before Java 6. Where paths meet their types are merged, and for that classes are asked for.
 */
export class Inference {
  readonly #file: ClassFile;
  readonly #code: Code;
  readonly #types: TypeTable;
  readonly #transfer: Transfer;
  /** Types when an instruction begins, by its position. */
  readonly #frames = new Map<number, Frame>();
  readonly #changed: number[] = [];
  /** The instruction looked at last. */
  pc = 0;

  constructor(file: ClassFile, method: MethodInfo, code: Code, types: TypeTable, find: FindClass) {
    this.#file = file;
    this.#code = code;
    this.#types = types;
    this.#transfer = new Transfer(file, code.code, types, find, types.ofMethod(method.descriptor).result);
    this.#enter(0, entryFrame(file, method, code, types));
  }

  /** Throws `Unverifiable` at the first fault. Subroutines (`jsr`) are taken on trust. */
  run(): void {
    const { code } = this.#code;
    if (hasSubroutines(code)) return;
    this.#checkCatchTypes();
    for (let pc = this.#changed.pop(); pc !== undefined; pc = this.#changed.pop()) {
      this.pc = pc;
      const frame = this.#frames.get(pc)!.copy();
      this.#enterHandlers(pc, frame);
      const outcome = this.#transfer.run(pc, frame);
      if (outcome.initialized) this.#enterHandlers(pc, frame);
      for (const target of outcome.targets) this.#enter(target, frame);
      if (outcome.continues) this.#enter(pc + instructionLength(code, pc), frame);
    }
  }

  #checkCatchTypes(): void {
    for (const { catchTypeIndex } of this.#code.exceptionTable) {
      if (catchTypeIndex === 0) continue;
      const name = this.#file.pool.className(catchTypeIndex);
      if (!this.#types.isSubtype(name, 'java/lang/Throwable')) unverifiable(`${name} is no Throwable`);
    }
  }

  /** From any instruction that a handler protects control may go to it, with the local variables as they are. */
  #enterHandlers(pc: number, frame: Frame): void {
    for (const { startPc, endPc, handlerPc, catchTypeIndex } of this.#code.exceptionTable) {
      if (pc < startPc || pc >= endPc) continue;
      const thrown =
        catchTypeIndex === 0
          ? this.#types.throwable
          : this.#types.reference(this.#file.pool.className(catchTypeIndex));
      this.#enter(handlerPc, frame.copy([thrown]));
    }
  }

  #enter(pc: number, frame: Frame): void {
    if (pc < 0 || pc >= this.#code.code.length) unverifiable('control leaves the code');
    const there = this.#frames.get(pc);
    if (!there) this.#frames.set(pc, frame.copy());
    if ((!there || there.merge(frame)) && !this.#changed.includes(pc)) this.#changed.push(pc);
  }
}

function hasSubroutines(code: Buffer): boolean {
  for (let pc = 0; pc < code.length; pc += instructionLength(code, pc))
    if (code[pc] === OP.jsr || code[pc] === OP.jsr_w || code[pc] === OP.ret) return true;
  return false;
}
