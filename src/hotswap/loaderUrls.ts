import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { VirtualMachine } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ClassLoaderId } from '../jdwp/ids';
import { NoField, Objects } from './objects';

/** Where a class loader looks besides its parent. */
export interface LoaderEntries {
  /** Absolute paths of folders and jars on the JVM's machine. */
  readonly entries: readonly string[];
  /** Asked first; 0n: only the JDK is above it. */
  readonly parent: ClassLoaderId;
}

const appLoaders = ['jdk.internal.loader.ClassLoaders$AppClassLoader', 'sun.misc.Launcher$AppClassLoader'];
const platformLoaders = [
  'jdk.internal.loader.ClassLoaders$PlatformClassLoader',
  'sun.misc.Launcher$ExtClassLoader',
];

/**
 * Where a loader finds classes: that of the class path, and any `URLClassLoader` itself. `undefined` for all others,
 * which do as they like. Reads fields only; no thread is needed. Rejects with `JdwpError`.
 */
export async function entriesOfLoader(
  connection: JdwpConnection,
  loader: ClassLoaderId,
): Promise<LoaderEntries | undefined> {
  try {
    return await readEntries(new Objects(connection), connection, loader);
  } catch (error) {
    // A JDK that keeps them elsewhere, or a loader that is gone.
    if (error instanceof VmError || error instanceof NoField) return undefined;
    throw error;
  }
}

async function readEntries(
  objects: Objects,
  connection: JdwpConnection,
  loader: ClassLoaderId,
): Promise<LoaderEntries | undefined> {
  const type = await objects.className(loader);
  if (platformLoaders.includes(type)) return { entries: [], parent: 0n as ClassLoaderId };
  if (appLoaders.includes(type)) {
    const { baseDir, classpaths } = await connection.request(VirtualMachine.ClassPaths, {});
    const entries = classpaths.filter((entry) => entry !== '').map((entry) => resolve(baseDir, entry));
    return entries.length === 0 ? undefined : { entries, parent: 0n as ClassLoaderId };
  }
  if (type !== 'java.net.URLClassLoader') return undefined;
  const [parent, search] = await Promise.all([
    objects.field(loader, 'java.lang.ClassLoader', 'parent'),
    objects.field(loader, type, 'ucp'),
  ]);
  const list = await objects.field(search, undefined, 'path');
  const urls = await objects.list(list);
  const texts = await Promise.all(urls.map((url) => objects.url(url)));
  if (texts.some((text) => !text.startsWith('file:'))) return undefined;
  return { entries: texts.map((text) => fileURLToPath(text)), parent: parent as bigint as ClassLoaderId };
}
