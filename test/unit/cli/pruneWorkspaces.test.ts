import assert from 'node:assert/strict';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { Output } from '../../../src/cli/output';
import { pruneWorkspaces } from '../../../src/cli/pruneWorkspaces';
import { Ledger } from '../../../src/hotswap/ledger/ledger';

const day = 24 * 60 * 60_000;

describe('ledgers of workspaces in which nobody swaps any more', () => {
  const now = Date.now();
  let state: string;
  beforeEach(async () => (state = await makeTempDir('state')));
  afterEach(() => removeDir(state));

  const swap = async (workspace: string, daysAgo: number): Promise<void> => {
    const folder = join(state, 'workspaces', workspace, 'ledger');
    const at = now - daysAgo * day;
    const ledger = new Ledger(folder, { clock: { now: () => at } });
    const after = await ledger.blobs.put(Buffer.from(workspace));
    const facts = { id: '1', at, who: 'ada', jvm: 'app', run: 'r', version: '17', origin: 'watch' } as const;
    await ledger.begin({ kind: 'begin', ...facts, classes: [{ name: 'demo.A', after }] });
    await ledger.end({ kind: 'end', id: '1', outcome: 'swapped', results: [], ms: { total: 1 } });
    await ledger.close();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), new Date(at), new Date(at));
  };

  it('go by the bounds of any ledger, and the last of them with their folder', async () => {
    await swap('gone', 190);
    await swap('resting', 170);
    await swap('used', 1);
    let said = '';
    const sink = { write: (text: string) => Boolean((said += text)) };
    const output = new Output({ stdout: sink, stderr: sink, json: false, verbose: false });
    const prune = (): Promise<void> => pruneWorkspaces({ env: { SWAPDECK_STATE: state }, output });
    await prune();
    assert.deepEqual((await readdir(join(state, 'workspaces'))).sort(), ['resting', 'used']);
    for (const name of ['resting', 'used']) {
      const ledger = new Ledger(join(state, 'workspaces', name, 'ledger'));
      const [entry] = await ledger.entries();
      assert.equal(await ledger.blobs.has(entry!.begin.classes[0]!.after), true);
    }
    await removeDir(join(state, 'workspaces'));
    await prune();
    assert.equal(said, '');
  });
});
