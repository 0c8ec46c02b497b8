import type { Code } from '../attributeTypes';
import type { ClassFile, MethodInfo } from '../classFile';
import { ClassFileError } from '../errors';
import type { FindClass } from '../hierarchy';
import { instructionLength } from '../instructions';
import { OP } from '../opcodes';
import { Unverifiable, unverifiable, type VerifyFault } from './fault';
import type { Frame } from './frame';
import { Inference } from './infer';
import { declaredFrames, entryFrame } from './stackMaps';
import { Transfer } from './transfer';
import { TypeTable } from './types';

type VerificationKind = new (
  file: ClassFile,
  method: MethodInfo,
  code: Code,
  types: TypeTable,
  find: FindClass,
) => { readonly pc: number; run(): void };

/** From this version on classes are verified with stack maps. */
const JAVA_6 = 50;
/** Up to this version the JVM tries the old way when stack maps do not fit. */
const JAVA_7 = 51;

/**
 * Verifies the methods of one class as HotSpot does: with stack maps (JVMS 4.10.1), older ones by inference
 * (4.10.2). Only the classes that `find` knows are there. Classes are asked for only where the JVM would load them; what is not known counts as fine.
 */
export class ClassVerifier {
  readonly #file: ClassFile;
  readonly #find: FindClass;
  readonly #types: TypeTable;

  constructor(file: ClassFile, find: FindClass) {
    this.#file = file;
    this.#find = find;
    this.#types = new TypeTable(find);
  }

  /** The first fault of a method, `undefined` when it passes. Throws `ClassFileError` for attributes it can't read. */
  verify(method: MethodInfo): VerifyFault | undefined {
    const code = method.codeAttribute;
    if (!code) return undefined;
    if (this.#file.majorVersion < JAVA_6) return this.#run(Inference, method, code);
    const fault = this.#run(MethodVerification, method, code);
    const mayFallBack = fault?.kind === 'badCode' && this.#file.majorVersion < JAVA_7;
    return mayFallBack ? this.#run(Inference, method, code) : fault;
  }

  #run(Verification: VerificationKind, method: MethodInfo, code: Code): VerifyFault | undefined {
    let verification: InstanceType<VerificationKind> | undefined;
    try {
      verification = new Verification(this.#file, method, code, this.#types, this.#find);
      verification.run();
      return undefined;
    } catch (error) {
      if (!(error instanceof Unverifiable || error instanceof ClassFileError)) throw error;
      const pc = verification?.pc ?? 0;
      const what = error.message;
      const className = error instanceof Unverifiable ? error.className : undefined;
      return className === undefined
        ? { kind: 'badCode', what, pc }
        : { kind: 'missingClass', className, what, pc };
    }
  }
}

class MethodVerification {
  readonly #file: ClassFile;
  readonly #code: Code;
  readonly #types: TypeTable;
  readonly #frame: Frame;
  readonly #frames: ReadonlyMap<number, Frame>;
  readonly #transfer: Transfer;
  /** By handler: the version of the local variables it was last found to fit. */
  readonly #checked: number[];
  pc = 0;

  constructor(file: ClassFile, method: MethodInfo, code: Code, types: TypeTable, find: FindClass) {
    this.#file = file;
    this.#code = code;
    this.#types = types;
    this.#frame = entryFrame(file, method, code, types);
    this.#frames = declaredFrames(file, code, this.#frame, types);
    const { result } = types.ofMethod(method.descriptor);
    this.#transfer = new Transfer(file, code.code, types, find, result);
    this.#checked = code.exceptionTable.map(() => -1);
  }

  run(): void {
    const { code } = this.#code;
    markInstructions(code);
    this.#checkHandlers();
    for (const at of this.#frames.keys())
      if (at >= code.length || starts[at] === 0) unverifiable('a stack map frame at no instruction');
    let continues = true;
    for (let pc = 0; pc < code.length; pc += instructionLength(code, pc)) {
      this.pc = pc;
      this.#enter(pc, continues);
      this.#checkProtectedRange(pc);
      const outcome = this.#transfer.run(pc, this.#frame);
      for (const target of outcome.targets) this.#branch(target);
      if (outcome.initialized) this.#checkProtectedRange(pc);
      continues = outcome.continues;
    }
    if (continues) unverifiable('control runs past the end of the code');
  }

  /** Takes over the frame declared at this instruction, if there is one. */
  #enter(pc: number, continues: boolean): void {
    const declared = this.#frames.get(pc);
    if (!declared) {
      if (!continues) unverifiable('a stack map frame is missing');
      return;
    }
    if (continues && !this.#frame.fits(declared))
      unverifiable('the instruction does not fit its stack map frame');
    this.#frame.assign(declared);
  }

  #branch(target: number): void {
    const declared = this.#frames.get(target);
    if (!declared) return unverifiable(`no stack map frame where a branch leads (${target})`);
    if (!this.#frame.fits(declared)) unverifiable(`a branch does not fit the stack map frame at ${target}`);
  }

  #checkHandlers(): void {
    const { exceptionTable, code } = this.#code;
    const isStart = (pc: number): boolean => pc < code.length && starts[pc] === 1;
    for (const { startPc, endPc, handlerPc, catchTypeIndex } of exceptionTable) {
      if (!isStart(startPc) || !isStart(handlerPc) || (endPc !== code.length && !isStart(endPc)))
        unverifiable('an exception handler at no instruction');
      if (catchTypeIndex === 0) continue;
      const name = this.#file.pool.className(catchTypeIndex);
      if (!this.#types.isSubtype(name, 'java/lang/Throwable')) unverifiable(`${name} is no Throwable`);
    }
  }

  /** The local variables at any instruction that a handler protects must fit the frame at the handler. */
  #checkProtectedRange(pc: number): void {
    const handlers = this.#code.exceptionTable;
    for (let at = 0; at < handlers.length; at++) {
      const { startPc, endPc, handlerPc, catchTypeIndex } = handlers[at]!;
      if (pc < startPc || pc >= endPc || this.#checked[at] === this.#frame.version) continue;
      const declared = this.#frames.get(handlerPc);
      if (!declared) return unverifiable('no stack map frame at an exception handler');
      const thrown =
        catchTypeIndex === 0
          ? this.#types.throwable
          : this.#types.reference(this.#file.pool.className(catchTypeIndex));
      const isFine =
        declared.stack.length === 1 &&
        this.#frame.fitsLocals(declared) &&
        this.#types.isAssignable(thrown, declared.stack[0]!);
      if (!isFine) unverifiable(`the stack map frame of the exception handler at ${handlerPc} does not fit`);
      this.#checked[at] = this.#frame.version;
    }
  }
}

/** By position in the code of the method under verification: 1 where an instruction begins. */
let starts = new Uint8Array(4096);

function markInstructions(code: Buffer): void {
  if (starts.length < code.length) starts = new Uint8Array(code.length);
  starts.fill(0, 0, code.length);
  for (let pc = 0; pc < code.length; pc += instructionLength(code, pc)) {
    starts[pc] = 1;
    if (code[pc] === OP.jsr || code[pc] === OP.ret || code[pc] === OP.jsr_w)
      unverifiable('jsr and ret are no longer allowed');
  }
}
