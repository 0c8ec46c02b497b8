import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFolder } from '../environments/stateFolder';
import { pruneLedger, removeEmptyLedger } from '../hotswap/ledger/prune';
import { systemCode, toError } from '../util/errors';
import type { Context } from './command';

/** In a workspace that is used its own commands do it each day. */
const EVERY_MS = 30 * 24 * 60 * 60_000;

/** Nobody swaps in a workspace that is gone: what its ledger has would stay for ever. Never rejects. */
export async function pruneWorkspaces({ env, output }: Pick<Context, 'env' | 'output'>): Promise<void> {
  const workspaces = join(stateFolder(env), 'workspaces');
  // None where nothing was swapped yet.
  for (const name of await readdir(workspaces).catch(() => []))
    await pruneWorkspace(join(workspaces, name)).catch((error: unknown) => {
      // Another command may have been faster.
      if (systemCode(error) !== 'ENOENT')
        output.log.warn(`could not remove old swaps in ${workspaces}: ${toError(error).message}`);
    });
}

async function pruneWorkspace(folder: string): Promise<void> {
  const ledger = join(folder, 'ledger');
  await pruneLedger(ledger, Date.now(), EVERY_MS);
  await removeEmptyLedger(ledger);
  // Fails while it has a ledger.
  await rmdir(folder).catch(() => undefined);
}
