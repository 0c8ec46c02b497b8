import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths';

/** What package.json says of the extension, as far as packaging needs it. */
export interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  /** What belongs to the extension: files and folders. */
  readonly files: readonly string[];
}

export async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Manifest;
}

/** Copies what belongs to the built extension, and nothing else, into an empty folder. */
export async function stageExtension(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { files, ...manifest } = await readManifest();
  // Scripts and packages are of use only where the sources are.
  const unused = { scripts: undefined, devDependencies: undefined, dependencies: undefined };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ ...manifest, ...unused }, null, 2));
  for (const file of files) {
    const source = path.join(root, file);
    if (!existsSync(source)) continue;
    await cp(source, path.join(folder, file), {
      recursive: true,
      // Source maps are for who has the sources; compiled samples are made anew where they run.
      filter: (from) => !from.endsWith('.map') && path.basename(from) !== 'target',
    });
  }
}

/** Makes the built extension an installed one of a VS Code that reads this folder of extensions. */
export async function installFolder(extensionsDir: string): Promise<void> {
  const { publisher, name, version } = await readManifest();
  await stageExtension(path.join(extensionsDir, `${publisher}.${name}-${version}`));
}
