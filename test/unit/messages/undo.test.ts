import assert from 'node:assert/strict';
import type { LedgerEntry } from '../../../src/hotswap/ledger/entries';
import type { ClassOutcome, ClassResult, SwapOrigin, SwapRecord } from '../../../src/hotswap/model';
import { english } from '../../../src/messages/translate';
import { foundSwap, swapOutcome } from '../../../src/messages/undo';

const results = (outcomes: readonly ClassOutcome[]): ClassResult[] =>
  outcomes.map((outcome, at) => ({ name: `demo.C${at}`, state: 'changed', outcome }));

function entry(
  outcomes: readonly ClassOutcome[],
  more: { readonly origin?: SwapOrigin; readonly error?: string; readonly open?: readonly string[] } = {},
): LedgerEntry {
  const { origin = 'watch', error, open = [] } = more;
  return {
    begin: { kind: 'begin', id: '1', at: 1, who: 'ada', jvm: 'dev/app', version: '17', origin, classes: [] },
    end: {
      kind: 'end',
      id: '1',
      outcome: 'swapped',
      results: results(outcomes),
      ms: { total: 1 },
      ...(error !== undefined && { error }),
    },
    open,
  };
}

describe('what is told of a swap in the ledger', () => {
  const cases: readonly [LedgerEntry, string][] = [
    [entry(['swapped']), '1 class'],
    [entry(['swapped', 'swapped', 'skipped']), '2 classes'],
    [entry(['swapped', 'pending']), '1 class, 1 pending'],
    [entry(['pending']), '1 class pending'],
    [entry(['refused', 'skipped']), '1 class refused'],
    [entry(['takenBack', 'takenBack']), '2 classes taken back'],
    [entry(['skipped']), 'nothing changed'],
    [entry(['swapped'], { origin: 'undo' }), 'undo: 1 class'],
    [entry(['unknown'], { error: 'unknownOutcome', open: ['demo.C0'] }), 'outcome unknown'],
    [entry(['skipped'], { error: 'closed' }), 'failed'],
    [entry(['skipped'], { error: 'jvmEnded' }), 'the JVM ended'],
  ];
  for (const [told, text] of cases) it(`"${text}"`, () => assert.equal(swapOutcome(told, english), text));
});

describe('what is told of a swap that was cut off', () => {
  const found = (...outcomes: ClassOutcome[]): string => {
    const record: SwapRecord = {
      id: '1',
      jvm: 'dev/app',
      version: '17',
      origin: 'watch',
      at: 1,
      classes: results(outcomes),
      swapped: 0,
      ms: { total: 1 },
    };
    return foundSwap(record, english).title;
  };
  it('says whether the JVM took it', () => {
    assert.match(found('swapped', 'swapped'), /dev\/app .* took it: 2 classes\.$/);
    assert.match(found('skipped'), /dev\/app .* did not take it\.$/);
    assert.match(found('unknown'), /runs neither what it sent nor what ran before/);
  });
});
