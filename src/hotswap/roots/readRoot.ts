import { readFile } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { mapLimit, throwIfAborted } from '../../util/async';
import type { BuiltClass } from '../model';
import { builtClass, isClassFileName } from './builtClass';
import { ZipFile, type ZipEntry } from './zip';

/** A class of a root that was found but not read yet. */
export interface ClassEntry {
  /** As `Class.getName()`, derived from where the file lies. */
  readonly name: string;
  /** The class file, or the jar that holds it. */
  readonly file: string;
  read(): Promise<BuiltClass | 'incomplete'>;
  /** Only the bytes, whatever they are. */
  bytes(): Promise<Buffer>;
}

/** Classes of a root, listed; `close` ends reading. */
export interface OpenRoot {
  readonly entries: readonly ClassEntry[];
  close(): Promise<void>;
}

/** Thousands of small files: the one of `fs/promises` makes a handle object for each, which costs twice the time. */
const readWhole = promisify(readFile);

/** Where application classes lie in a jar that is no plain one. */
const prefixes = /^(?:BOOT-INF|WEB-INF)\/classes\//;

/** Lists the classes of a folder or jar; a folder that isn't there has none. Rejects with `ZipError`. */
export async function openRoot(root: string, signal?: AbortSignal): Promise<OpenRoot> {
  throwIfAborted(signal, 'reading of the class root');
  const isJar = await stat(root).then(
    (found) => found.isFile(),
    () => false,
  );
  return isJar ? openJar(root) : openFolder(root);
}

/** Reads classes, some at a time; those gone or half written meanwhile are left out. */
export async function readClasses(
  entries: readonly ClassEntry[],
  signal?: AbortSignal,
): Promise<BuiltClass[]> {
  const read = await mapLimit(entries, 16, async (entry) => {
    throwIfAborted(signal, 'reading of class files');
    return entry.read().catch(() => 'incomplete' as const);
  });
  return read.filter((each) => each !== 'incomplete');
}

async function openFolder(root: string): Promise<OpenRoot> {
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = found
    .filter((entry) => entry.isFile() && isClassFileName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(join(root, 'META-INF') + sep));
  return {
    entries: files.map((file) => ({
      name: binaryName(file.slice(root.length + 1).replaceAll(sep, '/')),
      file,
      read: async () => builtClass(await readWhole(file), file, root),
      bytes: () => readWhole(file),
    })),
    close: () => Promise.resolve(),
  };
}

async function openJar(root: string): Promise<OpenRoot> {
  const zip = await ZipFile.open(root);
  return {
    entries: classEntries(zip).map((entry) => ({
      name: jarClassName(entry),
      file: root,
      read: async () => builtClass(await zip.read(entry), root, root),
      bytes: () => zip.read(entry),
    })),
    close: () => zip.close(),
  };
}

/** The class files of a jar, versions for other releases (`META-INF/versions`) left out. */
export function classEntries(zip: ZipFile): ZipEntry[] {
  return zip.entries.filter(({ name }) => isClassFileName(name) && !name.startsWith('META-INF/'));
}

function jarClassName(entry: ZipEntry): string {
  return binaryName(entry.name.replace(prefixes, ''));
}

function binaryName(path: string): string {
  return path.slice(0, -'.class'.length).replaceAll('/', '.');
}
