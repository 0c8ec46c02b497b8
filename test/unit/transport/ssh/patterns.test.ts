import assert from 'node:assert/strict';
import { matchesPatternList, matchesWildcard } from '../../../../src/transport/ssh/patterns';

describe('patterns of SSH files', () => {
  const cases: [pattern: string, text: string, expected: boolean][] = [
    ['*', '', true],
    ['*', 'web-1', true],
    ['web-?', 'web-1', true],
    ['web-?', 'web-', false],
    ['web-?', 'web-12', false],
    ['*.co.uk', 'a.co.uk', true],
    ['*.co.uk', 'a.co.uk.evil', false],
    ['a*b*c', 'aXbXbXc', true],
    ['a*b*c', 'aXcXb', false],
    ['192.168.0.?', '192.168.0.7', true],
    ['192.168.0.?', '192x168.0.7', false],
    ['', '', true],
    ['', 'a', false],
    ['[a]', '[a]', true],
  ];
  for (const [pattern, text, expected] of cases)
    it(`${pattern || '(empty)'} ${expected ? 'matches' : "doesn't match"} ${text || '(empty)'}`, () =>
      assert.equal(matchesWildcard(pattern, text), expected));

  it('takes no exponential time', () => {
    const started = performance.now();
    assert.equal(matchesWildcard(`${'a*'.repeat(30)}b`, 'a'.repeat(5000)), false);
    assert.ok(performance.now() - started < 1000);
  });

  it('never matches by a negation alone, and lets a negation win', () => {
    assert.equal(matchesPatternList(['!host1', '!host2'], 'host3'), false);
    assert.equal(matchesPatternList(['!host1', '*'], 'host3'), true);
    assert.equal(matchesPatternList(['*', '!host1'], 'host1'), false);
    assert.equal(matchesPatternList([], 'host1'), false);
  });
});
