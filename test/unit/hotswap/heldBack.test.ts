import assert from 'node:assert/strict';
import { HeldBack } from '../../../src/hotswap/heldBack';
import type { BuiltClass, ClassResult } from '../../../src/hotswap/model';
import { built } from './support/classes';

const refused = (name: string): ClassResult => ({ name, state: 'changed', outcome: 'refused', error: 63 });
const skipped = (name: string, state: ClassResult['state'] = 'changed'): ClassResult => ({
  name,
  state,
  outcome: 'skipped',
});
const names = (classes: readonly BuiltClass[]): string[] => classes.map(({ name }) => name);

describe('what a refused save held back', () => {
  const [a, b, c] = [built('A'), built('B'), built('C')] as const;
  let held: HeldBack;
  beforeEach(() => {
    held = new HeldBack();
    held.settle([a, b, c], [refused('A'), skipped('B'), skipped('C', 'same')]);
  });

  it('comes along when the refused class is written again', () => {
    assert.deepEqual(names(held.join([a])), ['B', 'A']);
    assert.deepEqual(names(held.join([a])), ['A']);
  });

  it('stays back from saves that have nothing to do with it', () => {
    assert.deepEqual(names(held.join([c])), ['C']);
    assert.deepEqual(names(held.join([a])), ['B', 'A']);
  });

  it('gives way to newer bytes', () => {
    const newer = built('B', { text: 'newer' });
    assert.deepEqual(held.join([a, newer]), [a, newer]);
  });

  it('is forgotten when it is saved by itself', () => {
    held.join([b]);
    assert.deepEqual(names(held.join([a])), ['A']);
  });

  it('is nothing after a swap that was accepted', () => {
    const other = new HeldBack();
    other.settle([a, b], [{ name: 'A', state: 'changed', outcome: 'swapped' }, skipped('B')]);
    assert.deepEqual(names(other.join([a])), ['A']);
  });
});
