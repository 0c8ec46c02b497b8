import assert from 'node:assert/strict';
import type { LedgerRecord } from '../../../../src/hotswap/ledger/entries';
import { keptRecords } from '../../../../src/hotswap/ledger/kept';

const day = 24 * 60 * 60_000;

describe('what a ledger keeps', () => {
  /** `days` after the first. */
  const attached = (days: number, run?: string, jvm = 'dev/app'): LedgerRecord => ({
    kind: 'attached',
    at: days * day,
    jvm,
    ...(run !== undefined && { run }),
  });
  const begin = (id: string, days: number, run?: string, jvm = 'dev/app'): LedgerRecord => ({
    ...{ kind: 'begin', id, at: days * day, who: 'ada', jvm, version: '17', origin: 'watch', classes: [] },
    ...(run !== undefined && { run }),
  });
  const end = (id: string): LedgerRecord => ({
    ...{ kind: 'end', id, outcome: 'swapped', results: [], ms: { total: 1 } },
  });
  const runs = (run?: string, jvm = 'dev/app'): LedgerRecord => ({
    ...{ kind: 'runs', jvm, classes: [] },
    ...(run !== undefined && { run }),
  });
  const swap = (...of: Parameters<typeof begin>): LedgerRecord[] => [begin(...of), end(of[0])];
  const keptAt = (days: number, records: readonly LedgerRecord[]): LedgerRecord[] =>
    keptRecords(records, days * day);

  it('is a run that may go on, for 180 days after it was last attached to or swapped in', () => {
    const records = [attached(0, 'r1'), ...swap('1', 1, 'r1'), runs('r1'), ...swap('2', 100, 'r1')];
    assert.deepEqual(keptAt(280, records), records);
    assert.deepEqual(keptAt(280.1, records), []);
    const again = [...records, attached(279, 'r1')];
    assert.deepEqual(keptAt(450, again), again);
  });

  it('is a run that has ended for 30 days after its last use', () => {
    const first = [attached(0, 'r1'), ...swap('1', 10, 'r1'), runs('r1')];
    const second = [attached(11, 'r2'), ...swap('2', 12, 'r2'), runs('r2')];
    assert.deepEqual(keptAt(40, [...first, ...second]), [...first, ...second]);
    assert.deepEqual(keptAt(40.1, [...first, ...second]), second);
    // Another JVM says nothing about it.
    const other = [attached(11, 'r2', 'dev/other')];
    assert.deepEqual(keptAt(41, [...first, ...other]), [...first, ...other]);
  });

  it('never is again what was not before', () => {
    const first = [attached(0, 'r1'), ...swap('1', 1, 'r1')];
    const other = attached(2, 'r2');
    const late = [attached(40, 'r1'), ...swap('3', 41, 'r1')];
    assert.deepEqual(keptAt(42, [...first, other, ...late]), late);
    const soon = attached(20, 'r1');
    assert.deepEqual(keptAt(42, [...first, other, soon]), [...first, soon]);
  });

  it('has the swaps of an old JVM that has nothing to tell its runs apart by, each for 180 days', () => {
    const old = [attached(0), ...swap('1', 1), runs()];
    const later = [attached(100), ...swap('2', 100), runs()];
    assert.deepEqual(keptAt(150, [...old, ...later]), [...old, ...later]);
    assert.deepEqual(keptAt(200, [...old, ...later]), later);
  });

  it('survives a clock that was wrong', () => {
    const records = [attached(0, 'r1'), ...swap('1', 1, 'r1'), ...swap('2', 40_000, 'r1'), attached(2, 'r1')];
    assert.deepEqual(keptAt(3, records), records);
  });
});
