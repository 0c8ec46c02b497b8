import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord, Outcome } from '../../../src/contracts/deployRecord';
import { LocalJournal } from '../../../src/deploy/journal';
import { pruneJournals } from '../../../src/deploy/pruneJournals';

const day = 24 * 60 * 60_000;

describe('journals on this machine', () => {
  const now = Date.now();
  let dir: string;
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'swapdeck-journals-'))));
  afterEach(() => rm(dir, { recursive: true }));

  const write = async (plan: string, days: number, outcome?: Outcome): Promise<void> => {
    const begun = { at: 1, fence: 1, kind: 'begin', step: 'start', direction: 'do' } as const;
    const finish = { at: 2, fence: 1, kind: 'finish', outcome } as JournalRecord;
    const journal = new LocalJournal(join(dir, `${plan}.jsonl`));
    await journal.append(outcome ? [begun, finish] : [begun]);
    await journal.close();
    const time = new Date(now - days * day);
    await utimes(join(dir, `${plan}.jsonl`), time, time);
  };
  const plans = async (): Promise<string[]> =>
    (await readdir(dir)).map((name) => name.replace('.jsonl', '')).sort();
  const fifty = async (): Promise<string[]> => {
    const names = Array.from({ length: 50 }, (_, at) => `new-${String(at).padStart(2, '0')}`);
    await Promise.all(names.map((name, at) => write(name, at / 50, 'done')));
    return names;
  };

  it('are the newest 50', async () => {
    const newest = await fifty();
    await write('old-1', 2, 'done');
    await write('old-2', 3, 'undone');
    await pruneJournals(dir, now);
    assert.deepEqual(await plans(), newest);
  });

  it('are all that there are while they are few, however old', async () => {
    await write('old', 800, 'done');
    await pruneJournals(dir, now);
    assert.deepEqual(await plans(), ['old']);
  });

  it('are kept for a year where the deployment can be gone on with or taken back', async () => {
    const newest = await fifty();
    for (const outcome of ['stayed', 'stuck', 'interrupted'] as const) await write(outcome, 364, outcome);
    await write('killed', 364);
    await write('forgotten', 366, 'stuck');
    await pruneJournals(dir, now);
    assert.deepEqual(await plans(), [...newest, 'interrupted', 'killed', 'stayed', 'stuck'].sort());
  });

  it('may be none', async () => {
    await pruneJournals(join(dir, 'none'), now);
    assert.deepEqual(await plans(), []);
  });
});
