import { readFile, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { systemCode } from '../util/errors';
import { ConfigError } from './errors';

export const CONFIG_FILE = 'swapdeck.yaml';

/** The path of the `swapdeck.yaml` in a folder or the nearest one above it. */
export async function findConfig(directory: string): Promise<string | undefined> {
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    const file = path.join(folder, CONFIG_FILE);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return file;
    if (path.dirname(folder) === folder) return undefined;
  }
}

/** The text of a configuration. Rejects with `ConfigError` `unreadable`. */
export async function readConfigText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = systemCode(error) ?? 'unknown';
    throw new ConfigError('unreadable', `cannot read ${file}: ${code}`, { file, code }, error);
  }
}
