import assert from 'node:assert/strict';
import { entriesOf, type LedgerRecord, type SwapBegin } from '../../../../src/hotswap/ledger/entries';
import { SeenRunning } from '../../../../src/hotswap/ledger/seenRunning';

const begin = (id: string, before: string, after: string): SwapBegin => ({
  kind: 'begin',
  id,
  at: 1,
  who: 'ada',
  jvm: 'dev/app',
  version: '17',
  origin: 'watch',
  classes: [{ name: 'demo.A', before, after }],
});
const swapped = (id: string): LedgerRecord => ({
  kind: 'end',
  id,
  outcome: 'swapped',
  results: [{ name: 'demo.A', state: 'changed', outcome: 'swapped' }],
  ms: { total: 1 },
});
const noted = (hash: string, fingerprint: string) => ({
  kind: 'runs' as const,
  jvm: 'dev/app',
  classes: [{ name: 'demo.A', hash, fingerprint }],
});

describe('what a class was seen to give back', () => {
  it('names the class file that runs, and tells one that was put there by somebody else', () => {
    const seen = new SeenRunning();
    seen.load(entriesOf([begin('1', 'a0', 'a1'), swapped('1')]), [noted('a1', 'f1')]);
    assert.equal(
      seen.recognise('demo.A', () => 'f1'),
      'a1',
    );
    assert.equal(
      seen.recognise('demo.A', () => 'f2'),
      'other',
    );
    assert.equal(
      seen.recognise('demo.B', () => 'f1'),
      undefined,
    );
  });

  it('takes the newest of two files that give back the same', () => {
    const seen = new SeenRunning();
    seen.note('demo.A', 'a1', 'f1');
    seen.note('demo.A', 'a2', 'f1');
    assert.equal(
      seen.recognise('demo.A', () => 'f1'),
      'a2',
    );
  });

  it('does not judge when the last swap was not noted, as after a kill', () => {
    const records = [begin('1', 'a0', 'a1'), swapped('1'), begin('2', 'a1', 'a2')];
    const seen = new SeenRunning();
    seen.load(entriesOf(records), [noted('a1', 'f1')]);
    assert.equal(
      seen.recognise('demo.A', () => 'f9'),
      undefined,
    );
    assert.equal(
      seen.recognise('demo.A', () => 'f1'),
      'a1',
    );
  });
});
