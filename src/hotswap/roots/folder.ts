import type { FolderEntry, RootsFileSystem } from './classRoot';

/** A folder of the workspace that is looked at, with what it holds. */
export interface Folder {
  readonly path: string;
  readonly entries: readonly FolderEntry[];
  readonly fs: RootsFileSystem;
}

/** Whether a folder holds a file (or, with a trailing `/`, a folder) of this name. */
export function has(folder: Folder, name: string): boolean {
  const kind = name.endsWith('/') ? 'folder' : 'file';
  const plain = name.replace(/\/$/, '');
  return folder.entries.some((entry) => entry.kind === kind && entry.name === plain);
}
