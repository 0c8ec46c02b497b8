import { readdir, readFile } from 'node:fs/promises';
import type { RootsFileSystem } from './classRoot';

/** The real file system. */
export const nodeFileSystem: RootsFileSystem = {
  list: async (folder) => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.map((entry) => ({
      name: entry.name,
      kind: entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other',
    }));
  },
  read: (file) => readFile(file, 'utf8').catch(() => undefined),
};
