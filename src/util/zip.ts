import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { BinaryReader } from './bytes';
import { SwapdeckError } from './errors';

const inflate = promisify(inflateRaw);

/** `incomplete`: no end record (being written). `unsupported`: ZIP64, encryption or another compression. */
export type ZipErrorReason = 'incomplete' | 'unsupported';
export class ZipError extends SwapdeckError<ZipErrorReason> {}

/** One file in a ZIP. */
export interface ZipEntry {
  readonly name: string;
  readonly crc: number;
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** Where the bytes of a ZIP are. `read` resolves to fewer where they end. */
interface Bytes {
  size(): Promise<number>;
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

const endSignature = Buffer.from('504b0506', 'hex');
const endLength = 22;

/**
 * Reads entries of a ZIP or jar file; APPNOTE.TXT 4.3. Little-endian throughout. The end record is the last
 * thing a writer writes, so a file without one is still being written.
 */
export class ZipFile {
  readonly entries: readonly ZipEntry[];
  readonly #file: Bytes;

  private constructor(file: Bytes, entries: readonly ZipEntry[]) {
    this.#file = file;
    this.entries = entries;
  }

  static async open(path: string): Promise<ZipFile> {
    const file = await open(path, 'r');
    try {
      return await ZipFile.#in(inFile(file));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** One that is in memory, such as a jar in a WAR. */
  static of(bytes: Buffer): Promise<ZipFile> {
    return ZipFile.#in(inMemory(bytes));
  }

  static async #in(bytes: Bytes): Promise<ZipFile> {
    return new ZipFile(bytes, await readDirectory(bytes));
  }

  async read(entry: ZipEntry): Promise<Buffer> {
    // Local header: 26 fixed bytes, then u16 name length, u16 extra length, the name, the extra field, the data.
    const header = await readAt(this.#file, entry.offset, 30);
    const skipped = 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const data = await readAt(this.#file, entry.offset + skipped, entry.compressedSize);
    if (entry.method === 0) return data;
    if (entry.method !== 8) throw new ZipError('unsupported', `compression ${entry.method}`);
    return inflate(data, { maxOutputLength: Math.max(entry.size, 1) });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function inFile(file: FileHandle): Bytes {
  return {
    size: async () => (await file.stat()).size,
    read: async (position, length) => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, position);
      return bytes.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
}

function inMemory(bytes: Buffer): Bytes {
  return {
    size: () => Promise.resolve(bytes.length),
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
    close: () => Promise.resolve(),
  };
}

async function readDirectory(file: Bytes): Promise<ZipEntry[]> {
  const size = await file.size();
  const tail = await readAt(file, Math.max(0, size - endLength - 0xffff), Math.min(size, endLength + 0xffff));
  const end = tail.lastIndexOf(endSignature);
  if (end < 0 || end + endLength > tail.length) throw new ZipError('incomplete', 'no end record');
  // End record: 10 u16 entries, 12 u32 directory size, 16 u32 directory offset.
  const count = tail.readUInt16LE(end + 10);
  const directorySize = tail.readUInt32LE(end + 12);
  const directoryAt = tail.readUInt32LE(end + 16);
  if (count === 0xffff || directoryAt === 0xffffffff) throw new ZipError('unsupported', 'ZIP64');
  if (directoryAt + directorySize > size) throw new ZipError('incomplete', 'directory beyond the end');
  return parseDirectory(await readAt(file, directoryAt, directorySize), count);
}

/**
 * Central directory, a header an entry: 0 u32 signature, 10 u16 method, 16 u32 crc, 20 u32 compressed size,
 * 24 u32 size, 28 u16 name length, 30 u16 extra length, 32 u16 comment length, 42 u32 offset, 46 name.
 */
function parseDirectory(bytes: Buffer, count: number): ZipEntry[] {
  const entries: ZipEntry[] = [];
  const reader = new BinaryReader(bytes);
  for (let left = count; left > 0; left--) {
    const header = reader.view(46);
    const name = reader.view(header.readUInt16LE(28)).toString('utf8');
    reader.take(header.readUInt16LE(30) + header.readUInt16LE(32));
    entries.push({
      name,
      crc: header.readUInt32LE(16),
      method: header.readUInt16LE(10),
      compressedSize: header.readUInt32LE(20),
      size: header.readUInt32LE(24),
      offset: header.readUInt32LE(42),
    });
  }
  return entries;
}

async function readAt(file: Bytes, position: number, length: number): Promise<Buffer> {
  const bytes = await file.read(position, length);
  if (bytes.length < length)
    throw new ZipError('incomplete', `${bytes.length} of ${length} bytes at ${position}`);
  return bytes;
}
