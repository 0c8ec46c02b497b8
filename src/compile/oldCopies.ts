import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeUnused } from '../util/removeUnused';

/** Longer than anybody leaves a compiler running that reads them. */
const UNUSED_MS = 90 * 24 * 60 * 60_000;

/**
 * Removes what was made in a folder of the compiler's cache and not used for long, where the name begins so; all of it
 * can be made anew. Never rejects: what can't be removed is tried again with the next that is made.
 */
export async function removeOldCopies(folder: string, begin = ''): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(begin)))
    await removeUnused(join(folder, name), Date.now() - UNUSED_MS).catch(() => undefined);
}
