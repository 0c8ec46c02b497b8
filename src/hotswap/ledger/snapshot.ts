import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { mapLimit, SerialQueue, throwIfAborted } from '../../util/async';
import { systemCode } from '../../util/errors';
import { noteUsed } from '../../util/removeUnused';
import { openRoot } from '../roots/readRoot';
import type { BlobStore } from './blobs';

/** What a class file was when it was last looked at, and what it had been before: hashes, the newest first. */
type Seen = readonly [mtimeMs: number, size: number, hash: string, ...earlier: string[]];
/** A class file in an index, by its path in the class root. */
export type IndexEntry = readonly [path: string, seen: Seen];

/** Earlier versions kept for a class: what a JVM that was started before the last builds may run. */
const mostEarlier = 4;
/** Files looked at at the same time: few, because Node has four threads for files, and a save waits for one. */
const atOnce = 2;

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
  #loading: Promise<Map<string, Seen>> | undefined;
  /** A look at the class root that has not begun yet, for whoever asks for one now. */
  #next: { readonly signals: (AbortSignal | undefined)[]; readonly done: Promise<number> } | undefined;
  /** Something was read that the index file does not have. */
  #isNew = false;

  /** `root` is a folder or a jar; `folder` holds one small index file a class root. */
  constructor(root: string, folder: string, blobs: BlobStore) {
    this.root = root;
    this.#blobs = blobs;
    const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
    this.#indexFile = join(folder, `${id}.json`);
  }

  /**
   * Looks at the whole class root; returns how many classes were read because they were new or changed. Asked for by
   * several (JVMs of one class root) it is done once, until all of them have aborted.
   */
  take(signal?: AbortSignal): Promise<number> {
    if (this.#next) this.#next.signals.push(signal);
    else {
      const signals = [signal];
      this.#next = { signals, done: this.#queue.run(() => this.#take(signals)) };
    }
    return this.#next.done;
  }

  /** Keeps another process from forgetting the class root. */
  async noteUsed(now: number): Promise<void> {
    await noteUsed(this.#indexFile, now);
  }

  /** Resolves when what was kept earlier is known. */
  async loaded(): Promise<void> {
    await this.#load();
  }

  async #take(signals: readonly (AbortSignal | undefined)[]): Promise<number> {
    this.#next = undefined;
    throwIfAllAborted(signals);
    const seen = await this.#load();
    await this.noteUsed(Date.now());
    const known = seen.size;
    try {
      const found = await stat(this.root).catch(() => undefined);
      return await (found?.isFile() ? this.#lookAtJar(seen, found) : this.#lookAtFolder(seen, signals));
    } finally {
      // Also what was read until it was aborted.
      if (this.#isNew || seen.size !== known) await this.#save(seen);
      this.#isNew = false;
    }
  }

  /** Hash of what the class file held when it was last looked at. */
  hashOf(className: string): string | undefined {
    return this.hashesOf(className)[0];
  }

  /** The same, and before it, of what it had held. */
  hashesOf(className: string): readonly string[] {
    return (this.#seen?.get(keyOf(className))?.slice(2) as readonly string[] | undefined) ?? [];
  }

  async #lookAtFolder(
    seen: Map<string, Seen>,
    signals: readonly (AbortSignal | undefined)[],
  ): Promise<number> {
    const files = await classFilesBelow(this.root);
    const read = await mapLimit(files, atOnce, async (file) => {
      throwIfAllAborted(signals);
      return this.#look(seen, file);
    });
    const there = new Set(files.map((file) => this.#key(file)));
    for (const key of seen.keys()) if (!there.has(key)) seen.delete(key);
    return read.filter(Boolean).length;
  }

  /** A jar is one file: unchanged as a whole, or all of its classes are looked at. */
  async #lookAtJar(
    seen: Map<string, Seen>,
    { mtimeMs, size }: { readonly mtimeMs: number; readonly size: number },
  ): Promise<number> {
    const [known] = seen.values();
    if (known?.[0] === mtimeMs && known[1] === size) return 0;
    const jar = await openRoot(this.root);
    try {
      const read = await mapLimit(jar.entries, atOnce, async (entry) => {
        const built = await entry.read();
        if (built === 'incomplete') return false;
        this.#note(seen, keyOf(built.name), mtimeMs, size, await this.#blobs.put(built.bytes));
        return true;
      });
      return read.filter(Boolean).length;
    } finally {
      await jar.close();
    }
  }

  async #look(seen: Map<string, Seen>, file: string): Promise<boolean> {
    try {
      const { mtimeMs, size } = await stat(file);
      const before = seen.get(this.#key(file));
      if (before?.[0] === mtimeMs && before[1] === size && (await this.#blobs.has(before[2]))) return false;
      this.#note(seen, this.#key(file), mtimeMs, size, await this.#blobs.put(await readFile(file)));
      return true;
    } catch (error) {
      // Removed between listing and reading.
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  #note(seen: Map<string, Seen>, key: string, mtimeMs: number, size: number, hash: string): void {
    const earlier = (seen.get(key)?.slice(2) ?? []) as string[];
    const others = earlier.filter((each) => each !== hash).slice(0, mostEarlier);
    seen.set(key, [mtimeMs, size, hash, ...others]);
    this.#isNew = true;
  }

  #key(file: string): string {
    return relative(this.root, file).split(sep).join('/');
  }

  #load(): Promise<Map<string, Seen>> {
    return (this.#loading ??= this.#readIndex());
  }

  async #readIndex(): Promise<Map<string, Seen>> {
    let entries: IndexEntry[] = [];
    try {
      await this.noteUsed(Date.now());
      entries = JSON.parse(await readFile(this.#indexFile, 'utf8')) as IndexEntry[];
    } catch {
      // Not there, or damaged: the files are looked at again.
    }
    return (this.#seen = new Map(Array.isArray(entries) ? entries : []));
  }

  async #save(seen: Map<string, Seen>): Promise<void> {
    await mkdir(dirname(this.#indexFile), { recursive: true });
    const temporary = `${this.#indexFile}.${randomUUID()}`;
    await writeFile(temporary, JSON.stringify([...seen]));
    await rename(temporary, this.#indexFile);
  }
}

function throwIfAllAborted(signals: readonly (AbortSignal | undefined)[]): void {
  if (signals.every((signal) => signal?.aborted)) throwIfAborted(signals[0], 'snapshot of the class files');
}

function keyOf(className: string): string {
  return `${className.replaceAll('.', '/')}.class`;
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
