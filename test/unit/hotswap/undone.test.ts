import assert from 'node:assert/strict';
import { digestOf } from '../../../src/hotswap/known';
import type { SwapRecord } from '../../../src/hotswap/model';
import { Undone } from '../../../src/hotswap/undone';
import { built } from './support/classes';

const two = built('A', { text: 'two' });
const other = built('B', { text: 'other' });
const plan = { classes: [{ name: 'A', expect: digestOf(two), restore: '0' }], undoes: ['1'] };
const record = (outcome: 'swapped' | 'refused'): SwapRecord => ({
  id: '2',
  jvm: 'app',
  version: '17',
  origin: 'undo',
  at: 1,
  classes: [{ name: 'A', state: 'changed', outcome }],
  swapped: 1,
  ms: { total: 1 },
});

describe('what was undone', () => {
  it('is not swapped again by a build that writes the very bytes; other bytes are', () => {
    const undone = new Undone();
    undone.note(plan, record('swapped'));
    assert.deepEqual(undone.without([two, other]), [other]);
    const three = built('A', { text: 'three' });
    assert.deepEqual(undone.without([three]), [three]);
    // From then on the old bytes are a change like any other.
    assert.deepEqual(undone.without([two]), [two]);
  });

  it('is nothing when the undo was refused or the JVM was restarted', () => {
    const undone = new Undone();
    undone.note(plan, record('refused'));
    assert.deepEqual(undone.without([two]), [two]);
    undone.note(plan, record('swapped'));
    undone.clear();
    assert.deepEqual(undone.without([two]), [two]);
  });
});
