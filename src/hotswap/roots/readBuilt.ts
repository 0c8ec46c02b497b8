import type { BuiltClass } from '../model';
import { openRoots } from './openRoots';
import { readClasses } from './readRoot';

/** Every class of some class roots; of a name in several of them the one written last. Rejects with `ZipError`. */
export async function readBuilt(paths: readonly string[], signal?: AbortSignal): Promise<BuiltClass[]> {
  const roots = await openRoots(paths, 'newest', signal);
  try {
    return await readClasses(roots.entries, signal);
  } finally {
    await roots.close();
  }
}
