import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mapLimit } from '../../util/async';
import { systemCode } from '../../util/errors';
import { noteUsed } from '../../util/removeUnused';

/** Hex SHA-256 of the bytes. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hashes remembered at most: some swaps of everything, and little memory. */
const mostNoted = 20_000;
/** How long bytes stay noted as used: far less than they are kept without it. */
const notedMs = 60 * 60_000;

/**
 * Content-addressed class bytes in a folder: `ab/cdef...` holds the bytes whose SHA-256 is `abcdef...`.
 * A file appears under its name only when it is whole, so a kill leaves at worst a stray temporary file.
 */
export class BlobStore {
  readonly folder: string;
  readonly #folders = new Map<string, Promise<unknown>>();
  /** Hashes of bytes that were noted as used lately, and when: no process removes them, so they are there. */
  readonly #noted = new Map<string, number>();
  readonly #putting = new Map<string, Promise<void>>();
  readonly #now: () => number;

  constructor(folder: string, now: () => number = Date.now) {
    this.folder = folder;
    this.#now = now;
  }

  /** Keeps the bytes and returns their SHA-256 (`hash`, where it is known); keeping the same bytes twice costs one look-up. */
  async put(bytes: Uint8Array, hash: string = sha256(bytes)): Promise<string> {
    if (this.#isNoted(hash)) return hash;
    let putting = this.#putting.get(hash);
    if (!putting) {
      putting = this.#put(bytes, hash).finally(() => this.#putting.delete(hash));
      this.#putting.set(hash, putting);
    }
    await putting;
    return hash;
  }

  /** Keeps bytes that are there from being removed; false when they are not there. */
  async use(hash: string): Promise<boolean> {
    return this.#isNoted(hash) || this.#note(hash);
  }

  async #put(bytes: Uint8Array, hash: string): Promise<void> {
    if (await this.#note(hash)) return;
    const file = this.#file(hash);
    await this.#makeFolder(dirname(file));
    const temporary = `${file}.${randomUUID()}`;
    try {
      await this.#write(temporary, bytes);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    this.#remember(hash, this.#now());
  }

  async #write(file: string, bytes: Uint8Array): Promise<void> {
    try {
      await writeFile(file, bytes, { flag: 'wx' });
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      // Another process removed the folder while it was empty.
      this.#folders.delete(dirname(file));
      await this.#makeFolder(dirname(file));
      await writeFile(file, bytes, { flag: 'wx' });
    }
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
      return sha256(bytes) === hash ? bytes : undefined;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #isNoted(hash: string): boolean {
    const at = this.#noted.get(hash);
    return at !== undefined && at > this.#now() - notedMs;
  }

  async #note(hash: string): Promise<boolean> {
    const now = this.#now();
    if (!(await noteUsed(this.#file(hash), now))) return false;
    this.#remember(hash, now);
    return true;
  }

  #remember(hash: string, now: number): void {
    if (this.#noted.size >= mostNoted) this.#noted.clear();
    this.#noted.set(hash, now);
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
