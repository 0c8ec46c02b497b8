import assert from 'node:assert/strict';
import { KnownClasses } from '../../../src/hotswap/known';
import type { ReferenceTypeId } from '../../../src/jdwp/ids';
import { LastWritten } from '../../../src/hotswap/watch/lastWritten';
import { built } from './support/classes';

const id = (value: number): ReferenceTypeId => BigInt(value) as ReferenceTypeId;

describe('what is known to run', () => {
  const one = built('A', { text: 'one' });
  const two = built('A', { text: 'two' });

  it('tells the same bytes, other bytes, and a class nothing is known of', () => {
    const known = new KnownClasses();
    known.runs(id(1), one, []);
    assert.equal(known.isRunning(id(1), built('A', { text: 'one' })), true);
    assert.equal(known.isRunning(id(1), two), false);
    assert.equal(known.isRunning(id(2), one), undefined);
    known.runs(id(1), two, []);
    assert.equal(known.isRunning(id(1), two), true);
    known.forget(id(1));
    assert.equal(known.isRunning(id(1), two), undefined);
  });

  it('keeps digests of the oldest when it holds too many bytes, and still tells', () => {
    const known = new KnownClasses(one.bytes.length * 3);
    for (let i = 0; i < 10; i++) known.runs(id(i), built('A', { text: `n${i}` }), []);
    const kept = Array.from({ length: 10 }, (_, i) => known.get(id(i))!.built !== undefined);
    assert.deepEqual(kept.indexOf(true), kept.filter((each) => !each).length, 'the oldest go first');
    assert.ok(kept.filter((each) => each).length <= 3);
    for (let i = 0; i < 10; i++) {
      assert.equal(known.isRunning(id(i), built('A', { text: `n${i}` })), true);
      assert.equal(known.isRunning(id(i), built('A', { text: `m${i}` })), false);
    }
  });
});

describe('what was last written', () => {
  it('tells a file written again with the same bytes from a change', () => {
    const last = new LastWritten();
    const [one, two] = [built('A', { text: 'one' }), built('A', { text: 'two' })];
    assert.deepEqual(last.newIn([one]), [one]);
    assert.deepEqual(last.newIn([built('A', { text: 'one' })]), []);
    assert.deepEqual(last.newIn([two]), [two]);
    last.note([one]);
    assert.deepEqual(last.newIn([one]), []);
    const elsewhere = built('A', { text: 'one', root: '/other' });
    assert.deepEqual(last.newIn([elsewhere]), [elsewhere]);
  });
});
