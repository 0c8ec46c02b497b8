import assert from 'node:assert/strict';
import { difference } from '../../../src/editor/textDifference';

describe('the difference of two texts', () => {
  const apply = (before: string, after: string): string => {
    const { from, to, replacement } = difference(before, after);
    return before.slice(0, from) + replacement + before.slice(to);
  };

  it('is the smallest part that makes one of the other', () => {
    assert.deepEqual(difference('int a; int c;', 'int a; int b; int c;'), {
      from: 11,
      to: 11,
      replacement: 'b; int ',
    });
    assert.deepEqual(difference('abc', 'abc'), { from: 3, to: 3, replacement: '' });
  });

  it('makes one of the other, whatever repeats in them', () => {
    const texts = ['', 'a', 'aa', 'aaa', 'ab', 'aba', 'abab', 'ba', 'b'];
    for (const before of texts) for (const after of texts) assert.equal(apply(before, after), after);
  });
});
