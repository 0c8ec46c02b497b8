import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { root } from '../support/paths';
import { run } from '../support/run';
import { stageExtension } from './stage';

/** Where `npm run package` leaves the packaged extension. */
export const vsixFile = path.join(root, 'swapdeck.vsix');

/** Builds the extension and packages it; resolves to the file's size in bytes. */
export async function packageExtension(): Promise<number> {
  await run(process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--clean'], { show: true });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'swapdeck-package-'));
  try {
    await stageExtension(folder);
    // Nothing is left to ignore; without the file there would be a warning.
    await writeFile(path.join(folder, '.vscodeignore'), '');
    await createVSIX({
      cwd: folder,
      packagePath: vsixFile,
      // Everything is bundled.
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return (await stat(vsixFile)).size;
}
