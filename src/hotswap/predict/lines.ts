import type { ClassFile, MethodInfo } from '../../classfile/classFile';
import { decodeInstructions } from '../../classfile/instructions';
import { OP } from '../../classfile/opcodes';
import type { MemberSide } from '../../classfile/side';
import { locateClass, locateMember } from './locate';

/** Finds lines in the new source: from line number tables, else in the source text where that was given. */
export class SourceLines {
  readonly #file: ClassFile;
  readonly #source: string | undefined;
  #initialisers: Map<string, number> | undefined;

  constructor(file: ClassFile, source: string | undefined) {
    this.#file = file;
    this.#source = source;
  }

  /** Line of the declaration of the class itself. */
  ofClass(): number | undefined {
    return this.#source === undefined ? undefined : locateClass(this.#source, this.#file.name);
  }

  ofMethod(method: MemberSide): number | undefined {
    const declared = this.#located(method, 'method');
    return declared ?? this.#firstLine(method) ?? this.ofClass();
  }

  ofField(field: MemberSide): number | undefined {
    return this.#located(field, 'field') ?? this.#initialised().get(field.name) ?? this.ofClass();
  }

  #located({ name, descriptor }: MemberSide, of: 'field' | 'method'): number | undefined {
    if (this.#source === undefined) return undefined;
    return locateMember(this.#source, this.#file.name, { of, name, descriptor });
  }

  #firstLine({ name, descriptor }: MemberSide): number | undefined {
    const method = this.#file.methods.find(
      (candidate) => candidate.name === name && candidate.descriptor === descriptor,
    );
    const lines = method?.lineNumbers.map(({ line }) => line);
    return lines?.length ? Math.min(...lines) : undefined;
  }

  /** Lines where constructors and the static initialiser give fields their first value. */
  #initialised(): Map<string, number> {
    if (this.#initialisers) return this.#initialisers;
    this.#initialisers = new Map();
    for (const method of this.#file.methods)
      if (method.name.startsWith('<')) collectStores(this.#file, method, this.#initialisers);
    return this.#initialisers;
  }
}

function collectStores(file: ClassFile, method: MethodInfo, into: Map<string, number>): void {
  const { code, lineNumbers } = method;
  if (!code || lineNumbers.length === 0) return;
  for (const instruction of decodeInstructions(code)) {
    const { pc, opcode } = instruction;
    if ((opcode !== OP.putfield && opcode !== OP.putstatic) || instruction.form !== 'constant') continue;
    const { owner, name } = file.pool.memberRef(instruction.index);
    const line = lineAt(lineNumbers, pc);
    if (owner === file.name && line !== undefined && !into.has(name)) into.set(name, line);
  }
}

/** The line of the instruction at `pc`: that of the last entry at or before it. */
export function lineAt(
  lines: readonly { readonly startPc: number; readonly line: number }[],
  pc: number,
): number | undefined {
  let best: { startPc: number; line: number } | undefined;
  for (const entry of lines)
    if (entry.startPc <= pc && (!best || entry.startPc >= best.startPc)) best = entry;
  return best?.line;
}
