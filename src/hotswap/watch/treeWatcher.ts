import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DisposableStore, toDisposable, type Disposable } from '../../util/disposables';
import { systemCode, toError } from '../../util/errors';

/** What a watcher reports. Paths are absolute; a path may be reported again, and may be gone when looked at. */
export interface TreeListener {
  /** A file that was written, created, or may have been. */
  touched(file: string): void;
  /** Something can't be watched (no more watches, no permission); what is watched stays so. */
  failed(error: Error): void;
}

/** `folders`: one watch a folder (Linux); `recursive`: one for the whole tree (macOS, Windows). */
export type WatchMode = 'folders' | 'recursive';

export const defaultWatchMode: WatchMode =
  process.platform === 'darwin' || process.platform === 'win32' ? 'recursive' : 'folders';

/** After so many events within one burst, the kernel's queue (16,384 on Linux) may have dropped some. */
const burstLimit = 4000;
/** A burst ends when nothing happened for so long. */
const burstPauseMs = 250;
/** Time stamps of files may be this much behind our clock. */
const stampSlackMs = 2000;

/**
 * Watches the files below a folder (or one file: a jar), also while it does not exist: then the nearest folder
 * above that does is watched until it appears. Files in folders that appear later are reported as touched.
 * Nothing is reported for files that were there when watching began.
 */
export class TreeWatcher implements Disposable {
  readonly root: string;
  /** Settles when everything that existed at construction is watched. */
  readonly ready: Promise<void>;
  readonly #listener: TreeListener;
  readonly #accepts: (file: string) => boolean;
  readonly #mode: WatchMode;
  readonly #store = new DisposableStore();
  /** Watched folder -> its watch: those above a root that is not there, else those of the tree. */
  readonly #watches = new Map<string, FSWatcher>();
  #anchoring: Promise<void> = Promise.resolve();
  #burst: { events: number; since: number; timer: NodeJS.Timeout } | undefined;

  /** `accepts` says which files matter, by name; it is asked before any file is looked at. */
  constructor(
    root: string,
    accepts: (file: string) => boolean,
    listener: TreeListener,
    mode: WatchMode = defaultWatchMode,
  ) {
    this.root = root;
    this.#accepts = accepts;
    this.#listener = listener;
    this.#mode = mode;
    this.#store.add(toDisposable(() => this.#closeAll()));
    this.ready = this.#anchor(false);
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** How many watches are open; for tests and the log. */
  get watchCount(): number {
    return this.#watches.size;
  }

  /** Watches the root, or what is there above it. `report`: files found are new. One run after another. */
  #anchor(report: boolean): Promise<void> {
    this.#anchoring = this.#anchoring.then(async () => {
      for (;;) {
        if (this.#store.isDisposed) return;
        this.#closeAll();
        const there = await nearestFolder(this.root);
        if (there === this.root) {
          await this.#watchRootItself();
          return this.#watchTree(this.root, report);
        }
        const isFile = there === dirname(this.root) && (await kindOf(this.root)) === 'file';
        if (isFile && report) this.#touch(this.root);
        this.#watch(there, false, (name) => {
          if (name === null || isOnTheWay(join(there, name), this.root) || name === basename(there))
            this.#above(there, name);
        });
        // What appeared between looking and watching would never be reported.
        if ((await nearestFolder(this.root)) === there) return;
        report = true;
      }
    });
    return this.#anchoring;
  }

  /** A recursive watch does not tell everywhere that its own folder was replaced; the folder above does. */
  async #watchRootItself(): Promise<void> {
    if (this.#mode !== 'recursive') return;
    const identity = await identityOf(this.root);
    this.#watch(dirname(this.root), false, (name) => {
      if (name !== null && name !== basename(this.root)) return;
      void identityOf(this.root).then((now) => {
        if (now !== identity) this.#gone(this.root);
      });
    });
  }

  /** An event in the folder above the root. */
  #above(folder: string, name: string | null): void {
    const path = name === null ? undefined : join(folder, name);
    if (path === this.root && this.#accepts(path)) this.#touch(path);
    else void this.#anchor(true);
  }

  async #watchTree(folder: string, report: boolean): Promise<void> {
    if (this.#store.isDisposed) return;
    const recursive = this.#mode === 'recursive';
    // Watched before it is listed, so that nothing falls in between.
    if (!this.#watch(folder, recursive, (name) => this.#inTree(folder, name))) return;
    await this.#scan(folder, report ? 0 : Infinity, recursive);
  }

  /** Goes through a folder: reports files written since `since`, watches (or enters) the folders in it. */
  async #scan(folder: string, since: number, isWatched: boolean): Promise<void> {
    const recursive = this.#mode === 'recursive';
    if (recursive && since === Infinity) return;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const below: Promise<void>[] = [];
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        const known = isWatched && (recursive || this.#watches.has(path));
        below.push(known ? this.#scan(path, since, true) : this.#watchTree(path, since !== Infinity));
      } else if (since !== Infinity && this.#accepts(path)) below.push(this.#touchSince(path, since));
    }
    await Promise.all(below);
  }

  async #touchSince(file: string, since: number): Promise<void> {
    if (since > 0) {
      const stamp = await stat(file).catch(() => undefined);
      if (!stamp || Math.max(stamp.mtimeMs, stamp.ctimeMs) < since) return;
    }
    this.#touch(file);
  }

  #inTree(folder: string, name: string | null): void {
    this.#count();
    if (name === null) {
      void this.#scan(this.root, Date.now() - stampSlackMs, true);
      return;
    }
    const path = join(folder, name);
    if (this.#accepts(path)) this.#touch(path);
    else void this.#folderChanged(folder, path);
  }

  /** A name that is no file of ours: a folder that came or went, or the watched folder itself. */
  async #folderChanged(folder: string, path: string): Promise<void> {
    const kind = await kindOf(path);
    if (kind === 'folder') {
      if (this.#mode === 'recursive') await this.#scan(path, Date.now() - stampSlackMs, true);
      else await this.#watchTree(path, true);
    } else if (kind === undefined && basename(path) === basename(folder)) {
      // A watch reports the end of its folder under the folder's own name; another may be in its place by now.
      this.#gone(folder);
      if (folder !== this.root && (await kindOf(folder)) === 'folder') await this.#watchTree(folder, true);
    } else if (this.#watches.has(path)) this.#gone(path);
  }

  #gone(folder: string): void {
    if (this.#store.isDisposed) return;
    this.#close(folder);
    for (const below of [...this.#watches.keys()]) if (isBelow(below, folder)) this.#close(below);
    if (folder === this.root) void this.#anchor(true);
  }

  #touch(file: string): void {
    if (!this.#store.isDisposed) this.#listener.touched(file);
  }

  /** Looks again for files that were written in a burst large enough to have overrun the kernel's queue. */
  #count(): void {
    if (!this.#burst) {
      const since = Date.now() - stampSlackMs;
      this.#burst = { events: 0, since, timer: setTimeout(() => this.#burstEnded(), burstPauseMs) };
    }
    this.#burst.events++;
    this.#burst.timer.refresh();
  }

  #burstEnded(): void {
    const { events, since } = this.#burst!;
    this.#burst = undefined;
    if (events > burstLimit) void this.#scan(this.root, since, true);
  }

  #watch(folder: string, recursive: boolean, onEvent: (name: string | null) => void): boolean {
    if (this.#store.isDisposed || this.#watches.has(folder)) return false;
    try {
      const watcher = watch(folder, { recursive }, (_type, name) => {
        if (this.#watches.get(folder) === watcher) onEvent(name);
      });
      this.#watches.set(folder, watcher);
      watcher.on('error', (error) => this.#watchFailed(folder, error));
      return true;
    } catch (error) {
      this.#watchFailed(folder, error);
      return false;
    }
  }

  #watchFailed(folder: string, error: unknown): void {
    // A folder removed while watched: Windows says EPERM, others ENOENT.
    void kindOf(folder).then((kind) => {
      if (this.#store.isDisposed) return;
      if (kind === undefined) this.#gone(folder);
      else if (systemCode(error) !== 'ENOENT') this.#listener.failed(toError(error));
    });
  }

  #close(folder: string): void {
    this.#watches.get(folder)?.close();
    this.#watches.delete(folder);
  }

  #closeAll(): void {
    for (const watcher of this.#watches.values()) watcher.close();
    this.#watches.clear();
    clearTimeout(this.#burst?.timer);
    this.#burst = undefined;
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && (found.isDirectory() ? 'folder' : 'file');
}

/** Tells a folder from another one of the same path; undefined when there is none. */
async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found && `${found.dev} ${found.ino} ${found.birthtimeMs}`;
}

/** The folder itself, or the nearest one above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    if ((await kindOf(at)) === 'folder' || dirname(at) === at) return at;
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.length > folder.length && path.startsWith(folder) && /[/\\]/.test(path[folder.length]!);
}

function isOnTheWay(path: string, root: string): boolean {
  return path === root || isBelow(root, path);
}
