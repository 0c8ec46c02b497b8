import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { drained } from '../../../transport/drain';
import { AbortedError } from '../../../util/errors';
import { canPad, packedPadding } from './padding';

const BLOCK = 512;

/** Bytes that are made one member of gzip: its frame is less than a thousandth of them. */
const PART = 1 << 16;

/** How far it gets ahead of its reader, in bytes. */
const AHEAD = 1 << 20;

type Content = AsyncIterable<Buffer> | Iterable<Buffer>;

/**
 * A tar (POSIX, "ustar Interchange Format") packed with gzip, for files that are packed themselves: those go in as they
 * are. One file at a time. Everything rejects with `AbortedError` once its reader is gone.
 */
export class PackedTar {
  readonly #out = new PassThrough({ highWaterMark: AHEAD });

  constructor() {
    // Whoever reads it gets the error; perhaps nobody does any more.
    this.#out.on('error', () => undefined);
  }

  /** Once. Fails with what it was destroyed with. */
  read(): AsyncIterable<Buffer> {
    return this.#out;
  }

  async add(name: string, content: Buffer): Promise<void> {
    await this.#pack(Buffer.concat([header(name, content.length), content, rest(content.length)]));
  }

  async addPacked(name: string, size: number, content: Content): Promise<void> {
    await this.#pack(header(name, size));
    await this.#store(content);
    await this.#pack(rest(size));
  }

  /**
   * A file of gzip of a size that nobody knows yet. It takes `room` bytes, and those that are left of them a thousandth
   * on the way. Resolves to whether there was room; where there was not, the file is cut off.
   */
  async addGrowing(name: string, room: number, content: AsyncIterable<Buffer>): Promise<boolean> {
    let left = room;
    let fits = true;
    const fitting = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of content) {
        fits = canPad(left - chunk.length);
        if (!fits) return;
        left -= chunk.length;
        yield chunk;
      }
    };
    await this.#pack(header(name, room));
    await this.#store(fitting());
    for (const packed of packedPadding(left)) await this.#write(packed);
    await this.#pack(rest(room));
    return fits;
  }

  async end(): Promise<void> {
    await this.#pack(Buffer.alloc(2 * BLOCK));
    this.#out.end();
  }

  destroy(error: Error): void {
    this.#out.destroy(error);
  }

  async #pack(content: Buffer): Promise<void> {
    await this.#write(gzipSync(content));
  }

  async #store(content: Content): Promise<void> {
    // A stream of zlib takes five times as long for what it does not pack.
    for await (const part of inParts(content, PART)) await this.#write(gzipSync(part, { level: 0 }));
  }

  async #write(chunk: Buffer): Promise<void> {
    const out = this.#out;
    if (!out.destroyed) out.write(chunk);
    await drained(out);
    if (out.destroyed) throw new AbortedError('an archive');
  }
}

/** The same in pieces of at least so many bytes, but for the last. */
async function* inParts(content: Content, size: number): AsyncGenerator<Buffer> {
  let part: Buffer[] = [];
  let length = 0;
  for await (const chunk of content) {
    part.push(chunk);
    length += chunk.length;
    if (length < size) continue;
    yield Buffer.concat(part);
    [part, length] = [[], 0];
  }
  if (length > 0) yield Buffer.concat(part);
}

/** What makes the size of a file whole blocks. */
function rest(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

// name 0 (100) | mode 100 (8) | uid 108 (8) | gid 116 (8) | size 124 (12) | mtime 136 (12) | checksum 148 (8) | type 156
// | magic 257 (6) | version 263 (2); numbers in octal, a size that doesn't fit in binary (GNU tar, "Basic Tar Format").
function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  block.write(name, 0, 100);
  block.write([0o644, 0, 0].map((value) => `${octal(value, 7)}\0`).join(''), 100);
  block.write(`${octal(size, 11)}\0${octal(0, 11)}\0`, 124);
  if (size >= 8 ** 11) {
    block.fill(0, 124, 136);
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write('        0', 148);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}
