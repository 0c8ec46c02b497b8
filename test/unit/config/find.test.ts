import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { findConfig, readConfigText } from '../../../src/config/find';

describe('finding swapdeck.yaml', () => {
  let folder: string;
  before(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'swapdeck-find-')));
    await mkdir(path.join(folder, 'a', 'b', 'swapdeck.yaml'), { recursive: true });
    await writeFile(path.join(folder, 'a', 'swapdeck.yaml'), '# here\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('looks in the folder and above it, and takes only a file', async () => {
    const file = path.join(folder, 'a', 'swapdeck.yaml');
    assert.equal(await findConfig(path.join(folder, 'a')), file);
    assert.equal(await findConfig(path.join(folder, 'a', 'b')), file);
    assert.equal(await findConfig(path.join(folder, 'a', 'not', 'there')), file);
    assert.equal(await findConfig(folder), undefined);
  });

  it('tells why a file can not be read', async () => {
    assert.equal(await readConfigText(path.join(folder, 'a', 'swapdeck.yaml')), '# here\n');
    const file = path.join(folder, 'gone.yaml');
    await assert.rejects(readConfigText(file), { reason: 'unreadable', details: { file, code: 'ENOENT' } });
  });
});
