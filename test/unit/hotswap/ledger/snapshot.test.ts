import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobStore, sha256 } from '../../../../src/hotswap/ledger/blobs';
import { ClassRootSnapshot } from '../../../../src/hotswap/ledger/snapshot';

describe('ClassRootSnapshot', () => {
  let dir: string;
  let root: string;
  let blobs: BlobStore;
  const open = (): ClassRootSnapshot => new ClassRootSnapshot(root, join(dir, 'index'), blobs);
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'swapdeck-snapshot-'));
    root = join(dir, 'classes');
    blobs = new BlobStore(join(dir, 'blobs'));
    await mkdir(join(root, 'demo'), { recursive: true });
    await writeFile(join(root, 'demo', 'A.class'), 'a0');
    await writeFile(join(root, 'demo', 'A$Inner.class'), 'inner');
    await writeFile(join(root, 'demo', 'notes.txt'), 'no class');
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('keeps the bytes a compiler overwrites afterwards', async () => {
    const snapshot = open();
    assert.equal(await snapshot.take(), 2);
    await writeFile(join(root, 'demo', 'A.class'), 'a1 is longer');
    const hash = snapshot.hashOf('demo.A');
    assert.equal(hash, sha256(Buffer.from('a0')));
    assert.deepEqual(await blobs.get(hash), Buffer.from('a0'));
    assert.equal(snapshot.hashOf('demo.A$Inner'), sha256(Buffer.from('inner')));
    assert.equal(snapshot.hashOf('demo.Missing'), undefined);
  });

  it('does not read an untouched file again, also in another session', async () => {
    await open().take();
    assert.equal(await open().take(), 0);
    const file = join(root, 'demo', 'A.class');
    await writeFile(file, 'a1');
    const { atime, mtime } = await stat(file);
    await utimes(file, atime, new Date(mtime.getTime() + 2000));
    const snapshot = open();
    assert.equal(await snapshot.take(), 1);
    assert.equal(snapshot.hashOf('demo.A'), sha256(Buffer.from('a1')));
  });

  it('looks once for all who ask at the same time, as long as one of them wants it', async () => {
    const snapshot = open();
    const abort = new AbortController();
    const looks = [snapshot.take(abort.signal), snapshot.take()];
    abort.abort();
    assert.deepEqual(await Promise.all(looks), [2, 2]);
    const both = [snapshot.take(abort.signal), snapshot.take(abort.signal)];
    for (const look of both) await assert.rejects(look, { name: 'AbortedError' });
  });

  it('knows what was kept earlier before it has looked again', async () => {
    await open().take();
    const snapshot = open();
    await snapshot.loaded();
    assert.equal(snapshot.hashOf('demo.A'), sha256(Buffer.from('a0')));
  });

  it('keeps what a class file held before, for a JVM that was started before the last build', async () => {
    await open().take();
    await writeFile(join(root, 'demo', 'A.class'), 'a1 is longer');
    const snapshot = open();
    assert.equal(await snapshot.take(), 1);
    const hashes = ['a1 is longer', 'a0'].map((text) => sha256(Buffer.from(text)));
    assert.deepEqual(snapshot.hashesOf('demo.A'), hashes);
    const again = open();
    await again.take();
    assert.deepEqual(again.hashesOf('demo.A'), hashes);
  });

  it('forgets removed classes and takes a missing class root as empty', async () => {
    const snapshot = open();
    await snapshot.take();
    await rm(join(root, 'demo', 'A.class'));
    await snapshot.take();
    assert.equal(snapshot.hashOf('demo.A'), undefined);
    await rm(root, { recursive: true });
    assert.equal(await snapshot.take(), 0);
  });

  it('starts over when its index was damaged', async () => {
    await open().take();
    const index = join(dir, 'index');
    for (const file of await readdir(index)) await writeFile(join(index, file), '[["demo/A.cl');
    const snapshot = open();
    assert.equal(await snapshot.take(), 2);
    assert.equal(snapshot.hashOf('demo.A'), sha256(Buffer.from('a0')));
  });
});
