import assert from 'node:assert/strict';
import type { Route } from '../../../src/contracts/deployTarget';
import { placeServers, toBackends } from '../../../src/routers/haproxyPlaces';
import { describeServer, type HaproxyServer } from '../../../src/routers/haproxyAnswers';
import { onlyOne, wholeWeights } from '../../../src/routers/weights';

describe('places in HAProxy', () => {
  const server = (text: string): HaproxyServer => {
    const [, name = '', host = '', port = '', state = '', weight = ''] =
      /^(\S+) (\S+):(\S+) (\S+) (\S+)$/.exec(text) ?? [];
    return { name, host, port, state: state as HaproxyServer['state'], weight: Number(weight) };
  };
  const route = (...texts: readonly string[]): Route => ({
    backends: texts.map((text) => {
      const [, host = '', port = '', weight = ''] = /^(\S+):(\S+) (\d+)$/.exec(text) ?? [];
      return { address: { host, port }, weight: Number(weight), target: host, release: port };
    }),
  });
  const place = (before: readonly string[], ...to: readonly string[]): string[] =>
    placeServers('web', before.map(server), route(...to)).map(describeServer);

  it('with the address are opened, the others of the host closed', () => {
    assert.deepEqual(place(['a 10.0.0.1:80 ready 1', 'b 10.0.0.1:81 maint 1'], '10.0.0.1:81 100'), [
      'a 10.0.0.1:80 maint 1',
      'b 10.0.0.1:81 ready 1',
    ]);
  });

  it('in maintenance of the same host are given an address known only later', () => {
    assert.deepEqual(
      place(
        ['a 10.0.0.1:80 ready 1', 'x 10.0.0.2:80 maint 1', 'b 10.0.0.1:81 maint 1'],
        '10.0.0.1:${w.port} 100',
        '10.0.0.1:80 0',
      ),
      ['a 10.0.0.1:80 drain 1', 'x 10.0.0.2:80 maint 1', 'b 10.0.0.1:${w.port} ready 1'],
    );
  });

  it('that never had an address are free for any host', () => {
    assert.deepEqual(
      place(['a 10.0.0.1:80 ready 1', 'b 0.0.0.0:0 maint 1'], '10.0.0.1:81 100', '10.0.0.1:80 0'),
      ['a 10.0.0.1:80 drain 1', 'b 10.0.0.1:81 ready 1'],
    );
  });

  it('draining from before are taken again', () => {
    assert.deepEqual(place(['a 10.0.0.1:80 ready 1', 'b 10.0.0.1:81 drain 1'], '10.0.0.1:82 100'), [
      'a 10.0.0.1:80 maint 1',
      'b 10.0.0.1:82 ready 1',
    ]);
  });

  it('change their address while they serve where the host has no second one', () => {
    assert.deepEqual(place(['a 10.0.0.1:80 ready 7'], '10.0.0.1:81 100'), ['a 10.0.0.1:81 ready 7']);
    assert.deepEqual(place(['a 10.0.0.1:80 ready 7'], '10.0.0.1:81 100', '10.0.0.1:80 0'), [
      'a 10.0.0.1:81 ready 7',
    ]);
  });

  it('of other hosts are left alone, and none of them is taken', () => {
    const before = ['a 10.0.0.1:80 ready 1', 'b 10.0.0.2:80 maint 1', 'c 10.0.0.3:80 ready 1'];
    assert.deepEqual(place(before, '10.0.0.1:81 100').slice(1), before.slice(1));
    assert.throws(() => place(before.slice(1), '10.0.0.1:81 100'), { reason: 'noPlace' });
  });

  it('are missing for two releases at a time on a host with one', () => {
    assert.throws(() => place(['a 10.0.0.1:80 ready 1'], '10.0.0.1:80 90', '10.0.0.1:81 10'), {
      reason: 'noPlace',
      details: { name: 'web', address: '10.0.0.1:81' },
    });
  });

  it('have weights in the shares that are asked for, and keep theirs when those are the same', () => {
    const two = ['a 10.0.0.1:80 ready 1', 'b 10.0.0.1:81 maint 1'];
    assert.deepEqual(place(two, '10.0.0.1:80 95', '10.0.0.1:81 5'), [
      'a 10.0.0.1:80 ready 19',
      'b 10.0.0.1:81 ready 1',
    ]);
    const open = ['a 10.0.0.1:80 ready 8', 'b 10.0.0.2:80 ready 8'];
    assert.deepEqual(place(open, '10.0.0.1:80 100', '10.0.0.2:80 100'), open);
    assert.deepEqual(place(open, '10.0.0.1:80 0', '10.0.0.2:80 100'), ['a 10.0.0.1:80 drain 8', open[1]]);
  });

  it('tell localhost and 127.0.0.1 as one', () => {
    assert.deepEqual(place(['a 127.0.0.1:80 ready 1'], 'localhost:80 100'), ['a 127.0.0.1:80 ready 1']);
  });

  it('are backends unless they are in maintenance', () => {
    const servers = ['a 1.1.1.1:80 ready 3', 'b 1.1.1.1:81 drain 3', 'c 1.1.1.1:82 maint 3'].map(server);
    assert.deepEqual(
      toBackends(servers).map(({ name, weight }) => [name, weight]),
      [
        ['a', 3],
        ['b', 0],
      ],
    );
  });
});

describe('weights', () => {
  it('become the smallest whole numbers in the same relation', () => {
    assert.deepEqual(wholeWeights([95, 5], 256), [19, 1]);
    assert.deepEqual(wholeWeights([100, 0, 50], 256), [2, 0, 1]);
    assert.deepEqual(wholeWeights([0, 0], 256), [0, 0]);
    assert.deepEqual(wholeWeights([], 256), []);
  });

  it('stay within what the router takes, and a small share is not none', () => {
    assert.deepEqual(wholeWeights([99.5, 0.5], 100), [100, 1]);
    assert.deepEqual(wholeWeights([1000, 1], 256), [256, 1]);
  });

  it('leave one for a router that has one', () => {
    assert.equal(onlyOne([{ weight: 0 }, { weight: 3 }]).weight, 3);
    assert.throws(() => onlyOne([{ weight: 1 }, { weight: 3 }]), { reason: 'oneAtATime' });
    assert.throws(() => onlyOne([{ weight: 0 }]), { reason: 'oneAtATime' });
  });
});
