import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join, relative, sep } from 'node:path';
import { mapLimit, SerialQueue, throwIfAborted } from '../../util/async';
import { systemCode } from '../../util/errors';
import type { BlobStore } from './blobs';

/** What a class file was when it was last looked at: `[mtime in ms, size in bytes, SHA-256]`. */
type Seen = readonly [mtimeMs: number, size: number, hash: string];

/**
 * Keeps the bytes of every class file of a class root, so that a swap can be undone although the compiler has
 * overwritten the file. Class files can't be read back from a JVM (exception tables and stack maps are not
 * given out), so they must be kept before they change. A file with the same time and size is not read again.
 */
export class ClassRootSnapshot {
  readonly root: string;
  readonly #blobs: BlobStore;
  readonly #indexFile: string;
  readonly #queue = new SerialQueue();
  #seen: Map<string, Seen> | undefined;

  /** `folder` holds one small index file a class root. */
  constructor(root: string, folder: string, blobs: BlobStore) {
    this.root = root;
    this.#blobs = blobs;
    const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
    this.#indexFile = join(folder, `${id}.json`);
  }

  /** Looks at the whole class root; returns how many files were read because they were new or changed. */
  take(signal?: AbortSignal): Promise<number> {
    return this.#queue.run(async () => {
      const seen = await this.#load();
      const files = await classFilesBelow(this.root);
      const read = await mapLimit(files, 16, async (file) => {
        throwIfAborted(signal, 'snapshot of the class files');
        return this.#look(seen, file);
      });
      const there = new Set(files.map((file) => this.#key(file)));
      for (const key of seen.keys()) if (!there.has(key)) seen.delete(key);
      await this.#save(seen);
      return read.filter(Boolean).length;
    });
  }

  /** Hash of what the class file held when it was last looked at. */
  hashOf(className: string): string | undefined {
    return this.#seen?.get(`${className.replaceAll('.', '/')}.class`)?.[2];
  }

  /** Notes what a class file holds now, after its change was dealt with; kept on disk at the next `take`. */
  note(className: string, hash: string, mtimeMs: number, size: number): void {
    this.#seen?.set(`${className.replaceAll('.', '/')}.class`, [mtimeMs, size, hash]);
  }

  async #look(seen: Map<string, Seen>, file: string): Promise<boolean> {
    try {
      const { mtimeMs, size } = await stat(file);
      const before = seen.get(this.#key(file));
      if (before?.[0] === mtimeMs && before[1] === size && (await this.#blobs.has(before[2]))) return false;
      const hash = await this.#blobs.put(await readFile(file));
      seen.set(this.#key(file), [mtimeMs, size, hash]);
      return true;
    } catch (error) {
      // Removed between listing and reading.
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  #key(file: string): string {
    return relative(this.root, file).split(sep).join('/');
  }

  async #load(): Promise<Map<string, Seen>> {
    if (this.#seen) return this.#seen;
    let entries: [string, Seen][] = [];
    try {
      entries = JSON.parse(await readFile(this.#indexFile, 'utf8')) as [string, Seen][];
    } catch {
      // Not there, or damaged: the files are looked at again.
    }
    return (this.#seen = new Map(Array.isArray(entries) ? entries : []));
  }

  async #save(seen: Map<string, Seen>): Promise<void> {
    await mkdir(dirname(this.#indexFile), { recursive: true });
    const temporary = `${this.#indexFile}.${process.pid}`;
    await writeFile(temporary, JSON.stringify([...seen]));
    await rename(temporary, this.#indexFile);
  }
}

async function classFilesBelow(root: string): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.class'))
    .map((entry) => join(entry.parentPath, entry.name));
}
