import { promises as fs } from 'node:fs';
import path from 'node:path';
import { mapLimit, throwIfAborted } from '../../util/async';
import { manifestClassPath, readManifest } from './manifest';
import { extractNestedJars, libraryFolders } from './nestedJars';

/** What a JVM says of its class path (VirtualMachine.ClassPaths): entries of *its* machine, relative to `baseDir`. */
export interface RunningClassPath {
  readonly entries: readonly string[];
  readonly baseDir: string;
}

export interface FoundClassPath {
  /** Absolute folders and jars of this machine. */
  readonly entries: readonly string[];
  /** Why there may be more that the JVM didn't tell; undefined when this is all. */
  readonly gap?: ClassPathGap;
}

/**
 * `empty`: it said nothing (it runs from a module path). `remote`: entries are of another machine, or gone.
 * `launcher`: an application server that loads the application by itself.
 */
export type ClassPathGap = 'empty' | 'remote' | 'launcher';

/** Jars of servers that load applications with class loaders of their own. */
const LAUNCHERS = /^(?:bootstrap|jboss-modules|start|glassfish|wlthint3client|ws-launch)\.jar$/;

/**
 * The class path to compile with, from the one of the running JVM: relative entries resolved, pathing jars
 * followed, libraries inside a Spring Boot jar copied out, Tomcat's and the web application's own libraries added.
 */
export async function findRunningClassPath(
  running: RunningClassPath,
  classRoot: string,
  cacheDirectory: string,
  signal?: AbortSignal,
): Promise<FoundClassPath> {
  const told = running.entries.filter(Boolean).map((entry) => path.resolve(running.baseDir, entry));
  const read = await mapLimit(told, 8, async (entry): Promise<'missing' | readonly string[]> => {
    throwIfAborted(signal, 'read the class path');
    const stats = await fs.stat(entry).catch(() => undefined);
    if (!stats) return 'missing';
    if (isLauncher(entry)) return serverLibraries(entry);
    return stats.isDirectory() ? folderEntries(entry) : jarEntries(entry, cacheDirectory, signal);
  });
  const found = new Set(read.flatMap((each) => (each === 'missing' ? [] : each)));
  const missing = read.filter((each) => each === 'missing').length;
  const own = await webLibraries(classRoot);
  for (const each of own) found.add(each);
  const entries = [...found];
  // A folder that no build has made yet is no sign of another machine.
  if (told.length > 0 && missing > 0 && missing * 2 >= told.length) return { entries, gap: 'remote' };
  if (told.some(isLauncher) && own.length === 0) return { entries, gap: 'launcher' };
  return told.length === 0 ? { entries, gap: 'empty' } : { entries };
}

function isLauncher(entry: string): boolean {
  return LAUNCHERS.test(path.basename(entry));
}

/** What a jar stands for: itself or the libraries inside it, and what its manifest adds. */
interface JarContent {
  readonly own: readonly string[];
  readonly next: readonly string[];
}

/** A jar, the libraries inside it, and the jars its manifest names, in the order in which classes are searched. */
async function jarEntries(
  jar: string,
  cacheDirectory: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const contents = new Map<string, JarContent>();
  for (let level = [jar]; level.length > 0;) {
    const fresh = [...new Set(level)].filter((each) => !contents.has(each));
    const read = await mapLimit(fresh, 8, (each) => jarContent(each, cacheDirectory, signal));
    fresh.forEach((each, index) => contents.set(each, read[index]!));
    level = read.flatMap(({ next }) => next).filter((each) => !contents.has(each));
  }
  const ordered: string[] = [];
  const visit = (each: string): void => {
    const content = contents.get(each);
    contents.delete(each);
    if (!content) return;
    ordered.push(...content.own);
    content.next.forEach(visit);
  };
  visit(jar);
  return ordered;
}

async function jarContent(
  jar: string,
  cacheDirectory: string,
  signal: AbortSignal | undefined,
): Promise<JarContent> {
  const manifest = await readManifest(jar);
  if (!manifest) return { own: [jar], next: [] };
  const nested = libraryFolders(manifest);
  const next = manifestClassPath(jar, manifest).filter((each) => each !== jar);
  if (nested) return { own: await extractNestedJars(jar, nested, cacheDirectory, signal), next };
  return { own: [jar], next };
}

/** A class folder; or an unpacked Spring Boot jar, whose libraries are inside. */
async function folderEntries(folder: string): Promise<string[]> {
  const libraries = await jarsIn(path.join(folder, 'BOOT-INF', 'lib'));
  return [folder, ...libraries];
}

/** Tomcat: `bin/bootstrap.jar` beside `lib`. */
async function serverLibraries(launcher: string): Promise<string[]> {
  return path.basename(launcher) === 'bootstrap.jar'
    ? jarsIn(path.join(path.dirname(launcher), '..', 'lib'))
    : [];
}

/** Libraries of the web application whose classes these are. */
async function webLibraries(classRoot: string): Promise<string[]> {
  const folder = path.dirname(classRoot);
  const isWeb = path.basename(classRoot) === 'classes' && path.basename(folder) === 'WEB-INF';
  return isWeb ? jarsIn(path.join(folder, 'lib')) : [];
}

async function jarsIn(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map((name) => path.resolve(folder, name));
}
