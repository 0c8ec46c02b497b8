import { ClassFileError } from './errors';
import { decodeModifiedUtf8 } from './modifiedUtf8';

/** Constant pool tags (JVMS table 4.4-A). */
export const TAG = {
  Utf8: 1,
  Integer: 3,
  Float: 4,
  Long: 5,
  Double: 6,
  Class: 7,
  String: 8,
  Fieldref: 9,
  Methodref: 10,
  InterfaceMethodref: 11,
  NameAndType: 12,
  MethodHandle: 15,
  MethodType: 16,
  Dynamic: 17,
  InvokeDynamic: 18,
  Module: 19,
  Package: 20,
} as const;

/** Bytes after the tag, by tag; 0 where there is no such tag, 2 for Utf8 (its length field). */
export const CONSTANT_SIZES = Uint8Array.of(0, 2, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2);

export interface NameAndType {
  readonly name: string;
  readonly descriptor: string;
}
/** A field or method reference; `owner` is an internal name (`java/util/Map`) or an array's descriptor. */
export interface MemberRef extends NameAndType {
  readonly owner: string;
}

/**
 * The constant pool (JVMS 4.4) as the bytes between `constant_pool_count` and `access_flags`, the form in which
 * JDWP's ReferenceType.ConstantPool gives it back too. Values are decoded when asked for and then kept.
 * Every accessor throws `ClassFileError` (`constantIndex`) for an index outside the pool or of another kind.
 */
export class ConstantPool {
  /** `constant_pool_count`: one more than the highest index. */
  readonly count: number;
  readonly bytes: Buffer;
  /** Where the content after each tag begins, in `bytes`; 0 at index 0 and in the second place of a long or double. */
  readonly offsets: readonly number[];
  /** Where `bytes` begins in the file; added to the offsets of errors. */
  readonly base: number;
  readonly #strings: (string | undefined)[];

  /** Scans `count - 1` constants at `start`; `bytes` of the result is what they take up, a view. */
  constructor(source: Buffer, count: number, start = 0, base = start) {
    this.count = count;
    this.base = base;
    // A plain array: typed ones live outside the heap and cost far more to make.
    const offsets = new Array<number>(count).fill(0);
    this.offsets = offsets;
    const end = source.length;
    let at = start;
    for (let index = 1; index < count; index++) {
      const tag = at < end ? source[at]! : -1;
      const size = tag < 0 ? 0 : (CONSTANT_SIZES[tag] ?? 0);
      if (size === 0) {
        if (tag < 0) throw cut(base + at - start, index);
        throw new ClassFileError(
          'constantTag',
          base + at - start,
          `constant ${index} has unknown tag ${tag}`,
        );
      }
      offsets[index] = at + 1 - start;
      at += 1 + size;
      if (tag === TAG.Utf8 && at <= end) at += (source[at - 2]! << 8) | source[at - 1]!;
      else if (tag === TAG.Long || tag === TAG.Double) index++;
      if (at > end) throw cut(base + end - start, index);
    }
    this.bytes = source.subarray(start, at);
    this.#strings = new Array<string | undefined>(count);
  }

  /** The tag of an index, 0 when there is no constant there. */
  tag(index: number): number {
    const at = this.offsets[index];
    return at ? this.bytes[at - 1]! : 0;
  }

  /** Offset of the content of a constant that must have this tag. */
  at(index: number, tag: number): number {
    if (this.tag(index) !== tag) this.fail(index, tag);
    return this.offsets[index]!;
  }

  fail(index: number, wanted: number | string): never {
    const what = `constant ${index} has tag ${this.tag(index)}, wanted ${wanted}`;
    throw new ClassFileError('constantIndex', this.base + (this.offsets[index] ?? 0), what);
  }

  u16At(offset: number): number {
    return (this.bytes[offset]! << 8) | this.bytes[offset + 1]!;
  }

  utf8(index: number): string {
    const known = this.#strings[index];
    if (known !== undefined) return known;
    const at = this.at(index, TAG.Utf8) + 2;
    const text = decodeModifiedUtf8(this.bytes, at, at + this.u16At(at - 2), this.base);
    this.#strings[index] = text;
    return text;
  }

  /** The encoded bytes of a Utf8 constant, a view. */
  utf8Bytes(index: number): Buffer {
    const at = this.at(index, TAG.Utf8) + 2;
    return this.bytes.subarray(at, at + this.u16At(at - 2));
  }

  /** Index of the first Utf8 constant with this text, 0 when there is none. */
  findUtf8(text: string): number {
    for (let index = 1; index < this.count; index++)
      if (this.tag(index) === TAG.Utf8 && this.utf8(index) === text) return index;
    return 0;
  }

  /** Text of a constant that only points to a Utf8: Class, String, MethodType, Module, Package. */
  named(index: number, tag: number): string {
    return this.utf8(this.u16At(this.at(index, tag)));
  }
  className(index: number): string {
    return this.named(index, TAG.Class);
  }
  string(index: number): string {
    return this.named(index, TAG.String);
  }
  methodType(index: number): string {
    return this.named(index, TAG.MethodType);
  }

  integer(index: number): number {
    return this.bytes.readInt32BE(this.at(index, TAG.Integer));
  }
  float(index: number): number {
    return this.bytes.readFloatBE(this.at(index, TAG.Float));
  }
  long(index: number): bigint {
    return this.bytes.readBigInt64BE(this.at(index, TAG.Long));
  }
  double(index: number): number {
    return this.bytes.readDoubleBE(this.at(index, TAG.Double));
  }

  nameAndType(index: number): NameAndType {
    const at = this.at(index, TAG.NameAndType);
    return { name: this.utf8(this.u16At(at)), descriptor: this.utf8(this.u16At(at + 2)) };
  }

  /** A Fieldref, Methodref or InterfaceMethodref. */
  memberRef(index: number): MemberRef {
    const tag = this.tag(index);
    if (tag < TAG.Fieldref || tag > TAG.InterfaceMethodref) this.fail(index, 'a member reference');
    const at = this.offsets[index]!;
    return { owner: this.className(this.u16At(at)), ...this.nameAndType(this.u16At(at + 2)) };
  }

  /** `kind` 1 to 9 (JVMS table 5.4.3.5-A); `reference` is the index of a member reference. */
  methodHandle(index: number): { readonly kind: number; readonly reference: number } {
    const at = this.at(index, TAG.MethodHandle);
    return { kind: this.bytes[at]!, reference: this.u16At(at + 1) };
  }

  /** A Dynamic or InvokeDynamic; `bootstrap` is an index into the BootstrapMethods attribute. */
  dynamic(index: number): NameAndType & { readonly bootstrap: number } {
    const tag = this.tag(index);
    if (tag !== TAG.Dynamic && tag !== TAG.InvokeDynamic) this.fail(index, 'a dynamic constant');
    const at = this.offsets[index]!;
    return { bootstrap: this.u16At(at), ...this.nameAndType(this.u16At(at + 2)) };
  }
}

function cut(offset: number, index: number): ClassFileError {
  return new ClassFileError('truncated', offset, `the constant pool ends in the middle of constant ${index}`);
}
