import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mapLimit } from '../../util/async';
import { systemCode } from '../../util/errors';

/** Hex SHA-256 of the bytes. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hashes remembered at most: some swaps of everything, and little memory. */
const mostNoted = 20_000;

/**
 * Content-addressed class bytes in a folder: `ab/cdef...` holds the bytes whose SHA-256 is `abcdef...`.
 * A file appears under its name only when it is whole, so a kill leaves at worst a stray temporary file.
 */
export class BlobStore {
  readonly folder: string;
  readonly #folders = new Map<string, Promise<unknown>>();
  /** Hashes of bytes that were kept or read lately, and so are there. */
  readonly #there = new Set<string>();
  readonly #putting = new Map<string, Promise<void>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Keeps the bytes and returns their SHA-256 (`hash`, where it is known); keeping the same bytes twice costs one look-up. */
  async put(bytes: Uint8Array, hash: string = sha256(bytes)): Promise<string> {
    if (this.#there.has(hash)) return hash;
    let putting = this.#putting.get(hash);
    if (!putting) {
      putting = this.#put(bytes, hash).finally(() => this.#putting.delete(hash));
      this.#putting.set(hash, putting);
    }
    await putting;
    return hash;
  }

  async #put(bytes: Uint8Array, hash: string): Promise<void> {
    if (!(await this.has(hash))) {
      const file = this.#file(hash);
      await this.#makeFolder(dirname(file));
      const temporary = `${file}.${randomUUID()}`;
      try {
        await writeFile(temporary, bytes, { flag: 'wx' });
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    }
    this.#noteThere(hash);
  }

  async putAll(all: readonly Uint8Array[]): Promise<string[]> {
    return mapLimit(all, 16, (bytes) => this.put(bytes));
  }

  async has(hash: string): Promise<boolean> {
    try {
      return (await stat(this.#file(hash))).isFile();
    } catch {
      return false;
    }
  }

  /** The bytes, or undefined when they are not kept or no longer match their name (a disk that lies). */
  async get(hash: string): Promise<Buffer | undefined> {
    try {
      const bytes = await readFile(this.#file(hash));
      if (sha256(bytes) !== hash) return undefined;
      this.#noteThere(hash);
      return bytes;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #noteThere(hash: string): void {
    if (this.#there.size >= mostNoted) this.#there.clear();
    this.#there.add(hash);
  }

  /** Makes each of the 256 folders once. */
  #makeFolder(folder: string): Promise<unknown> {
    const making =
      this.#folders.get(folder) ??
      mkdir(folder, { recursive: true }).catch((error: unknown) => {
        this.#folders.delete(folder);
        throw error;
      });
    this.#folders.set(folder, making);
    return making;
  }

  #file(hash: string): string {
    return join(this.folder, hash.slice(0, 2), hash.slice(2));
  }
}
