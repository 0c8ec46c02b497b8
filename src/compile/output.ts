import { randomUUID } from 'node:crypto';
import { promises as fs, type Dirent } from 'node:fs';
import path from 'node:path';
import { delay, mapLimit, throwIfAborted } from '../util/async';
import { systemCode, toError } from '../util/errors';
import { CompileError } from './errors';
import type { CompiledClass } from './model';
import type { ReadTraits } from './traits';

export interface Output {
  readonly classRoot: string;
  readonly classes: readonly CompiledClass[];
  /** The sources that were compiled; their classes that no longer come out are removed. */
  readonly sources: readonly string[];
  readonly readTraits: ReadTraits;
}

export interface Written {
  /** Class files, in the order of `classes`. */
  readonly files: readonly string[];
  /** Class files of the sources that were there before and no longer come out, now removed. */
  readonly removed: readonly string[];
}

/** Classes handed to a writer at once. */
const PARALLEL = 16;
/** On Windows a virus scanner or an indexer may hold a file for a moment. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);
const BUSY_TRIES = 8;

/** Where a class of this name is in a class root. */
export function classFile(classRoot: string, name: string): string {
  return path.join(classRoot, ...name.split('.')) + '.class';
}

/**
 * Writes class files as the user's build would: every file appears whole (a temporary file next to it, then
 * renamed), all are on the disk before the first one appears, and nested or anonymous classes that the sources no
 * longer have are removed. Files that are the same are written too: build tools go by their time.
 * Throws `CompileError` (`output`) and leaves no temporary file.
 */
export async function writeClasses(output: Output, signal?: AbortSignal): Promise<Written> {
  throwIfAborted(signal, 'write classes');
  const files = output.classes.map((each) => classFile(output.classRoot, each.name));
  // Not names that a watcher of class files looks at.
  const drafts = files.map((file) => path.join(path.dirname(file), `.${randomUUID()}.swapdeck`));
  try {
    for (const folder of new Set(files.map((file) => path.dirname(file)))) {
      await fs.mkdir(folder, { recursive: true });
    }
    await mapLimit(output.classes, PARALLEL, async (each, index) => {
      await fs.writeFile(drafts[index]!, each.bytes, { flag: 'wx' });
      await keepMode(files[index]!, drafts[index]!);
    });
    const stale = await staleClasses(output);
    throwIfAborted(signal, 'write classes');
    await mapLimit(files, PARALLEL, async (file, index) => retry(() => fs.rename(drafts[index]!, file)));
    for (const file of stale) await retry(() => fs.rm(file, { force: true }));
    return { files, removed: stale };
  } catch (error) {
    await Promise.allSettled(drafts.map((draft) => fs.rm(draft, { force: true })));
    if (signal?.aborted) throw error;
    throw new CompileError(
      'output',
      `could not write to ${output.classRoot}: ${toError(error).message}`,
      { classRoot: output.classRoot, code: systemCode(error) },
      error,
    );
  }
}

/** A file keeps the rights it has; a new one gets what the user's umask leaves. */
async function keepMode(file: string, draft: string): Promise<void> {
  const known = await fs.stat(file).catch(() => undefined);
  if (known) await fs.chmod(draft, known.mode & 0o777);
}

async function retry(action: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await action();
      return;
    } catch (error) {
      if (tried === BUSY_TRIES || !BUSY.has(systemCode(error) ?? '') || process.platform !== 'win32')
        throw error;
      await delay(10 * 2 ** tried);
    }
  }
}

/** Class files that come from one of the sources and are not among the classes just compiled. */
async function staleClasses(output: Output): Promise<string[]> {
  const current = new Set(output.classes.map((each) => each.name));
  const stale: string[] = [];
  for (const source of output.sources) {
    const packageName = packageOf(source, output.classes);
    if (packageName === undefined) continue;
    const folder = path.join(output.classRoot, ...packageName.split('.'));
    const candidates = await candidatesIn(folder, source);
    for (const file of candidates) {
      const name = (packageName ? `${packageName}.` : '') + path.basename(file, '.class');
      if (!current.has(name) && (await comesFrom(file, name, source, output))) stale.push(file);
    }
  }
  return stale;
}

/** The package of what came out of a source; absent when nothing did. */
function packageOf(source: string, classes: readonly CompiledClass[]): string | undefined {
  const name = classes.find((each) => each.source === source)?.name;
  return name?.slice(0, Math.max(0, name.lastIndexOf('.')));
}

/**
 * Class files in the package's folder that may come from the source by their names: those without a source file
 * of their own. Listing two folders is cheap; reading ten thousand class files is not.
 */
async function candidatesIn(folder: string, source: string): Promise<string[]> {
  const isFile = (entry: Dirent, suffix: string): boolean => entry.isFile() && entry.name.endsWith(suffix);
  const list = (where: string): Promise<Dirent[]> =>
    fs.readdir(where, { withFileTypes: true }).catch(() => []);
  const own = path.basename(source, '.java');
  const otherSources = new Set(
    (await list(path.dirname(source)))
      .filter((entry) => isFile(entry, '.java'))
      .map((entry) => entry.name.slice(0, -'.java'.length)),
  );
  otherSources.delete(own);
  return (await list(folder))
    .filter((entry) => isFile(entry, '.class'))
    .map((entry) => entry.name.slice(0, -'.class'.length))
    .filter((name) => !prefixes(name).some((prefix) => otherSources.has(prefix)))
    .map((name) => path.join(folder, `${name}.class`));
}

/** `A$B$1` -> `A`, `A$B`, `A$B$1`: a dollar may be part of a source's own name. */
function prefixes(name: string): string[] {
  const parts = name.split('$');
  return parts.map((_, index) => parts.slice(0, index + 1).join('$'));
}

async function comesFrom(file: string, name: string, source: string, output: Output): Promise<boolean> {
  try {
    const { sourceFile } = output.readTraits(await fs.readFile(file));
    if (sourceFile !== undefined) return sourceFile === path.basename(source);
  } catch {
    return false;
  }
  // Without debug information only the name tells: nested in a class that came out of this very source.
  return output.classes.some((each) => each.source === source && name.startsWith(`${each.name}$`));
}
