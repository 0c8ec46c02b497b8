import assert from 'node:assert/strict';
import { HotSwapError } from '../../../src/hotswap/errors';
import type { ClassResult, SwapGroup, SwapRecord } from '../../../src/hotswap/model';
import { failedSwap } from '../../../src/messages/fleet';
import { groupOutcome } from '../../../src/messages/swapGroup';
import { english } from '../../../src/messages/translate';

const jvms = ['a', 'b', 'c'];
const lost = new HotSwapError('unknownOutcome', 'no answer');
const result = (outcome: ClassResult['outcome'], more: Partial<ClassResult> = {}): ClassResult => ({
  name: 'demo.A',
  state: 'changed',
  outcome,
  ...more,
});
const record = (
  jvm: string,
  group: Partial<SwapGroup> | undefined,
  more: Partial<SwapRecord>,
): SwapRecord => ({
  id: jvm,
  jvm,
  version: '17',
  origin: 'command',
  at: 0,
  classes: [],
  swapped: 0,
  ms: { total: 0 },
  ...(group && { group: { id: 'g', jvms, decision: 'none', ...group } }),
  ...more,
});
const told = (of: SwapRecord): string | undefined => {
  const message = failedSwap(of, english);
  return message && [message.title, message.detail].join(' ');
};

describe('what is told of a swap of several JVMs', () => {
  it('is told once, of the JVM that would not take it', () => {
    const refused = record('b', { cause: 'b' }, { classes: [result('refused', { error: 63 })] });
    assert.match(told(refused)!, /demo\.A can't be swapped: a method was added\..*None of 3 JVMs keeps/);
    assert.equal(told(record('a', { cause: 'b' }, { classes: [result('takenBack')] })), undefined);
  });

  it('says what was decided when one was lost, not what would be done with it alone', () => {
    const cut = record('b', { cause: 'b' }, { error: lost });
    assert.equal(
      told(cut),
      'The connection to b was cut in the middle of a swap. None of 3 JVMs keeps the swap, because b was lost.',
    );
    const goesOn = record('b', { decision: 'all', cause: 'b' }, { error: lost });
    assert.match(told(goesOn)!, /gets the swap when it is back/);
  });

  it('is nothing when all have it', () => {
    const done = record('a', { decision: 'all' }, { classes: [result('swapped')] });
    assert.equal(told(done), undefined);
    assert.equal(groupOutcome({ group: done.group!, isLost: false }, english), 'All 3 JVMs have the swap.');
  });

  it('is what a JVM alone says, of one that was swapped alone', () => {
    const refused = record('a', undefined, { classes: [result('refused', { error: 63 })] });
    assert.equal(failedSwap(refused, english)?.title, "demo.A can't be swapped: a method was added.");
  });

  it('tells of a JVM that could not be taken back, whoever was the cause', () => {
    const error = new HotSwapError('notTakenBack', 'error 63', { classes: 'demo.A' });
    assert.match(told(record('a', { cause: 'b' }, { error }))!, /a runs other classes than the JVMs/);
  });

  it('says when a new class could not be defined', () => {
    const exception = 'java.lang.NoClassDefFoundError';
    const refused = record('a', undefined, { classes: [result('refused', { exception })] });
    assert.match(failedSwap(refused, english)!.title, /demo\.A is new and can't be defined/);
  });
});
