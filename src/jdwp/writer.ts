import type { IdSizes } from './ids';

/** Byte arrays from this size on travel as they are, in a chunk of their own; smaller ones are copied once. */
const BORROW = 8192;
/** Slabs grow with the packet, from the first one's size to the largest. */
const FIRST_SLAB = 128;
const LARGEST_SLAB = 65536;

/**
 * Builds a packet as a list of chunks. Small values go to slabs, which are never moved when the packet grows;
 * large byte arrays are borrowed, so their owner must leave them unchanged until they are sent.
 */
export class PacketWriter {
  readonly sizes: IdSizes;
  readonly #done: Uint8Array[] = [];
  readonly #first: Buffer;
  #slab: Buffer;
  #from = 0;
  #at = 0;
  #length = 0;

  constructor(sizes: IdSizes) {
    this.sizes = sizes;
    this.#first = this.#slab = Buffer.allocUnsafe(FIRST_SLAB);
  }

  get length(): number {
    return this.#length;
  }

  #room(length: number): number {
    if (this.#at + length > this.#slab.length) {
      this.#cut();
      const size = Math.min(LARGEST_SLAB, this.#slab.length * 16);
      this.#slab = Buffer.allocUnsafe(Math.max(size, length));
      this.#from = this.#at = 0;
    }
    const at = this.#at;
    this.#at = at + length;
    this.#length += length;
    return at;
  }

  #cut(): void {
    if (this.#at > this.#from) this.#done.push(this.#slab.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  byte(value: number): void {
    const at = this.#room(1);
    this.#slab[at] = value;
  }
  boolean(value: boolean): void {
    this.byte(value ? 1 : 0);
  }
  char(value: number): void {
    const at = this.#room(2);
    this.#slab.writeUInt16BE(value, at);
  }
  short(value: number): void {
    const at = this.#room(2);
    this.#slab.writeInt16BE(value, at);
  }
  int(value: number): void {
    const at = this.#room(4);
    this.#slab.writeInt32BE(value, at);
  }
  long(value: bigint): void {
    const at = this.#room(8);
    this.#slab.writeBigInt64BE(value, at);
  }
  float(value: number): void {
    const at = this.#room(4);
    this.#slab.writeFloatBE(value, at);
  }
  double(value: number): void {
    const at = this.#room(8);
    this.#slab.writeDoubleBE(value, at);
  }

  /** An unsigned id of `size` bytes; throws `RangeError` when it does not fit. */
  id(value: bigint, size: number): void {
    const at = this.#room(size);
    if (size === 8) this.#slab.writeBigUInt64BE(value, at);
    else if (size <= 6) this.#slab.writeUIntBE(Number(value), at, size);
    else {
      this.#slab.writeUIntBE(Number(value >> 32n), at, size - 4);
      this.#slab.writeUInt32BE(Number(value & 0xffffffffn), at + size - 4);
    }
  }

  /** int length, then the bytes in UTF-8. */
  string(value: string): void {
    const length = Buffer.byteLength(value);
    this.int(length);
    const at = this.#room(length);
    this.#slab.write(value, at, length, 'utf8');
  }

  bytes(value: Uint8Array): void {
    if (value.length < BORROW) {
      const at = this.#room(value.length);
      this.#slab.set(value, at);
      return;
    }
    this.#cut();
    this.#done.push(value);
    this.#length += value.length;
  }

  /** Overwrites the four bytes at the very beginning: a packet's length is known only at its end. */
  patchLength(value: number): void {
    this.#first.writeUInt32BE(value, 0);
  }

  /** What was written, in order. */
  chunks(): readonly Uint8Array[] {
    this.#cut();
    return this.#done;
  }
}
