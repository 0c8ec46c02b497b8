import { basename, dirname, join } from 'node:path';
import { mapLimit, throwIfAborted } from '../../util/async';
import type { ClassRoot, RootsFileSystem } from './classRoot';
import { eclipseRoots } from './eclipse';
import type { Folder } from './folder';
import { gradleRoots } from './gradle';
import { intellijRoots } from './intellij';
import { mavenRoots } from './maven';
import { pathKey } from './relevant';

/** Never entered: dependencies, version control, and what builds write. */
const ignored = new Set(['node_modules', 'target', 'build', 'out', 'bin', 'dist', 'venv', '__pycache__']);

/** How deep modules may be nested. */
const maxDepth = 8;

/**
 * Finds the class roots below workspace folders: of Maven, Gradle, Eclipse and IntelliJ projects and their
 * modules. Test classes are left out. When two builds claim one folder, the first of that order names it.
 */
export async function findClassRoots(
  workspaceFolders: readonly string[],
  fs: RootsFileSystem,
  signal?: AbortSignal,
): Promise<ClassRoot[]> {
  const found = new Map<string, ClassRoot>();
  let level = [...workspaceFolders];
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth++) {
    const next = await mapLimit(level, 16, async (path) => {
      throwIfAborted(signal, 'search for class roots');
      const folder: Folder = { path, entries: await fs.list(path), fs };
      return { roots: await rootsOf(folder), below: subfolders(folder) };
    });
    for (const root of next.flatMap(({ roots }) => roots))
      if (!found.has(root.path)) found.set(root.path, root);
    level = next.flatMap(({ below }) => below);
  }
  return [...found.values()];
}

/** The class root at a path as the build around it says, which is looked for in the folders above. */
export async function classRootAt(
  path: string,
  fs: RootsFileSystem,
  signal?: AbortSignal,
): Promise<ClassRoot | undefined> {
  for (let at = dirname(path), depth = 0; depth < maxDepth; at = dirname(at), depth++) {
    throwIfAborted(signal, 'search for a class root');
    const roots = await rootsOf({ path: at, entries: await fs.list(at), fs });
    const found = roots.find((root) => pathKey(root.path) === pathKey(path));
    if (found || at === dirname(at)) return found;
  }
  return undefined;
}

async function rootsOf(folder: Folder): Promise<ClassRoot[]> {
  const finders = [mavenRoots, gradleRoots, eclipseRoots, intellijRoots];
  return (await Promise.all(finders.map((find) => find(folder)))).flat();
}

function subfolders(folder: Folder): string[] {
  const isSource = basename(folder.path) === 'src';
  return folder.entries
    .filter(({ kind, name }) => kind === 'folder' && !name.startsWith('.') && !ignored.has(name))
    .filter(({ name }) => !(isSource && (name === 'main' || name === 'test')))
    .map(({ name }) => join(folder.path, name));
}
