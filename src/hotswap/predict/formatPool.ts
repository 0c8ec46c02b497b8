import type { ClassFile } from '../../classfile/classFile';
import { TAG, type ConstantPool } from '../../classfile/constantPool';
import {
  isClassName,
  isFieldDescriptor,
  isFieldName,
  isLegalText,
  isMethodLike,
  isMethodName,
  parameterPlaces,
  returnsVoid,
} from './formatNames';

const JAVA_7 = 51;
const JAVA_8 = 52;
const JAVA_11 = 55;
const LESS = 60;

/** What HotSpot minds about the constants of a class file (JVMS 4.4); `undefined` when they are fine. */
export function checkConstants(file: ClassFile): string | undefined {
  const checker = new PoolChecker(file.pool, file.majorVersion);
  for (let index = 1; index < file.pool.count; index++)
    if (!checker.isValid(index)) return `constant ${index} is not valid`;
  return undefined;
}

type NameCheck = (bytes: Buffer, start: number, end: number) => boolean;

/** Whether a Utf8 constant is there and passes. */
export function checkText(pool: ConstantPool, index: number, check: NameCheck): boolean {
  if (pool.tag(index) !== TAG.Utf8) return false;
  const start = pool.offsets[index]! + 2;
  return check(pool.bytes, start, start + pool.u16At(start - 2));
}

/** Places of a method's parameters, -1 when the constant is no method descriptor. */
export function placesOf(pool: ConstantPool, index: number): number {
  if (pool.tag(index) !== TAG.Utf8) return -1;
  const start = pool.offsets[index]! + 2;
  return parameterPlaces(pool.bytes, start, start + pool.u16At(start - 2));
}

/** Whether a Utf8 constant begins with `<`, as the names of constructors and initialisers do. */
export function isInternalName(pool: ConstantPool, index: number): boolean {
  return pool.bytes[pool.offsets[index]! + 2] === LESS && pool.u16At(pool.offsets[index]!) > 0;
}

export function isVoidMethod(pool: ConstantPool, index: number): boolean {
  const start = pool.offsets[index]! + 2;
  return returnsVoid(pool.bytes, start + pool.u16At(start - 2));
}

class PoolChecker {
  readonly #pool: ConstantPool;
  readonly #major: number;

  constructor(pool: ConstantPool, major: number) {
    this.#pool = pool;
    this.#major = major;
  }

  isValid(index: number): boolean {
    const pool = this.#pool;
    const at = pool.offsets[index]!;
    const tag = pool.tag(index);
    switch (tag) {
      // The second half of a long or double.
      case 0:
      case TAG.Integer:
      case TAG.Float:
        return true;
      case TAG.Utf8:
        return isLegalText(pool.bytes, at + 2, at + 2 + pool.u16At(at), this.#major);
      case TAG.Long:
      case TAG.Double:
        return index + 1 < pool.count;
      case TAG.Class:
        return checkText(pool, pool.u16At(at), isClassName);
      case TAG.String:
        return pool.tag(pool.u16At(at)) === TAG.Utf8;
      case TAG.NameAndType:
        return this.#isNameAndType(pool.u16At(at), pool.u16At(at + 2));
      case TAG.Fieldref:
        return this.#isClass(pool.u16At(at)) && this.#isOf(pool.u16At(at + 2), false);
      case TAG.Methodref:
      case TAG.InterfaceMethodref:
        return this.#isClass(pool.u16At(at)) && this.#isCallable(pool.u16At(at + 2), tag);
      case TAG.MethodHandle:
        return this.#major >= JAVA_7 && this.#isHandle(pool.bytes[at]!, pool.u16At(at + 1));
      case TAG.MethodType:
        return this.#major >= JAVA_7 && placesOf(pool, pool.u16At(at)) >= 0;
      case TAG.Dynamic:
        return this.#major >= JAVA_11 && this.#isOf(pool.u16At(at + 2), false);
      case TAG.InvokeDynamic:
        return this.#major >= JAVA_7 && this.#isOf(pool.u16At(at + 2), true);
      default:
        // Module and Package: only for descriptions of modules.
        return false;
    }
  }

  #isClass(index: number): boolean {
    return this.#pool.tag(index) === TAG.Class;
  }

  #isNameAndType(name: number, descriptor: number): boolean {
    const pool = this.#pool;
    if (!checkText(pool, descriptor, isMethodLike))
      return checkText(pool, name, isFieldName) && checkText(pool, descriptor, isFieldDescriptor);
    const isFine = checkText(pool, name, isMethodName) && placesOf(pool, descriptor) >= 0;
    return isFine && (!isInternalName(pool, name) || isVoidMethod(pool, descriptor));
  }

  /** Whether a NameAndType is that of a method or of a field; the rest of it is checked where it stands. */
  #isOf(index: number, isMethod: boolean): boolean {
    const pool = this.#pool;
    if (pool.tag(index) !== TAG.NameAndType) return false;
    return checkText(pool, pool.u16At(pool.offsets[index]! + 2), isMethodLike) === isMethod;
  }

  #isCallable(nameAndType: number, tag: number): boolean {
    if (!this.#isOf(nameAndType, true)) return false;
    const name = this.#pool.u16At(this.#pool.offsets[nameAndType]!);
    const isPlain =
      tag !== TAG.Methodref || this.#pool.tag(name) !== TAG.Utf8 || !isInternalName(this.#pool, name);
    return isPlain || this.#pool.utf8(name) === '<init>';
  }

  #isHandle(kind: number, reference: number): boolean {
    const pool = this.#pool;
    const tag = pool.tag(reference);
    if (kind >= 1 && kind <= 4) return tag === TAG.Fieldref;
    if (kind < 5 || kind > 9) return false;
    const mayBeStatic = (kind === 6 || kind === 7) && this.#major >= JAVA_8;
    if (tag === TAG.InterfaceMethodref ? !(kind === 9 || mayBeStatic) : tag !== TAG.Methodref || kind === 9)
      return false;
    const nameAndType = pool.u16At(pool.offsets[reference]! + 2);
    if (kind === 9 || !this.#isOf(nameAndType, true)) return kind === 9;
    return (pool.nameAndType(nameAndType).name === '<init>') === (kind === 8);
  }
}
