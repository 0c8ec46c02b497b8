import { createHash, randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { throwIfAborted } from '../../util/async';
import { noteUsed } from '../../util/removeUnused';
import { ZipFile } from '../../util/zip';
import { removeOldCopies } from '../oldCopies';
import type { Manifest } from './manifest';

/** Folders of libraries in a jar or war that carries its own; undefined for a plain jar. */
export function libraryFolders(manifest: Manifest): readonly string[] | undefined {
  const isBoot =
    manifest.has('Spring-Boot-Version') ||
    (manifest.get('Main-Class') ?? '').startsWith('org.springframework.boot.loader.');
  if (!isBoot) return undefined;
  const library = manifest.get('Spring-Boot-Lib') ?? 'BOOT-INF/lib/';
  return library.startsWith('WEB-INF/') ? [library, 'WEB-INF/lib-provided/'] : [library];
}

/**
 * The jars inside a jar, copied out once: a compiler reads no jars in jars. Kept in `cacheDirectory` under what they
 * are, and only ever there whole: a build of the outer one that has the same libraries needs no copies of its own.
 */
export async function extractNestedJars(
  jar: string,
  folders: readonly string[],
  cacheDirectory: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const store = path.join(cacheDirectory, 'nested-jars');
  const copies = new Map<string, string>();
  let isNew = false;
  const zip = await ZipFile.open(jar);
  try {
    for (const entry of zip.entries) {
      throwIfAborted(signal, 'read the class path');
      const folder = folders.find((each) => entry.name.startsWith(each));
      const name = folder === undefined ? '' : entry.name.slice(folder.length);
      // A name with a separator would leave the folder.
      if (!/^[^/\\]+\.jar$/.test(name)) continue;
      const key = [name, entry.crc, entry.size].join('\0');
      const target = path.join(store, createHash('sha256').update(key).digest('hex').slice(0, 24));
      copies.set(name, path.join(target, name));
      if (await noteUsed(target, Date.now())) continue;
      await copyOut(target, name, await zip.read(entry));
      isNew = true;
    }
  } finally {
    await zip.close();
  }
  if (isNew) await removeOldCopies(store);
  return [...copies.keys()].sort().map((name) => copies.get(name)!);
}

async function copyOut(target: string, name: string, bytes: Buffer): Promise<void> {
  const draft = `${target}.${randomUUID()}`;
  try {
    await fs.mkdir(draft, { recursive: true });
    await fs.writeFile(path.join(draft, name), bytes);
    await fs.rename(draft, target);
  } catch (error) {
    // Another window was faster; its result is the same.
    if (!(await fs.stat(target).catch(() => undefined))) throw error;
  } finally {
    await fs.rm(draft, { recursive: true, force: true });
  }
}
