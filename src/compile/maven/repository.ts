import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseXml, textAt } from '../xml';

/** Where Maven keeps what it fetched: the settings' `localRepository`, else `~/.m2/repository`. */
export async function mavenLocalRepository(userHome: string = os.homedir()): Promise<string> {
  const home = path.join(userHome, '.m2');
  const settings = await fs.readFile(path.join(home, 'settings.xml'), 'utf8').catch(() => undefined);
  const written = settings === undefined ? undefined : textAt(await parseXml(settings), 'localRepository');
  const resolved = written
    ?.replace(/\$\{user\.home\}/g, userHome)
    .replace(/\$\{env\.(\w+)\}/g, (whole, name: string) => process.env[name] ?? whole);
  return resolved === undefined || resolved.includes('${')
    ? path.join(home, 'repository')
    : path.resolve(resolved);
}
