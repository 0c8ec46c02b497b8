import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { pruneCache } from '../../../src/artifacts/pruneCache';

const day = 24 * 60 * 60_000;

describe('the cache of artifacts', () => {
  const now = Date.now();
  let cache: string;
  beforeEach(async () => (cache = await makeTempDir('artifacts')));
  afterEach(() => removeDir(cache));

  /** `version` of `shop`, asked for so many days ago. */
  const put = async (version: string, days: number, end = '.war', folder = version): Promise<void> => {
    const file = path.join(cache, 'com', 'example', 'shop', folder, `shop-${version}${end}`);
    await mkdir(path.dirname(file), { recursive: true });
    const time = new Date(now - days * day);
    for (const each of end === '.war' ? [file, `${file}.sha256`] : [file]) {
      await writeFile(each, 'x'.repeat(100));
      await utimes(each, time, time);
    }
  };
  const kept = async (): Promise<string[]> =>
    (await readdir(cache, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort();
  const both = (...names: string[]): string[] => names.flatMap((name) => [name, `${name}.sha256`]).sort();

  it('loses what was not asked for in 90 days, with its checksum and folder, but not the newest versions', async () => {
    for (const version of ['1.2.0', '1.10.0', '1.9.0', '1.3.0']) await put(version, 91);
    await put('1.0.0', 89);
    await pruneCache(cache, now);
    assert.deepEqual(
      await kept(),
      both('shop-1.0.0.war', 'shop-1.10.0.war', 'shop-1.3.0.war', 'shop-1.9.0.war'),
    );
    const versions = await readdir(path.join(cache, 'com', 'example', 'shop'));
    assert.deepEqual(versions.sort(), ['1.0.0', '1.10.0', '1.3.0', '1.9.0']);
  });

  it('has builds of a snapshot as versions of their own', async () => {
    const builds = [1, 2, 3, 4].map((build) => `1.1.0-20260101.10100${build}-${build}`);
    for (const build of builds) await put(build, 100, '.war', '1.1.0-SNAPSHOT');
    await pruneCache(cache, now);
    assert.deepEqual(await kept(), both(...builds.slice(1).map((build) => `shop-${build}.war`)));
  });

  it('loses what was asked for longest ago once it is too large, but nothing of the last day', async () => {
    for (const version of ['9.0.0', '9.0.1', '9.0.2']) await put(version, 50);
    await put('1.0.0', 4);
    await put('1.0.1', 3);
    await put('1.0.2', 2);
    await pruneCache(cache, now, 600);
    assert.equal((await kept()).length, 12);
    await pruneCache(cache, now, 250);
    const newest = ['shop-9.0.0.war', 'shop-9.0.1.war', 'shop-9.0.2.war'];
    assert.deepEqual(await kept(), both('shop-1.0.1.war', 'shop-1.0.2.war', ...newest));
    await put('1.0.0', 0.9);
    await pruneCache(cache, now, 0);
    assert.deepEqual(await kept(), both('shop-1.0.0.war', ...newest));
  });

  it('loses what a killed download left, and not what is being downloaded', async () => {
    await put('1.0.0', 2, '.war.0a1b2c3d.part');
    await put('1.0.1', 0, '.war.0a1b2c3d.part');
    await pruneCache(cache, now);
    assert.deepEqual(await kept(), ['shop-1.0.1.war.0a1b2c3d.part']);
  });

  it('puts back what a killed removal of another process moved away although it was used', async () => {
    await put('1.0.0', 0, '.war.7f1d0c3e-52a4-4b0a-9c57-0d2f6f1f3a11.unused');
    await pruneCache(cache, now);
    assert.deepEqual(await kept(), ['shop-1.0.0.war']);
  });

  it('can be pruned by several at once', async () => {
    for (let patch = 0; patch < 40; patch++) await put(`1.0.${patch}`, 91);
    await Promise.all([1, 2, 3].map(() => pruneCache(cache, now)));
    await pruneCache(cache, now);
    assert.deepEqual(await kept(), both('shop-1.0.37.war', 'shop-1.0.38.war', 'shop-1.0.39.war'));
  });
});
