import assert from 'node:assert/strict';
import { entriesOf, type LedgerRecord, type SwapBegin } from '../../../../src/hotswap/ledger/entries';
import {
  lastToRedo,
  lastToUndo,
  takenBack,
  undoOf,
  undoOfAll,
  UndoError,
} from '../../../../src/hotswap/ledger/undo';
import type { ClassOutcome } from '../../../../src/hotswap/model';

const begin = (
  id: string,
  classes: readonly (readonly [name: string, before: string | undefined, after: string])[],
  undoes?: readonly string[],
): SwapBegin => ({
  kind: 'begin',
  id,
  at: Number(id),
  who: 'ada',
  jvm: 'dev/app',
  version: '17',
  origin: undoes ? 'undo' : 'watch',
  ...(undoes && { undoes }),
  classes: classes.map(([name, before, after]) => ({ name, ...(before && { before }), after })),
});
const end = (id: string, outcomes: Readonly<Record<string, ClassOutcome>>, error?: string): LedgerRecord => ({
  kind: 'end',
  id,
  outcome: error === undefined ? 'swapped' : 'failed',
  results: Object.entries(outcomes).map(([name, outcome]) => ({ name, state: 'changed', outcome })),
  ms: { total: Number(id) },
  ...(error !== undefined && { error }),
});
const swap = (id: string, before: string, after: string, undoes?: readonly string[]): LedgerRecord[] => [
  begin(id, [['A', before, after]], undoes),
  end(id, { A: 'swapped' }),
];

describe('swaps of the ledger', () => {
  it('take in what became of a pending class later, and keep the latency of the save', () => {
    const [entry] = entriesOf([
      begin('1', [['A', 'a0', 'a1']]),
      begin('1', [['B', undefined, 'b1']]),
      end('1', { A: 'swapped', B: 'pending' }),
      begin('1', [['B', 'b0', 'b1']]),
      { ...end('1', { B: 'swapped' }), ms: { total: 99 } } as LedgerRecord,
    ]);
    assert.deepEqual(entry?.begin.classes, [
      { name: 'A', before: 'a0', after: 'a1' },
      { name: 'B', before: 'b0', after: 'b1' },
    ]);
    assert.deepEqual(
      entry.end?.results.map(({ name, outcome }) => [name, outcome]),
      [
        ['A', 'swapped'],
        ['B', 'swapped'],
      ],
    );
    assert.equal(entry.end.ms.total, 1);
    assert.deepEqual(entry.open, []);
  });

  it('are open while nobody knows the answer, also when it was told that the connection was cut', () => {
    const records = [begin('1', [['A', 'a0', 'a1']]), end('1', { A: 'unknown' }, 'unknownOutcome')];
    assert.deepEqual(entriesOf(records)[0]?.open, ['A']);
    const [found] = entriesOf([...records, end('1', { A: 'skipped' })]);
    assert.deepEqual(found?.open, []);
    assert.equal(found.end?.error, undefined);
  });
});

describe('undo', () => {
  it('of a pending class needs nothing of before, of a loaded one it does', () => {
    const pending = entriesOf([begin('1', [['A', undefined, 'a1']]), end('1', { A: 'pending' })]);
    assert.deepEqual(undoOf(pending[0]!).classes, [{ name: 'A', expect: 'a1' }]);
    const loaded = entriesOf([begin('1', [['A', undefined, 'a1']]), end('1', { A: 'swapped' })]);
    assert.throws(
      () => undoOf(loaded[0]!),
      (error) => error instanceof UndoError && error.reason === 'unknownBefore',
    );
  });

  it('leaves out what the JVM did not take: refused, held back, taken back with its group', () => {
    const outcomes = { A: 'swapped', B: 'refused', C: 'skipped', D: 'takenBack' } as const;
    const classes = Object.keys(outcomes).map((name) => [name, `${name}0`, `${name}1`] as const);
    const [entry] = entriesOf([begin('1', classes), end('1', outcomes)]);
    assert.deepEqual(
      undoOf(entry!).classes.map(({ name }) => name),
      ['A'],
    );
  });

  it('means the newest swap that was not taken back, step by step; redo the undo that came last', () => {
    const first = swap('1', 'a0', 'a1');
    const second = swap('2', 'a1', 'a2');
    const undone = swap('3', 'a2', 'a1', ['2']);
    const ids = (records: LedgerRecord[][]) => {
      const entries = entriesOf(records.flat());
      return [lastToUndo(entries)?.begin.id, lastToRedo(entries)?.begin.id, [...takenBack(entries)]];
    };
    assert.deepEqual(ids([first, second]), ['2', undefined, []]);
    assert.deepEqual(ids([first, second, undone]), ['1', '3', ['2']]);
    const redone = swap('4', 'a1', 'a2', ['3']);
    assert.deepEqual(ids([first, second, undone, redone]), ['2', '4', ['3']]);
    const all = swap('5', 'a2', 'a0', ['1', '2']);
    assert.deepEqual(ids([first, second, all]), [undefined, '5', ['1', '2']]);
  });

  it('of a class that nothing waits for any more counts as taken back', () => {
    const pending = [begin('1', [['A', undefined, 'a1']]), end('1', { A: 'pending' })];
    const withdrawn = [begin('2', [], ['1']), end('2', { A: 'skipped' })];
    const entries = entriesOf([...pending, ...withdrawn]);
    assert.deepEqual([...takenBack(entries)], ['1']);
    assert.equal(lastToUndo(entries), undefined);
  });

  it('of everything names the swaps it takes back, and only those that had an effect', () => {
    const refused = [begin('2', [['A', 'a1', 'x']]), end('2', { A: 'refused' })];
    const entries = entriesOf([...swap('1', 'a0', 'a1'), ...refused, ...swap('3', 'a1', 'a2')]);
    assert.deepEqual(undoOfAll(entries), {
      classes: [{ name: 'A', expect: 'a2', restore: 'a0' }],
      undoes: ['1', '3'],
    });
  });
});
