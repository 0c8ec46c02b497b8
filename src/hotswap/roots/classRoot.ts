/** A place with compiled classes, and where their sources are. */
export interface ClassRoot {
  /** Absolute path of a folder or a jar. A folder need not exist: a clean build takes it away for a while. */
  readonly path: string;
  readonly kind: 'folder' | 'jar';
  /** Absolute source folders whose classes land here; may be empty when unknown. */
  readonly sources: readonly string[];
  /** What said so. */
  readonly build: 'maven' | 'gradle' | 'eclipse' | 'intellij' | 'configured';
}

/** The little of a file system that discovery needs, so that it can be tested without one. */
export interface RootsFileSystem {
  /** Names and kinds; symbolic links count as `other`. Empty when the folder isn't there or can't be read. */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** Text of a small file, or undefined. */
  read(file: string): Promise<string | undefined>;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}
