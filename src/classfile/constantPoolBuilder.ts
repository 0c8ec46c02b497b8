import { BinaryWriter } from '../util/bytes';
import { CONSTANT_SIZES, ConstantPool, TAG } from './constantPool';
import { ClassFileError } from './errors';
import { encodeModifiedUtf8 } from './modifiedUtf8';

/**
 * Makes a constant pool, from nothing or on top of one whose constants keep their indices. Each method returns
 * the index of the constant asked for and adds it only when it is not there yet.
 * Throws `ClassFileError` (`limit`) for a text or a pool that is too long.
 */
export class ConstantPoolBuilder {
  readonly #w = new BinaryWriter(1024);
  readonly #indexes = new Map<string, number>();
  #count = 1;

  constructor(from?: ConstantPool) {
    if (!from) return;
    this.#w.raw(from.bytes);
    this.#count = from.count;
    for (let index = 1; index < from.count; index++) {
      const tag = from.tag(index);
      if (tag === 0) continue;
      const at = from.offsets[index]!;
      const length = CONSTANT_SIZES[tag]! + (tag === TAG.Utf8 ? from.u16At(at) : 0);
      const key = keyOf(tag, from.bytes.subarray(at, at + length));
      if (!this.#indexes.has(key)) this.#indexes.set(key, index);
    }
  }

  utf8(text: string): number {
    const bytes = encodeModifiedUtf8(text);
    if (bytes.length > 0xffff)
      throw new ClassFileError('limit', this.#w.length, 'a text of more than 65535 bytes');
    return this.#add(TAG.Utf8, (w) => w.u16(bytes.length).raw(bytes));
  }
  integer(value: number): number {
    return this.#add(TAG.Integer, (w) => w.i32(value));
  }
  float(value: number): number {
    return this.#add(TAG.Float, (w) => w.f32(value));
  }
  long(value: bigint): number {
    return this.#add(TAG.Long, (w) => w.i64(value));
  }
  double(value: number): number {
    return this.#add(TAG.Double, (w) => w.f64(value));
  }
  /** `name`: internal name, or an array's descriptor. */
  class(name: string): number {
    return this.#named(TAG.Class, name);
  }
  string(text: string): number {
    return this.#named(TAG.String, text);
  }
  methodType(descriptor: string): number {
    return this.#named(TAG.MethodType, descriptor);
  }
  module(name: string): number {
    return this.#named(TAG.Module, name);
  }
  package(name: string): number {
    return this.#named(TAG.Package, name);
  }
  nameAndType(name: string, descriptor: string): number {
    return this.#pair(TAG.NameAndType, this.utf8(name), this.utf8(descriptor));
  }
  fieldref(owner: string, name: string, descriptor: string): number {
    return this.#pair(TAG.Fieldref, this.class(owner), this.nameAndType(name, descriptor));
  }
  methodref(owner: string, name: string, descriptor: string): number {
    return this.#pair(TAG.Methodref, this.class(owner), this.nameAndType(name, descriptor));
  }
  interfaceMethodref(owner: string, name: string, descriptor: string): number {
    return this.#pair(TAG.InterfaceMethodref, this.class(owner), this.nameAndType(name, descriptor));
  }
  /** `kind`: 1 to 9 (JVMS table 5.4.3.5-A); `reference`: index of a member reference. */
  methodHandle(kind: number, reference: number): number {
    return this.#add(TAG.MethodHandle, (w) => w.u8(kind).u16(reference));
  }
  /** `bootstrap`: index into the BootstrapMethods attribute. */
  dynamic(bootstrap: number, name: string, descriptor: string): number {
    return this.#pair(TAG.Dynamic, bootstrap, this.nameAndType(name, descriptor));
  }
  invokeDynamic(bootstrap: number, name: string, descriptor: string): number {
    return this.#pair(TAG.InvokeDynamic, bootstrap, this.nameAndType(name, descriptor));
  }

  /** The pool so far, a copy. */
  build(): ConstantPool {
    return new ConstantPool(Buffer.from(this.#w.toBuffer()), this.#count);
  }

  #named(tag: number, text: string): number {
    const index = this.utf8(text);
    return this.#add(tag, (w) => w.u16(index));
  }

  #pair(tag: number, first: number, second: number): number {
    return this.#add(tag, (w) => w.u16(first).u16(second));
  }

  #add(tag: number, write: (w: BinaryWriter) => BinaryWriter): number {
    const content = write(new BinaryWriter(16)).toBuffer();
    const key = keyOf(tag, content);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.#count;
    this.#count += tag === TAG.Long || tag === TAG.Double ? 2 : 1;
    if (this.#count > 0xffff) throw new ClassFileError('limit', this.#w.length, 'more than 65534 constants');
    this.#w.u8(tag).raw(content);
    this.#indexes.set(key, index);
    return index;
  }
}

function keyOf(tag: number, content: Buffer): string {
  return `${tag} ${content.toString('latin1')}`;
}
