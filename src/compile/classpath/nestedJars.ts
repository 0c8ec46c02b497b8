import { createHash, randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { throwIfAborted } from '../../util/async';
import { ZipFile } from '../../util/zip';
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
 * The jars inside a jar, copied out once: a compiler reads no jars in jars. Kept in `cacheDirectory` under the
 * path, size and time of the outer one, and only ever there whole.
 */
export async function extractNestedJars(
  jar: string,
  folders: readonly string[],
  cacheDirectory: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { size, mtimeMs } = await fs.stat(jar);
  const key = createHash('sha256')
    .update([jar, size, mtimeMs, ...folders].join('\0'))
    .digest('hex')
    .slice(0, 24);
  const target = path.join(cacheDirectory, 'nested-jars', key);
  const known = await fs.readdir(target).catch(() => undefined);
  if (known) return known.sort().map((name) => path.join(target, name));

  const draft = `${target}.${randomUUID()}`;
  await fs.mkdir(draft, { recursive: true });
  const zip = await ZipFile.open(jar);
  try {
    for (const entry of zip.entries) {
      throwIfAborted(signal, 'read the class path');
      const folder = folders.find((each) => entry.name.startsWith(each));
      const name = folder === undefined ? '' : entry.name.slice(folder.length);
      // A name with a separator would leave the folder.
      if (/^[^/\\]+\.jar$/.test(name)) await fs.writeFile(path.join(draft, name), await zip.read(entry));
    }
    await fs.rename(draft, target).catch(async (error: unknown) => {
      // Another window was faster; its result is the same.
      if (!(await fs.stat(target).catch(() => undefined))) throw error;
    });
  } finally {
    await zip.close();
    await fs.rm(draft, { recursive: true, force: true });
  }
  return (await fs.readdir(target)).sort().map((name) => path.join(target, name));
}
