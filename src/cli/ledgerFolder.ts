import { createHash } from 'node:crypto';
import { mkdir, realpath, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { findConfig } from '../config/find';
import { Ledger } from '../hotswap/ledger/ledger';
import { isLoopbackHost } from '../targets/jvm/jdwpOptions';
import type { Context } from './command';
import { formatJvmAddress, parseJvmAddress } from './jvmAddress';
import { stateFolder } from '../environments/stateFolder';

type Place = Pick<Context, 'cwd' | 'env' | 'output'>;

/** The ledger of the workspace that a command is called in; nothing is made or read yet. */
export async function workspaceLedger(place: Place): Promise<Ledger> {
  const folder = path.join(stateFolder(place.env), 'workspaces', await workspaceKey(place.cwd), 'ledger');
  return new Ledger(folder, { base: 'run', keyOf: jvmKey, log: place.output.log });
}

/** The same for a command that swaps; undefined, and said so, when it can't be written to. */
export async function writableLedger(context: Context): Promise<Ledger | undefined> {
  const ledger = await workspaceLedger(context);
  try {
    await mkdir(ledger.folder, { recursive: true });
    return ledger;
  } catch {
    context.output.note(`This swap can't be undone: ${ledger.folder} can't be written to.`);
    return undefined;
  }
}

/** Every JVM of this machine goes by one name, however its address is written. */
export function jvmKey(jvm: string): string {
  const endpoint = parseJvmAddress(jvm);
  if (!endpoint) return jvm;
  return formatJvmAddress(isLoopbackHost(endpoint.host) ? { ...endpoint, host: 'localhost' } : endpoint);
}

/** The workspace's folder name, and a digest of its path. */
async function workspaceKey(cwd: string): Promise<string> {
  const folder = await realpath(await workspaceFolder(cwd)).catch(() => path.resolve(cwd));
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const name = path.basename(folder).replace(/[^\w.-]/g, '_');
  return name === '' ? digest : `${name}-${digest}`;
}

/** The nearest folder upward with a `swapdeck.yaml`, else with a `.git`, else this one. */
async function workspaceFolder(cwd: string): Promise<string> {
  const config = await findConfig(cwd);
  if (config !== undefined) return path.dirname(config);
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    if (await stat(path.join(folder, '.git')).catch(() => undefined)) return folder;
    if (path.dirname(folder) === folder) return cwd;
  }
}
