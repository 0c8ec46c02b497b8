import { TruncatedError } from '../util/bytes';
import { JdwpError } from './error';
import type { IdSizes } from './ids';

const EMPTY = Buffer.alloc(0);

/**
 * Bounds-checked big-endian reader over the body of one packet, which lies in the chunks it was received in.
 * Nothing is copied but a value that straddles two chunks. Reads past the end throw `TruncatedError`.
 */
export class PacketReader {
  readonly sizes: IdSizes;
  /** Bytes of the whole body. */
  readonly length: number;
  readonly #parts: readonly Buffer[];
  #next = 0;
  #bytes: Buffer = EMPTY;
  #at = 0;
  #remaining: number;
  /** Where the bytes of the last `#take` lie: the current part, or a copy for a value on a seam. */
  #source: Buffer = EMPTY;

  constructor(parts: readonly Buffer[], sizes: IdSizes) {
    this.#parts = parts;
    this.sizes = sizes;
    let length = 0;
    for (const part of parts) length += part.length;
    this.length = length;
    this.#remaining = length;
  }

  get remaining(): number {
    return this.#remaining;
  }
  get offset(): number {
    return this.length - this.#remaining;
  }

  /** Advances by `length` bytes; they then lie contiguously in `#source` at the returned index. */
  #take(length: number): number {
    if (length < 0 || length > this.#remaining)
      throw new TruncatedError(this.offset, length, this.#remaining);
    this.#remaining -= length;
    const at = this.#at;
    if (at + length <= this.#bytes.length) {
      this.#at = at + length;
      this.#source = this.#bytes;
      return at;
    }
    return this.#gather(length);
  }

  #gather(length: number): number {
    if (this.#at === this.#bytes.length) {
      do this.#bytes = this.#parts[this.#next++]!;
      while (this.#bytes.length === 0);
      if (length <= this.#bytes.length) {
        this.#at = length;
        this.#source = this.#bytes;
        return 0;
      }
      this.#at = 0;
    }
    const joined = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      if (this.#at === this.#bytes.length) {
        this.#bytes = this.#parts[this.#next++]!;
        this.#at = 0;
      }
      const copied = this.#bytes.copy(joined, filled, this.#at, this.#at + length - filled);
      this.#at += copied;
      filled += copied;
    }
    this.#source = joined;
    return 0;
  }

  byte(): number {
    const at = this.#take(1);
    return this.#source[at]!;
  }
  signedByte(): number {
    const at = this.#take(1);
    return this.#source.readInt8(at);
  }
  boolean(): boolean {
    return this.byte() !== 0;
  }
  char(): number {
    const at = this.#take(2);
    return this.#source.readUInt16BE(at);
  }
  short(): number {
    const at = this.#take(2);
    return this.#source.readInt16BE(at);
  }
  int(): number {
    const at = this.#take(4);
    return this.#source.readInt32BE(at);
  }
  long(): bigint {
    const at = this.#take(8);
    return this.#source.readBigInt64BE(at);
  }
  float(): number {
    const at = this.#take(4);
    return this.#source.readFloatBE(at);
  }
  double(): number {
    const at = this.#take(8);
    return this.#source.readDoubleBE(at);
  }

  /** An unsigned id of `size` bytes. */
  id(size: number): bigint {
    const at = this.#take(size);
    if (size === 8) return this.#source.readBigUInt64BE(at);
    if (size <= 6) return BigInt(this.#source.readUIntBE(at, size));
    return (
      (BigInt(this.#source.readUIntBE(at, size - 4)) << 32n) |
      BigInt(this.#source.readUInt32BE(at + size - 4))
    );
  }

  /** int length, then that many bytes of UTF-8. */
  string(): string {
    const length = this.int();
    const at = this.#take(length);
    return this.#source.toString('utf8', at, at + length);
  }

  /** A view of the next bytes where they lie in one chunk, else one copy. It keeps its chunk alive: copy what you keep for long. */
  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#source.subarray(at, at + length);
  }

  /** Copies the next bytes to the beginning of `target`, which must have room for them. */
  copyTo(target: Buffer, length: number): void {
    const at = this.#take(length);
    this.#source.copy(target, 0, at, at + length);
  }

  /** Passes over bytes without looking at them. */
  skip(length: number): void {
    this.#take(length);
  }

  /** int count of elements that follow, each at least one byte: a count that cannot be true is refused at once. */
  count(): number {
    const count = this.int();
    if (count < 0 || count > this.#remaining) throw new TruncatedError(this.offset, count, this.#remaining);
    return count;
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.#remaining > 0)
      throw new JdwpError('malformed', `${this.#remaining} bytes too many`, { offset: this.offset });
  }
}
