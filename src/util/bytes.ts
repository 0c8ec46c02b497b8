import { SwapdeckError } from './errors';

/** A read past the end, or a length field that claims more than there is. `details`: offset, wanted, available. */
export class TruncatedError extends SwapdeckError<'truncated'> {
  constructor(offset: number, wanted: number, available: number) {
    super('truncated', `at offset ${offset}: wanted ${wanted} bytes, ${available} left`, {
      offset,
      wanted,
      available,
    });
  }
}

/** Bounds-checked big-endian reader over bytes it does not copy. Every read throws `TruncatedError` past the end. */
export class BinaryReader {
  readonly bytes: Buffer;
  offset: number;
  readonly #end: number;

  /** Reads from `offset` up to `end`, of all bytes unless given. */
  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
    this.#end = Math.min(end, bytes.length);
  }

  get remaining(): number {
    return this.#end - this.offset;
  }

  /** Advances by `length` bytes and returns where they began; throws before moving when they are not all there. */
  take(length: number): number {
    const at = this.offset;
    if (length < 0 || length > this.#end - at) throw new TruncatedError(at, length, this.#end - at);
    this.offset = at + length;
    return at;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }
  i8(): number {
    return this.bytes.readInt8(this.take(1));
  }
  u16(): number {
    return this.bytes.readUInt16BE(this.take(2));
  }
  i16(): number {
    return this.bytes.readInt16BE(this.take(2));
  }
  u32(): number {
    return this.bytes.readUInt32BE(this.take(4));
  }
  i32(): number {
    return this.bytes.readInt32BE(this.take(4));
  }
  u64(): bigint {
    return this.bytes.readBigUInt64BE(this.take(8));
  }
  i64(): bigint {
    return this.bytes.readBigInt64BE(this.take(8));
  }
  f32(): number {
    return this.bytes.readFloatBE(this.take(4));
  }
  f64(): number {
    return this.bytes.readDoubleBE(this.take(8));
  }
  /** A view of the next `length` bytes, not a copy. */
  view(length: number): Buffer {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }
}

/** Growing big-endian writer. */
export class BinaryWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  #room(length: number): number {
    const at = this.#length;
    if (at + length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(at + length, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    this.#length = at + length;
    return at;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }
  u16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeUInt16BE(value, at);
    return this;
  }
  i16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }
  u32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeUInt32BE(value, at);
    return this;
  }
  i32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }
  u64(value: bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigUInt64BE(value, at);
    return this;
  }
  i64(value: bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigInt64BE(value, at);
    return this;
  }
  f32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeFloatBE(value, at);
    return this;
  }
  f64(value: number): this {
    const at = this.#room(8);
    this.#bytes.writeDoubleBE(value, at);
    return this;
  }
  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }
  /** Overwrites four bytes written earlier, for a length known only afterwards. */
  patchU32(at: number, value: number): this {
    this.#bytes.writeUInt32BE(value, at);
    return this;
  }
  /** What was written so far; a view, valid until the next write. */
  toBuffer(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
