import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltClass } from '../model';
import { classFileOf } from './builtClass';
import type { ClassRoot } from './classRoot';
import { classRootAt } from './find';
import { nodeFileSystem } from './nodeFileSystem';
import { pathKey } from './relevant';

/** Finds the sources of built classes in the source folders of their class roots. */
export class SourceFiles {
  readonly #roots: ReadonlyMap<string, ClassRoot>;
  readonly #found = new Map<string, Promise<string | undefined>>();
  readonly #texts = new Map<string, Promise<string | undefined>>();

  constructor(roots: readonly ClassRoot[]) {
    this.#roots = new Map(roots.map((root) => [pathKey(root.path), root]));
  }

  /** Those of these class roots that a build describes, which is looked for around them. */
  static async around(paths: readonly string[]): Promise<SourceFiles> {
    const roots = await Promise.all(paths.map((path) => classRootAt(path, nodeFileSystem)));
    return new SourceFiles(roots.filter((root) => root !== undefined));
  }

  /** Absolute path of the source that a class was compiled from; undefined where it isn't found. */
  of(built: BuiltClass): Promise<string | undefined> {
    const { sourceFile } = classFileOf(built);
    const sources = this.#roots.get(pathKey(built.root))?.sources ?? [];
    if (sourceFile === undefined || sources.length === 0) return Promise.resolve(undefined);
    const path = join(...built.name.split('.').slice(0, -1), sourceFile);
    const key = `${pathKey(built.root)}\n${path}`;
    let found = this.#found.get(key);
    if (!found) this.#found.set(key, (found = firstOf(sources.map((folder) => join(folder, path)))));
    return found;
  }

  /** The text of that source; undefined where it isn't found. */
  async textOf(built: BuiltClass): Promise<string | undefined> {
    const file = await this.of(built);
    if (file === undefined) return undefined;
    let text = this.#texts.get(file);
    if (!text) this.#texts.set(file, (text = readFile(file, 'utf8').catch(() => undefined)));
    return text;
  }
}

async function firstOf(files: readonly string[]): Promise<string | undefined> {
  const there = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.find((_, at) => there[at]);
}
