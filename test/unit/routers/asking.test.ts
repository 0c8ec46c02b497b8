import assert from 'node:assert/strict';
import type { RouterState } from '../../../src/contracts/deploy';
import type { Route } from '../../../src/contracts/deployTarget';
import { answeredBy, asksAgainst, asksFor } from '../../../src/routers/asking';
import { firstUnmet } from '../../../src/deploy/expect';

describe('asking a router who serves', () => {
  const byHeader = { url: 'http://lb/', recognise: { by: 'header', name: 'X-Release' } } as const;
  const byBody = {
    url: 'http://lb/',
    recognise: { by: 'body', pattern: String.raw`Version \((\d[^<]*)\)` },
  } as const;

  it('takes the right release and no other', () => {
    const [call] = asksFor(byHeader, ['1.4.2']);
    const meets = (release: string): boolean =>
      !firstUnmet(call!, { status: 200, headers: { 'x-release': release }, body: '' });
    assert.deepEqual(['1.4.2', '1.4.20', '1.4', ''].map(meets), [true, false, false, false]);
  });

  it('finds the release in the body where the pattern has it', () => {
    const holds = (pattern: string, body: string): boolean => {
      const expect = [answeredBy({ by: 'body', pattern }, ['1.4.2'])];
      return !firstUnmet({ via: 'readFile', host: 'h', path: '/', expect }, { body });
    };
    const { pattern } = byBody.recognise;
    assert.ok(holds(pattern, '<b>Version (1.4.2)</b>'));
    assert.ok(!holds(pattern, '<b>Version (1.4.20)</b>'));
    assert.ok(!holds(pattern, 'Version (1x4.2)'), 'a dot is a dot');
    assert.ok(holds('release-(?:a|b)-([0-9.]+(x)?)!', 'release-b-1.4.2!'));
    assert.ok(holds('[(](v(.))$', '(1.4.2'), 'a parenthesis in a class opens no group');
    assert.ok(holds('[0-9.]+', 'now 1.4.2'), 'without a group all of it is the release');
  });

  it('is confirmed a few times: each answer may come from another worker', () => {
    const calls = asksFor(byHeader, ['2']);
    assert.ok(calls.length > 2);
    assert.ok(calls[0]!.until && calls.slice(1).every(({ until }) => until === undefined));
  });

  it('is left out where there is nothing to ask or nobody to be served', () => {
    assert.deepEqual(asksFor(undefined, ['2']), []);
    assert.deepEqual(asksFor(byHeader, []), []);
  });

  describe('after taking a change back', () => {
    const state = (port: string): RouterState => ({
      router: 'edge',
      backends: [{ address: { host: '127.0.0.1', port }, weight: 1 }],
    });
    const to = (release: string, old: string): Route => ({
      backends: [
        { address: { host: '127.0.0.1', port: '2' }, weight: 1, target: 't', release },
        { address: { host: 'localhost', port: '1' }, weight: 0, target: 't', release: old },
      ],
    });

    it('takes any answer but that of the new release: the old one may not run yet', () => {
      const [call] = asksAgainst(byHeader, state('1'), to('2.0', '1.0'));
      const meets = (headers: Record<string, string>, status: number): boolean =>
        !firstUnmet(call!, { status, headers, body: '' });
      assert.ok(meets({ 'x-release': '1.0' }, 200));
      assert.ok(meets({}, 503));
      assert.ok(!meets({ 'x-release': '2.0' }, 200));
    });

    it('asks nothing where the answer would prove nothing', () => {
      assert.deepEqual(asksAgainst(byHeader, state('1'), to('1.0', '1.0')), [], 'the same release');
      assert.deepEqual(asksAgainst(byHeader, state('9'), to('2.0', '1.0')), [], 'who served is not known');
      assert.deepEqual(asksAgainst(byBody, state('1'), to('1.0', '1.0-rc')), [], 'one name holds the other');
    });
  });
});
