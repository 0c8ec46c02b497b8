import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noteUsed, originalOf, removeUnused } from '../../../src/util/removeUnused';

describe('removeUnused', () => {
  const now = Date.now();
  const hour = 60 * 60_000;
  let dir: string;
  let file: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'swapdeck-unused-'));
    file = join(dir, 'ab');
    await writeFile(file, 'bytes');
    await age(file, 2 * hour);
  });
  afterEach(() => rm(dir, { recursive: true }));

  const age = (path: string, ms: number): Promise<void> =>
    utimes(path, new Date(now - ms), new Date(now - ms));

  it('removes what was not used since, and nothing else', async () => {
    await writeFile(join(dir, 'other'), '');
    assert.equal(await removeUnused(join(dir, 'other'), now - hour), false);
    assert.equal(await removeUnused(file, now - hour), true);
    assert.deepEqual(await readdir(dir), ['other']);
    assert.equal(await removeUnused(file, now - hour), false);
  });

  it('leaves what is noted as used', async () => {
    assert.equal(await noteUsed(file, now), true);
    assert.equal(await removeUnused(file, now - hour), false);
    assert.equal(await readFile(file, 'utf8'), 'bytes');
    assert.equal(await noteUsed(join(dir, 'none'), now), false);
  });

  it('never takes what others could note as used while it is removed', async () => {
    for (let round = 0; round < 300; round++) {
      await writeFile(file, 'bytes');
      await age(file, 2 * hour);
      const [used, ...removed] = await Promise.all([
        noteUsed(file, now),
        removeUnused(file, now - hour),
        removeUnused(file, now - hour),
      ]);
      // Whoever could not note it writes it anew.
      if (used) assert.deepEqual([await readFile(file, 'utf8'), ...removed], ['bytes', false, false]);
      else assert.ok(removed.includes(true));
    }
  });

  it('puts back or removes what a kill left on its way', async () => {
    const left = `${file}.7f1d0c3e-52a4-4b0a-9c57-0d2f6f1f3a11.unused`;
    assert.equal(originalOf(left), file);
    assert.equal(originalOf(file), undefined);
    await rm(file);
    await writeFile(left, 'bytes');
    assert.equal(await removeUnused(left, now - hour), false);
    assert.equal(await readFile(file, 'utf8'), 'bytes');
    await writeFile(left, 'bytes');
    await age(left, 2 * hour);
    assert.equal(await removeUnused(left, now - hour), true);
    assert.deepEqual(await readdir(dir), ['ab']);
  });
});
