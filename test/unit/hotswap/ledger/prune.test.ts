import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTempDir, removeDir } from '../../../../scripts/support/tempDir';
import { silentLog } from '../../../../src/contracts/log';
import { BlobStore, sha256 } from '../../../../src/hotswap/ledger/blobs';
import { Ledger } from '../../../../src/hotswap/ledger/ledger';
import { monthOf } from '../../../../src/hotswap/ledger/months';
import { pruneLedger, removeEmptyLedger } from '../../../../src/hotswap/ledger/prune';

const day = 24 * 60 * 60_000;

describe('pruning a ledger', () => {
  const now = Date.now();
  let dir: string;
  let folder: string;
  let time: number;
  let ledger: Ledger;
  const warnings: string[] = [];
  const open = (): Ledger =>
    new Ledger(folder, {
      clock: { now: () => time },
      log: { ...silentLog, warn: (message) => warnings.push(message) },
    });
  beforeEach(async () => {
    warnings.length = 0;
    dir = await makeTempDir('prune');
    folder = join(dir, 'ledger');
    time = now;
    ledger = open();
  });
  afterEach(async () => {
    await ledger.close();
    await removeDir(dir);
  });

  const hash = (text: string): string => sha256(Buffer.from(text));
  /** A swap from one text to another, so many days ago. */
  const swap = async (
    id: string,
    daysAgo: number,
    run: string,
    [from, to]: [string, string],
  ): Promise<void> => {
    time = now - daysAgo * day;
    await ledger.attached('dev/app', time, run);
    await ledger.blobs.putAll([Buffer.from(from), Buffer.from(to)]);
    const classes = [{ name: 'demo.A', before: hash(from), after: hash(to) }];
    const { who } = ledger;
    const facts = { version: '17', origin: 'watch' as const, who };
    await ledger.begin({ kind: 'begin', id, at: time, jvm: 'dev/app', run, ...facts, classes });
    await ledger.end({ kind: 'end', id, outcome: 'swapped', results: [], ms: { total: 1 } });
  };
  /** As if everything had been written so many days ago. */
  const age = async (days: number): Promise<void> => {
    await ledger.close();
    const then = new Date(now - days * day);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), then, then);
    ledger = open();
  };
  const months = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith('ledger-')).sort();
  const ids = async (): Promise<string[]> => (await open().entries()).map(({ begin }) => begin.id);
  const there = async (...texts: string[]): Promise<boolean[]> =>
    Promise.all(texts.map((text) => open().blobs.has(hash(text))));

  it('takes swaps of runs that ended long ago, whose class files nothing else refers to', async () => {
    await swap('1', 160, 'r1', ['a0', 'a1']);
    await swap('2', 100, 'r2', ['a1', 'a2']);
    await swap('3', 20, 'r3', ['a2', 'a3']);
    await age(20);
    await swap('4', 0, 'r4', ['a3', 'a4']);
    await ledger.close();
    assert.deepEqual(await ids(), ['3', '4']);
    assert.deepEqual(await there('a0', 'a1', 'a2', 'a3', 'a4'), [false, false, true, true, true]);
    const written = [...new Set([20, 0].map((days) => `ledger-${monthOf(now - days * day)}.jsonl`))].sort();
    assert.deepEqual(await months(), written);
    assert.deepEqual(warnings, []);
  });

  it('leaves what can be undone in a JVM that may still run, with its class files', async () => {
    await swap('1', 160, 'r1', ['a0', 'a1']);
    await age(160);
    time = now;
    await pruneLedger(folder, now, day);
    assert.deepEqual(await ids(), ['1']);
    assert.deepEqual(await there('a0', 'a1'), [true, true]);
    // Nobody who has read it a moment ago finds its class files gone.
    time = now + 23 * day;
    await pruneLedger(folder, time, day);
    assert.deepEqual([await ids(), await there('a0', 'a1')], [[], [true, true]]);
    time = now + 28 * day;
    await pruneLedger(folder, time, day);
    assert.deepEqual([await months(), await there('a0', 'a1')], [[], [false, false]]);
  });

  it('leaves class files of which the class roots of the last 30 days are known to hold or have held', async () => {
    const root = join(dir, 'classes');
    await mkdir(root);
    await writeFile(join(root, 'A.class'), 'a0');
    await ledger.snapshotOf(root).take();
    await writeFile(join(root, 'A.class'), 'a1 is longer');
    await ledger.snapshotOf(root).take();
    await age(29);
    await pruneLedger(folder, now, day);
    assert.deepEqual(await there('a0', 'a1 is longer'), [true, true]);
    await age(31);
    // Looked at anew, although nothing changed.
    await ledger.snapshotOf(root).take();
    await pruneLedger(folder, now, day);
    assert.deepEqual(await there('a0', 'a1 is longer'), [true, true]);
    await age(31);
    await pruneLedger(folder, now, day);
    assert.deepEqual(await there('a0', 'a1 is longer'), [false, false]);
    assert.deepEqual(await readdir(join(folder, 'roots')), []);
  });

  it('never takes a class file that another process keeps at the same time', async () => {
    const texts = Array.from({ length: 300 }, (_, at) => `class ${at}`);
    const all = texts.map((text) => Buffer.from(text));
    await ledger.blobs.putAll(all);
    await age(31);
    const blobs = new BlobStore(join(folder, 'classes'));
    await Promise.all([
      pruneLedger(folder, now, day),
      pruneLedger(folder, now, 0),
      ...all.map((bytes) => blobs.put(bytes)),
    ]);
    assert.deepEqual(new Set(await there(...texts)), new Set([true]));
    // And what it once kept, and does not know to be gone.
    await age(31);
    await pruneLedger(folder, now, day);
    assert.deepEqual(new Set(await there(...texts)), new Set([false]));
    const later = new BlobStore(join(folder, 'classes'), () => now);
    await later.put(all[0]!);
    assert.deepEqual(await there(texts[0]!), [true]);
    assert.equal(await later.use(hash(texts[1]!)), false);
  });

  it('puts a class file back that a killed pruning had moved away, and takes what a killed write left', async () => {
    await swap('1', 10, 'r1', ['a0', 'a1']);
    await ledger.close();
    const file = join(folder, 'classes', hash('a0').slice(0, 2), hash('a0').slice(2));
    await rename(file, `${file}.7f1d0c3e-52a4-4b0a-9c57-0d2f6f1f3a11.unused`);
    await writeFile(`${file}.7f1d0c3e-52a4-4b0a-9c57-0d2f6f1f3a11`, 'a');
    await age(10);
    await pruneLedger(folder, now, day);
    assert.deepEqual(await there('a0'), [true]);
    assert.deepEqual(await readdir(join(file, '..')), [hash('a0').slice(2)]);
  });

  it('is done once a day, by one of all processes', async () => {
    await swap('1', 0, 'r1', ['a0', 'a1']);
    await ledger.close();
    const { mtimeMs } = await stat(join(folder, 'pruned'));
    ledger = open();
    await swap('2', -0.9, 'r1', ['a1', 'a2']);
    await ledger.close();
    assert.equal((await stat(join(folder, 'pruned'))).mtimeMs, mtimeMs);
    ledger = open();
    await swap('3', -1.1, 'r1', ['a2', 'a3']);
    await ledger.close();
    assert.ok((await stat(join(folder, 'pruned'))).mtimeMs > mtimeMs);
  });

  it('never fails a swap: it is told in the log', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'roots'), 'no folder');
    await swap('1', 0, 'r1', ['a0', 'a1']);
    await ledger.close();
    assert.equal(warnings.length, 1);
    assert.deepEqual(await ids(), ['1']);
  });

  it('takes a ledger without anything in it, while others may write to it', async () => {
    await swap('1', 0, 'r1', ['a0', 'a1']);
    await ledger.close();
    await removeEmptyLedger(folder);
    assert.deepEqual(await ids(), ['1']);
    await rm(join(folder, (await months())[0]!));
    await removeEmptyLedger(folder);
    assert.deepEqual(await there('a0', 'a1'), [true, true]);
    for (const name of await readdir(join(folder, 'classes'))) {
      const files = await readdir(join(folder, 'classes', name));
      for (const file of files) await rm(join(folder, 'classes', name, file));
    }
    await removeEmptyLedger(folder);
    assert.deepEqual(await readdir(dir), []);
    // Whoever had it open goes on.
    await swap('2', -0.5, 'r1', ['a0', 'a1']);
    assert.deepEqual(await ids(), ['2']);
    assert.deepEqual(await there('a0', 'a1'), [true, true]);
  });
});
