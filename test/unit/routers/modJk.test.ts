import assert from 'node:assert/strict';
import type { RouterState } from '../../../src/contracts/deploy';
import type { Call } from '../../../src/contracts/deployCall';
import { activate, idle, modJk } from '../../../src/routers/modJk';
import { jkBalancers, jkDone, jkSaid } from '../../../src/routers/modJkAnswers';
import { recorded } from './recorded';

const body = recorded('jk-prop.txt');
const options = {
  host: 'lb-1',
  url: 'http://127.0.0.1/jk-status',
  worker: 'loadbalancer',
  targets: { worker1: { host: '10.0.0.11', port: '8080' } },
};
const router = modJk('jk', options);
const read = (text: string): RouterState => {
  const next = router.read().next([{ value: jkBalancers({ body: text }) as never }]);
  assert.ok('result' in next);
  return next.result;
};
const backend = (target: string, weight: number, host = '127.0.0.1') => ({
  target,
  weight,
  release: '1',
  address: { host, port: '37777' },
});
/** What is sent to whom. */
const sent = (calls: readonly Call[]): string[] =>
  calls.map((call) => {
    assert.ok(call.via === 'http');
    const { searchParams } = new URL(call.url);
    return ['cmd', 'sw', 'vwa', 'vwf'].flatMap((name) => searchParams.get(name) ?? []).join(' ');
  });

describe('mod_jk', () => {
  it('tells its members, their state and who is busy', () => {
    const { loadbalancer } = jkBalancers({ body });
    assert.equal(loadbalancer?.sticky, true);
    assert.deepEqual(loadbalancer.lines, ['worker1 active 1', 'worker2 active 1']);
    assert.deepEqual([loadbalancer.busy, loadbalancer.broken], [[], []]);
    const changed = body
      .replace('worker1.activation=ACT', 'worker1.activation=STP')
      .replace('worker1.max_busy=1', 'worker1.max_busy=9')
      .replace('worker2.activation=ACT', 'worker2.activation=DIS')
      .replace('worker2.busy=0', 'worker2.busy=3')
      .replace('worker2.state=OK', 'worker2.state=ERR/REC');
    const now = jkBalancers({ body: changed }).loadbalancer!;
    assert.deepEqual(now.lines, ['worker1 stopped 1', 'worker2 disabled 1']);
    assert.deepEqual([now.busy, now.broken], [['worker2'], ['worker2']]);
  });

  it('tells the members of one balancer from those of another with the same names', () => {
    const other = body.replaceAll('.loadbalancer', '.other').replaceAll('activation=ACT', 'activation=DIS');
    const both = jkBalancers({ body: `${body}${other}` });
    assert.deepEqual(both.loadbalancer?.lines, ['worker1 active 1', 'worker2 active 1']);
    assert.deepEqual(both.other?.lines, ['worker1 disabled 1', 'worker2 disabled 1']);
  });

  it('says no with a status of 200', () => {
    assert.equal(jkDone({ body: recorded('jk-update.txt') }), 'Action finished');
    const details = { answer: 'could not find sub worker' };
    assert.throws(() => jkDone({ body: recorded('jk-update-nix.txt') }), { reason: 'refused', details });
    assert.equal(jkSaid({ body: recorded('jk-update-nix.txt') }), details.answer);
    assert.throws(() => jkDone({ body: '<html>' }), { reason: 'unreadable' });
    assert.throws(() => jkBalancers({ body: '<html>' }), { reason: 'unreadable' });
  });

  it('has members where their targets are asked for pages, else where it reaches them', () => {
    const { backends } = read(body);
    assert.deepEqual(backends, [
      { name: 'worker1', weight: 1, address: { host: '10.0.0.11', port: '8080' } },
      { name: 'worker2', weight: 1, address: { host: '127.0.0.1', port: '37777' } },
    ]);
  });

  it('opens before it closes, sets only what changes, and leads back', () => {
    const state = read(body.replace('worker2.activation=ACT', 'worker2.activation=DIS'));
    const change = router.change(state, { backends: [backend('worker1', 0), backend('worker2', 100)] }, 'p');
    assert.deepEqual(sent(change.do), ['update worker2 a 1', 'update worker1 d 1']);
    assert.deepEqual(sent(change.undo), ['update worker1 a 1', 'update worker2 d 1', 'list']);
    assert.deepEqual(
      change.after.backends.map(({ name, weight }) => [name, weight]),
      [
        ['worker1', 0],
        ['worker2', 1],
      ],
    );
    const none = router.change(change.after, { backends: [backend('worker1', 0)] }, 'p');
    assert.deepEqual(none.do, []);
  });

  it('finds a member by its address too, and refuses one that it has not', () => {
    const state = read(body);
    const change = router.change(state, { backends: [backend('web-2', 0)] }, 'p');
    assert.deepEqual(sent(change.do), ['update worker2 d 1']);
    assert.throws(() => router.change(state, { backends: [backend('web-3', 1, '10.9.9.9')] }, 'p'), {
      reason: 'noPlace',
    });
  });

  describe('of a pair', () => {
    const pair = { ...options, also: ['lb-2'] };
    const readPair = (first: string, second: string): RouterState => {
      const answers = [first, second].map((text) => ({ value: jkBalancers({ body: text }) as never }));
      const next = modJk('jk', pair).read().next(answers);
      assert.ok('result' in next);
      return next.result;
    };
    const where = (calls: readonly Call[]): string[] =>
      calls.map((call, i) => `${call.via === 'http' ? call.from : ''}: ${sent(calls)[i]}`);

    it('is told the same on both, and each goes back to what it was', () => {
      const other = body.replace('worker2.activation=ACT', 'worker2.activation=DIS');
      const { do: calls, verify, undo, after } = activate(pair, readPair(body, other), 'worker2', 'stopped');
      assert.deepEqual(where(calls), ['lb-1: update worker2 s 1', 'lb-2: update worker2 s 1']);
      assert.deepEqual(where(verify), ['lb-1: list', 'lb-2: list']);
      assert.deepEqual(where(undo), [
        'lb-1: update worker2 a 1',
        'lb-2: update worker2 d 1',
        'lb-1: list',
        'lb-2: list',
      ]);
      const stopped = body.replace('worker2.activation=ACT', 'worker2.activation=STP');
      assert.deepEqual(after, readPair(stopped, stopped));
    });

    it('has finished with a member when none of both has a request', () => {
      assert.deepEqual(where(idle(pair, 'worker1', 1000, 'fail')), ['lb-1: list', 'lb-2: list']);
    });
  });
});
