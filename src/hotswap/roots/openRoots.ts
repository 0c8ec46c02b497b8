import { stat } from 'node:fs/promises';
import type { BuiltClass } from '../model';
import { openRoot, type ClassEntry, type OpenRoot } from './readRoot';

/** Classes of several roots, one of a name; `close` ends reading. */
export interface OpenRoots {
  readonly entries: readonly RootedEntry[];
  close(): Promise<void>;
}

/** A listed class that knows its root. */
export interface RootedEntry extends ClassEntry {
  readonly root: string;
}

/**
 * Lists the classes of several roots without reading them. Of a name in several roots it takes the one written last
 * (`newest`), or that of the root named last (`last`). Rejects with `ZipError`.
 */
export async function openRoots(
  paths: readonly string[],
  prefer: 'newest' | 'last',
  signal?: AbortSignal,
): Promise<OpenRoots> {
  const opened: OpenRoot[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((root) => root.close()));
  };
  const chosen = new Map<string, RootedEntry>();
  try {
    for (const root of paths) {
      const open = await openRoot(root, signal);
      opened.push(open);
      for (const entry of open.entries) {
        const other = chosen.get(entry.name);
        const isTaken =
          !other || prefer === 'last' || (await writtenAt(other.file)) < (await writtenAt(entry.file));
        if (isTaken) chosen.set(entry.name, { ...entry, root });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { entries: [...chosen.values()], close };
}

/** Reads one class of a root again; undefined when it isn't there any more, or is half written. */
export async function readOne(
  { name, root }: { readonly name: string; readonly root: string },
  signal?: AbortSignal,
): Promise<BuiltClass | undefined> {
  const open = await openRoot(root, signal);
  try {
    const built = await open.entries
      .find((entry) => entry.name === name)
      ?.read()
      .catch(() => undefined);
    return built === 'incomplete' ? undefined : built;
  } finally {
    await open.close();
  }
}

/** When a file was last written, in milliseconds since the epoch; 0 when it is not there. */
export async function writtenAt(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
