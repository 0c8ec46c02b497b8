import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltClass } from '../model';
import { builtClass } from './builtClass';

/** The class of that name in the folder that another class came from; undefined when there is none, or of a jar. */
export async function findInRoot(name: string, { root, file }: BuiltClass): Promise<BuiltClass | undefined> {
  if (root === file) return undefined;
  const path = join(root, ...name.split('.')) + '.class';
  const bytes = await readFile(path).catch(() => undefined);
  const built = bytes && builtClass(bytes, path, root);
  return built === undefined || built === 'incomplete' || built.name !== name ? undefined : built;
}
