import { promises as fs } from 'node:fs';
import path from 'node:path';

/** A folder that a build tool builds. */
export interface BuildModule {
  readonly tool: 'maven' | 'gradle';
  readonly folder: string;
}

/** What the build tool compiles the main sources of a module with. */
export interface BuildClassPath {
  readonly entries: readonly string[];
  /** Where annotation processors come from, when the tool keeps them apart. */
  readonly processors?: readonly string[];
}

export interface BuildToolOptions {
  readonly cacheDirectory: string;
  /** The `JAVA_HOME` of the tool. */
  readonly jdkHome?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  /** The tool is started now, or said something. */
  readonly onProgress?: (progress: BuildToolProgress) => void;
}

export interface BuildToolProgress {
  readonly tool: BuildModule['tool'];
  readonly folder: string;
  /** The last line it printed. */
  readonly line?: string;
}

export const BUILD_TOOL_MS = 180_000;

/** The tool's wrapper in a folder or one above it, else its name, to be found on the PATH. */
export async function wrapperOrCommand(folder: string, wrapper: string, command: string): Promise<string> {
  const windows = process.platform === 'win32';
  for (const each of foldersUpwards(folder)) {
    const file = path.join(each, windows ? (wrapper === 'mvnw' ? 'mvnw.cmd' : `${wrapper}.bat`) : wrapper);
    const isUsable = await fs.access(file, windows ? fs.constants.F_OK : fs.constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isUsable) return file;
  }
  return command;
}

/** A folder and those above it, up to the root. */
export function foldersUpwards(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUpwards(parent)];
}

/** The environment of a build tool. */
export function toolEnvironment(options: BuildToolOptions): NodeJS.ProcessEnv {
  return { ...(options.env ?? process.env), ...(options.jdkHome && { JAVA_HOME: options.jdkHome }) };
}
