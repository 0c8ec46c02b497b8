import { join } from 'node:path';
import type { ClassRoot } from './classRoot';
import { has, type Folder } from './folder';

/**
 * IntelliJ's own builder writes to `out/production/MODULE` of the project; `MODULE.iml`, beside the sources or
 * under `.idea`, names the source folders.
 */
export async function intellijRoots(folder: Folder): Promise<ClassRoot[]> {
  if (!has(folder, 'out/')) return [];
  const modules = await folder.fs.list(join(folder.path, 'out', 'production'));
  const roots = modules
    .filter(({ kind }) => kind === 'folder')
    .map(async ({ name }): Promise<ClassRoot> => ({
      path: join(folder.path, 'out', 'production', name),
      kind: 'folder',
      sources: await sourcesOf(folder, name),
      build: 'intellij',
    }));
  return Promise.all(roots);
}

async function sourcesOf(folder: Folder, module: string): Promise<string[]> {
  for (const home of [folder.path, join(folder.path, module)]) {
    for (const file of [
      join(home, `${module}.iml`),
      join(folder.path, '.idea', 'modules', `${module}.iml`),
    ]) {
      const text = await folder.fs.read(file);
      if (text !== undefined) return parseModuleSources(text, home);
    }
  }
  return [join(folder.path, 'src')];
}

/** `sourceFolder` elements that are no tests; `$MODULE_DIR$` is the folder of the module. */
export function parseModuleSources(iml: string, moduleFolder: string): string[] {
  const sources: string[] = [];
  for (const [element] of iml.matchAll(/<sourceFolder\b[^>]*>/g)) {
    const url = /\burl="file:\/\/\$MODULE_DIR\$\/?([^"]*)"/.exec(element)?.[1];
    const isTest =
      element.includes('isTestSource="true"') || /\btype="java-(?:test-)?resource"/.test(element);
    if (url !== undefined && !isTest) sources.push(join(moduleFolder, url));
  }
  return sources;
}
