import { stat } from 'node:fs/promises';
import type { BuiltClass } from '../hotswap/model';

/** The chosen classes of all roots. Rejects with `HotSwapError` (`noClassRoots`) when a root isn't there. */
export async function readBuiltClasses(
  roots: readonly string[],
  isChosen: (name: string) => boolean,
  signal: AbortSignal,
): Promise<BuiltClass[]> {
  const [{ openRoot, readClasses }, { HotSwapError }] = await Promise.all([
    import('../hotswap/roots/readRoot'),
    import('../hotswap/errors'),
  ]);
  const classes = new Map<string, BuiltClass>();
  for (const path of roots) {
    await stat(path).catch((error: unknown) => {
      throw new HotSwapError('noClassRoots', `${path} is not there`, { path }, error);
    });
    const root = await openRoot(path, signal);
    try {
      const chosen = root.entries.filter(({ name }) => isChosen(name));
      for (const built of await readClasses(chosen, signal)) classes.set(built.name, built);
    } finally {
      await root.close();
    }
  }
  return [...classes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
