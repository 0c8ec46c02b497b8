import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import type { Places } from '../../../src/environments/places';
import { buildBefore, type ReleaseParts } from '../../../src/environments/release';
import { LocalExec } from '../../../src/transport/localExec';

describe('the command of a build', () => {
  let folder: string;
  before(async () => {
    folder = await makeTempDir('build');
  });
  after(() => removeDir(folder));

  const build = (...words: string[]): Promise<void> => {
    const places = { exec: () => new LocalExec('this machine', { directory: folder }) };
    const parts = { places: places as unknown as Places, environment: 'staging', folder } as ReleaseParts;
    const before = [process.execPath, '-e', 'require("fs").writeFileSync("told", process.argv[1])', ...words];
    const git = { sha: '3f2c1ab', dirty: false };
    return buildBefore({ build: { context: '.', before } }, { version: '1.4.2', git }, parts, undefined);
  };

  it('is told which release it makes', async () => {
    await build('${version} ${sha} ${environment} $${HOME}');
    assert.equal(await readFile(path.join(folder, 'told'), 'utf8'), '1.4.2 3f2c1ab staging ${HOME}');
  });

  it('is not run with a word left open', async () => {
    await assert.rejects(build('${branch}'), { reason: 'valueMissing', details: { name: 'branch' } });
  });
});
