import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobStore, sha256 } from '../../../../src/hotswap/ledger/blobs';
import type { LedgerClass, SwapEnd } from '../../../../src/hotswap/ledger/entries';
import { Ledger } from '../../../../src/hotswap/ledger/ledger';
import { undoOf, undoOfAll, UndoError } from '../../../../src/hotswap/ledger/undo';

const done = (id: string, names: string[], outcome: SwapEnd['outcome'] = 'swapped'): SwapEnd => ({
  kind: 'end',
  id,
  outcome,
  results: names.map((name) => ({
    name,
    state: 'changed',
    outcome: outcome === 'swapped' ? 'swapped' : 'refused',
  })),
  ms: { total: 5 },
});

describe('Ledger', () => {
  let dir: string;
  let ledger: Ledger;
  const open = (): Ledger => new Ledger(join(dir, 'ledger'), { clock: { now: () => 2000 } });
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'swapdeck-ledger-'));
    ledger = open();
  });
  afterEach(async () => {
    await ledger.close();
    await rm(dir, { recursive: true });
  });

  const begin = (id: string, classes: LedgerClass[], jvm = 'dev/app'): Promise<void> =>
    ledger.begin({
      kind: 'begin',
      id,
      at: 1000,
      who: 'ada',
      jvm,
      version: '17.0.15',
      origin: 'watch',
      classes,
    });

  it('joins the beginning and the end of a swap and filters by JVM and class', async () => {
    await begin('1', [{ name: 'demo.A', before: 'a0', after: 'a1' }]);
    await ledger.end(done('1', ['demo.A']));
    await begin('2', [{ name: 'demo.B', before: 'b0', after: 'b1' }], 'dev/other');
    assert.deepEqual(
      (await ledger.entries()).map(({ begin: { id }, end }) => [id, end?.outcome]),
      [
        ['1', 'swapped'],
        ['2', undefined],
      ],
    );
    assert.deepEqual(
      (await ledger.entries({ jvm: 'dev/other' })).map((entry) => entry.begin.id),
      ['2'],
    );
    assert.deepEqual(
      (await ledger.entries({ className: 'demo.A' })).map((entry) => entry.begin.id),
      ['1'],
    );
  });

  it('keeps a swap of unknown outcome when the process died between begin and end', async () => {
    await begin('1', [{ name: 'demo.A', before: 'a0', after: 'a1' }]);
    await ledger.end(done('1', ['demo.A']));
    await ledger.close();
    const file = join(dir, 'ledger', 'ledger-1970-01.jsonl');
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length - 7));
    const [entry] = await open().entries();
    assert.equal(entry?.begin.id, '1');
    assert.equal(entry.end, undefined);
  });

  it('undoes one swap, and the undo of the undo is the swap again', async () => {
    await begin('1', [{ name: 'demo.A', before: 'a0', after: 'a1' }]);
    await ledger.end(done('1', ['demo.A']));
    const [swap] = await ledger.entries();
    assert.deepEqual(undoOf(swap!), {
      classes: [{ name: 'demo.A', expect: 'a1', restore: 'a0' }],
      undoes: ['1'],
    });
    await begin('2', [{ name: 'demo.A', before: 'a1', after: 'a0' }]);
    await ledger.end(done('2', ['demo.A']));
    const [, undo] = await ledger.entries();
    assert.deepEqual(undoOf(undo!).classes, [{ name: 'demo.A', expect: 'a0', restore: 'a1' }]);
    assert.throws(
      () => undoOfAll([swap!, undo!]),
      (error) => error instanceof UndoError && error.reason === 'nothingToUndo',
    );
  });

  it('goes back over several swaps to the first bytes of each class', async () => {
    await begin('1', [{ name: 'demo.A', before: 'a0', after: 'a1' }]);
    await ledger.end(done('1', ['demo.A']));
    await begin('2', [
      { name: 'demo.A', before: 'a1', after: 'a2' },
      { name: 'demo.B', before: 'b0', after: 'b1' },
    ]);
    await ledger.end(done('2', ['demo.A', 'demo.B']));
    assert.deepEqual(undoOfAll(await ledger.entries()).classes, [
      { name: 'demo.A', expect: 'a2', restore: 'a0' },
      { name: 'demo.B', expect: 'b1', restore: 'b0' },
    ]);
  });

  it('refuses to undo what was refused, and what ran before is not known', async () => {
    await begin('1', [{ name: 'demo.A', before: 'a0', after: 'a1' }]);
    await ledger.end(done('1', ['demo.A'], 'refused'));
    await begin('2', [{ name: 'demo.B', after: 'b1' }]);
    await ledger.end(done('2', ['demo.B']));
    const [refused, unknown] = await ledger.entries();
    const reason = (expected: string) => (error: unknown) =>
      error instanceof UndoError && error.reason === expected;
    assert.throws(() => undoOf(refused!), reason('notSwapped'));
    assert.throws(() => undoOf(unknown!), reason('unknownBefore'));
  });
});

describe('BlobStore', () => {
  let dir: string;
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'swapdeck-blobs-'))));
  afterEach(() => rm(dir, { recursive: true }));

  it('gives back bytes by their hash and keeps equal bytes once', async () => {
    const store = new BlobStore(dir);
    const bytes = Buffer.from('class bytes');
    const hashes = await store.putAll([bytes, Buffer.from(bytes), Buffer.from('others')]);
    assert.equal(hashes[0], sha256(bytes));
    assert.equal(hashes[0], hashes[1]);
    assert.deepEqual(await store.get(hashes[0]), bytes);
    const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((each) =>
      each.isFile(),
    );
    assert.equal(files.length, 2);
  });

  it('gives back nothing for an unknown hash or for bytes that were damaged', async () => {
    const store = new BlobStore(dir);
    const hash = await store.put(Buffer.from('class bytes'));
    assert.equal(await store.get('0'.repeat(64)), undefined);
    await writeFile(join(dir, hash.slice(0, 2), hash.slice(2)), 'damaged');
    assert.equal(await store.get(hash), undefined);
  });
});
