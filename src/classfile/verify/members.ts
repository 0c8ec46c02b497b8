import { ACC } from '../accessFlags';
import type { ClassFile } from '../classFile';
import { TAG } from '../constantPool';
import { packageOf, superclasses, type FindClass } from '../hierarchy';
import type { Instruction } from '../instructions';
import { OP } from '../opcodes';
import { unverifiable } from './fault';
import type { Frame } from './frame';
import { ANY_REFERENCE, UNINITIALIZED_THIS, type TypeTable } from './types';

/** From this version on `invokestatic` and `invokespecial` may name a method of an interface. */
const JAVA_8 = 52;

interface Member {
  readonly owner: string;
  readonly name: string;
  readonly descriptor: string;
}

/** Field accesses and method calls. */
export class MemberVerifier {
  readonly #file: ClassFile;
  readonly #code: Buffer;
  readonly #types: TypeTable;
  readonly #find: FindClass;
  readonly #self: number;
  #supers: ReadonlySet<string> | undefined;

  constructor(file: ClassFile, code: Buffer, types: TypeTable, find: FindClass) {
    this.#file = file;
    this.#code = code;
    this.#types = types;
    this.#find = find;
    this.#self = types.reference(file.name);
  }

  field(instruction: Instruction, frame: Frame): void {
    const { opcode } = instruction;
    const index = indexOf(instruction);
    if (this.#file.pool.tag(index) !== TAG.Fieldref) unverifiable('not a field');
    const field = this.#file.pool.memberRef(index);
    const type = this.#types.ofDescriptor(field.descriptor);
    if (opcode === OP.putstatic || opcode === OP.putfield) frame.popAll(type);
    if (opcode === OP.getfield || opcode === OP.putfield) {
      if (field.owner.startsWith('[')) unverifiable('field of an array');
      this.#checkProtected(this.#holder(frame, field, opcode === OP.putfield), field, 'field');
    }
    if (opcode === OP.getstatic || opcode === OP.getfield) frame.pushAll(type);
  }

  /** Takes the object whose field is accessed. */
  #holder(frame: Frame, field: Member, isStore: boolean): number {
    const owner = this.#types.reference(field.owner);
    if (!isStore) return frame.pop(owner);
    const holder = frame.pop();
    const isOwn =
      field.owner === this.#file.name &&
      this.#file.fields.some(
        ({ name, descriptor }) => name === field.name && descriptor === field.descriptor,
      );
    // A constructor may set fields of its own class before it calls another constructor.
    const type = holder === UNINITIALIZED_THIS && isOwn ? this.#self : holder;
    if (!this.#types.isAssignable(type, owner)) unverifiable('bad type on operand stack');
    return type;
  }

  /** True when an object was initialised by it. */
  invoke(instruction: Instruction, frame: Frame): boolean {
    const { opcode, pc } = instruction;
    const index = indexOf(instruction);
    const method = this.#method(index, opcode);
    const { parameters, result } = this.#types.ofMethod(method.descriptor);
    const isInterface = opcode === OP.invokeinterface;
    if (isInterface && this.#code[pc + 3] !== parameters.length + 1)
      unverifiable('the count of an invokeinterface is wrong');
    const isDynamic = opcode === OP.invokedynamic;
    if ((isDynamic && this.#code[pc + 3] !== 0) || ((isDynamic || isInterface) && this.#code[pc + 4] !== 0))
      unverifiable('bytes of a call that must be 0');
    const isConstructor = method.name === '<init>';
    if (method.name.startsWith('<') && (!isConstructor || opcode !== OP.invokespecial))
      unverifiable('call of an internal method');
    if (opcode === OP.invokespecial && !isConstructor) this.#checkSpecial(method, index);
    frame.popAll(parameters);
    if (isConstructor) this.#construct(method, frame);
    else if (opcode === OP.invokespecial) frame.pop(this.#self);
    else if (opcode === OP.invokeinterface) frame.pop(this.#types.reference(method.owner));
    else if (opcode === OP.invokevirtual) {
      const object = frame.pop(this.#types.reference(method.owner));
      const isClone =
        method.owner === 'java/lang/Object' && method.name === 'clone' && this.#types.isArray(object);
      if (!isClone) this.#checkProtected(object, method, 'method');
    }
    frame.pushAll(result);
    return isConstructor;
  }

  #method(index: number, opcode: number): Member {
    const { pool, majorVersion } = this.#file;
    const tag = pool.tag(index);
    if (opcode === OP.invokedynamic) {
      if (tag !== TAG.InvokeDynamic) unverifiable('not a dynamic call site');
      return { owner: '', ...pool.dynamic(index) };
    }
    const mayBeEither = majorVersion >= JAVA_8 && (opcode === OP.invokestatic || opcode === OP.invokespecial);
    const wanted = opcode === OP.invokeinterface ? TAG.InterfaceMethodref : TAG.Methodref;
    if (tag !== wanted && !(mayBeEither && tag === TAG.InterfaceMethodref))
      unverifiable('not a method of that kind');
    return pool.memberRef(index);
  }

  /** `super.f()`, or a private method: of this class, its superclass, or an interface it names itself. */
  #checkSpecial(method: Member, index: number): void {
    const { name, superName, interfaces, pool } = this.#file;
    if (method.owner === name || method.owner === superName || interfaces.includes(method.owner)) return;
    const isInterface = pool.tag(index) === TAG.InterfaceMethodref;
    if (!this.#types.isSubtype(name, method.owner) || isInterface)
      unverifiable('invokespecial of a class that is no superclass');
  }

  #construct(method: Member, frame: Frame): void {
    const object = frame.pop(ANY_REFERENCE);
    if (object === UNINITIALIZED_THIS) {
      if (method.owner !== this.#file.name && method.owner !== this.#file.superName)
        unverifiable('constructor of another class');
      frame.initialize(object, this.#self);
      return;
    }
    if (object >= 0) unverifiable('constructor called twice');
    const made = this.#file.pool.className(this.#code.readUInt16BE(-object));
    if (made !== method.owner) unverifiable('constructor of another class');
    const type = this.#types.reference(made);
    this.#checkProtected(type, method, 'constructor');
    frame.initialize(object, type);
  }

  /** A protected member of a superclass in another package may be used on objects of this class only. */
  #checkProtected(object: number, member: Member, kind: 'field' | 'method' | 'constructor'): void {
    if (object === this.#self || !this.#superNames().has(member.owner)) return;
    const owner = this.#declaring(member, kind);
    if (owner === undefined || packageOf(owner) === packageOf(this.#file.name)) return;
    const name = this.#types.nameOf(object);
    if (name === '' || !this.#types.isSubtype(name, this.#file.name, true))
      unverifiable('access to a protected member');
  }

  /** Which class declares this member, if it is protected. */
  #declaring(member: Member, kind: 'field' | 'method' | 'constructor'): string | undefined {
    for (const found of superclasses(member.owner, this.#find)) {
      if (found === undefined || found === 'absent') return undefined;
      const members = kind === 'field' ? found.fields : found.methods;
      const declared = members?.find(
        ({ name, descriptor }) => name === member.name && descriptor === member.descriptor,
      );
      if (declared) return (declared.accessFlags & ACC.PROTECTED) !== 0 ? found.name : undefined;
      if (kind === 'constructor') return undefined;
    }
    return undefined;
  }

  /** Names of the superclasses of the class under verification. */
  #superNames(): ReadonlySet<string> {
    if (this.#supers) return this.#supers;
    const names = new Set<string>();
    const { superName } = this.#file;
    if (superName !== undefined) {
      names.add(superName);
      for (const found of superclasses(superName, this.#find))
        if (found !== 'absent' && found?.superName !== undefined) names.add(found.superName);
    }
    return (this.#supers = names);
  }
}

function indexOf(instruction: Instruction): number {
  return instruction.form === 'constant' ? instruction.index : 0;
}
