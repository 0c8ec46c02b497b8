import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A new, empty folder; its real path, because macOS's temporary folder is behind a link. */
export async function makeTempDir(name: string): Promise<string> {
  return realpath(await mkdtemp(path.join(os.tmpdir(), `swapdeck-${name}-`)));
}

export async function removeDir(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
