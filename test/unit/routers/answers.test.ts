import assert from 'node:assert/strict';
import { soundAfter, soundBefore } from '../../../src/routers/configTest';
import { tcpPeers } from '../../../src/routers/connections';
import { balancerKey, balancers, persists } from '../../../src/routers/balancerManager';
import {
  haproxyDone,
  haproxyServers,
  haproxySessions,
  haproxyStatistics,
} from '../../../src/routers/haproxyAnswers';
import { servingOf, workersOf } from '../../../src/routers/workers';
import { recorded, recordedCommand } from './recorded';

describe('answers of HAProxy', () => {
  it('tell the servers of a backend', () => {
    assert.deepEqual(haproxyServers({ text: recorded('haproxy-state.txt') }), {
      servers: [
        { name: 's1', host: '127.0.0.1', port: '18081', state: 'ready', weight: 1 },
        { name: 's2', host: '127.0.0.1', port: '18082', state: 'drain', weight: 1 },
        { name: 's3', host: '127.0.0.1', port: '18083', state: 'ready', weight: 25 },
      ],
      lines: ['s1 127.0.0.1:18081 ready 1', 's2 127.0.0.1:18082 drain 1', 's3 127.0.0.1:18083 ready 25'],
      up: ['s1', 's2', 's3'],
    });
  });

  it('tell maintenance for each of its causes, and not that it is written in the configuration', () => {
    const stateOf = (flags: number): unknown =>
      haproxyServers({
        text: `1\n# srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port\ns 1.2.3.4 0 ${flags} 1 80\n`,
      }).servers[0]?.state;
    const flags = [0x00, 0x01, 0x02, 0x04, 0x05, 0x08, 0x10, 0x09, 0x20, 0x40];
    const states = ['ready', 'maint', 'maint', 'ready', 'maint', 'drain', 'drain', 'maint', 'maint', 'maint'];
    assert.deepEqual(flags.map(stateOf), states);
  });

  it('tell which servers are busy', () => {
    assert.deepEqual(haproxyStatistics({ text: recorded('haproxy-stat.csv') }), {
      busy: ['s1'],
      backup: [],
    });
  });

  it('tell where streams are connected to, though their server has another address by now', () => {
    assert.deepEqual(haproxySessions({ text: recorded('haproxy-sessions.txt') }), {
      peers: ['127.0.0.1:18081'],
    });
  });

  it('refuse in their own words', () => {
    const said = JSON.parse(recorded('haproxy-said.json')) as Record<string, string>;
    const outcome = (text: string): string => {
      try {
        haproxyDone({ text });
        return 'done';
      } catch (error) {
        return (error as { details: { answer: string } }).details.answer;
      }
    };
    assert.deepEqual(
      Object.entries(said)
        .filter(([command]) => !command.startsWith('show'))
        .map(([command, text]) => [command, outcome(text)]),
      [
        ['set server web/s1 weight 3', 'done'],
        ['set server web/nope state ready', 'No such server.'],
        ['set server web/s2 addr 127.0.0.1 port 18082', 'done'],
        ['set server web/s2 addr 127.0.0.1 port 18089', 'done'],
        ['set server web/s2 addr 127.0.0.2 port 18082', 'done'],
        ['set server web/s2 addr localhost', "Invalid addr 'localhost' by 'stats socket command'"],
        ['set server web/s1 weight 999', 'Absolute weight can only be between 0 and 256 inclusive.'],
        ['set server web/s1 weight 2; set server web/nope state ready', 'No such server.'],
        ['bogus', 'Unknown command, but maybe one of the following ones is a better match:'],
      ],
    );
    assert.throws(() => haproxyServers({ text: said['show servers state nope']! }), { reason: 'noBackend' });
    assert.throws(() => haproxyStatistics({ text: said['show stat nope 4 -1']! }), { reason: 'noBackend' });
  });

  it('that are cut off or something else are not understood', () => {
    for (const text of ['', '1\n', 'HTTP/1.1 400 Bad Request', '# a b c\n1 2 3'])
      assert.throws(() => haproxyServers({ text }), { reason: 'unreadable' }, text);
    assert.throws(() => haproxyServers({}), { reason: 'unreadable' });
  });
});

describe("answers of Apache's balancer-manager", () => {
  it('tell the members of each balancer', () => {
    assert.deepEqual(balancers({ body: recorded('balancer.xml') }), {
      adara: {
        nonce: /nonce>([^<]+)/.exec(recorded('balancer.xml'))?.[1],
        members: [
          { url: 'http://127.0.0.1:18081', state: 'ready', weight: 1 },
          { url: 'http://127.0.0.1:18082', state: 'drain', weight: 2.5 },
          { url: 'http://127.0.0.1:18083', state: 'standby', weight: 1 },
          { url: 'http://127.0.0.1:18084', state: 'disabled', weight: 1 },
        ],
        lines: [
          'http://127.0.0.1:18081 ready 1.00',
          'http://127.0.0.1:18082 drain 2.50',
          'http://127.0.0.1:18083 standby 1.00',
          'http://127.0.0.1:18084 disabled 1.00',
        ],
        busy: ['http://127.0.0.1:18081'],
        failed: [],
      },
    });
  });

  it('tell which members are in error, and which ignore errors', () => {
    const body = recorded('balancer.xml')
      .replace('Init Ok ', 'Init Ign Ok ')
      .replace('Init Drn Ok ', 'Init Drn Err ');
    const { members, lines, failed } = balancers({ body }).adara!;
    assert.deepEqual(members[0], {
      url: 'http://127.0.0.1:18081',
      state: 'ready',
      weight: 1,
      ignoresErrors: true,
    });
    assert.deepEqual(lines.slice(0, 2), [
      'http://127.0.0.1:18081 ready 1.00 whatever it meets',
      'http://127.0.0.1:18082 drain 2.50',
    ]);
    assert.deepEqual(failed, ['http://127.0.0.1:18082']);
  });

  it('tell whether changes outlive a restart', () => {
    const body = recorded('balancer-page.txt');
    assert.equal(persists({ body }), true);
    assert.equal(persists({ body: body.replace('will be persisted', 'will NOT be persisted') }), false);
    assert.equal(persists({ body: '<html>' }), undefined);
  });

  it('in HTML are not understood: the parameters were ignored', () => {
    assert.throws(() => balancers({ body: recorded('balancer-page.txt') }), { reason: 'unreadable' });
  });

  it('have names that a path can have', () => {
    assert.equal(balancerKey('shop.example.org'), 'shop_example_org');
  });
});

describe('answers of a configuration test', () => {
  it('are good when the test succeeds', () => {
    assert.deepEqual(soundBefore(recordedCommand('apache-sound.json')), { sound: true });
    assert.deepEqual(soundAfter(recordedCommand('apache-sound.json')), { sound: true });
    assert.deepEqual(soundAfter(recordedCommand('nginx-dump.json')), { sound: true });
  });

  it('say why it fails, and whose fault it is', () => {
    const isApache = (error: { details: { output?: string } }): boolean =>
      error.details.output?.includes('NoSuchDirective') === true;
    assert.throws(
      () => soundBefore(recordedCommand('apache-broken.json')),
      (error: never) => {
        assert.ok(isApache(error));
        assert.equal((error as { reason: string }).reason, 'configBroken');
        return true;
      },
    );
    assert.throws(() => soundAfter(recordedCommand('apache-broken.json')), { reason: 'configRejected' });
    assert.throws(() => soundAfter(recordedCommand('nginx-broken.json')), { reason: 'configRejected' });
  });

  it('name a variable without a value after a change, which Apache only warns of', () => {
    assert.throws(() => soundAfter(recordedCommand('apache-undefined.json')), {
      reason: 'unknownVariable',
      details: { variable: 'SHOP_NAME' },
    });
    assert.deepEqual(soundBefore(recordedCommand('apache-undefined.json')), { sound: true });
  });
});

describe('worker processes', () => {
  it('of nginx and Apache are found', () => {
    assert.match(workersOf(recordedCommand('nginx-workers.json')).pids, /^\d+,\d+$/);
    assert.match(workersOf(recordedCommand('apache-workers.json')).pids, /^\d+,\d+$/);
  });

  it('that are shutting down serve nobody', () => {
    const leaving = recordedCommand('nginx-leaving.json');
    assert.equal(servingOf(leaving).serving, 2);
    assert.match(workersOf(leaving).pids, /^\d+,\d+$/);
    assert.equal(servingOf({ code: 1, stdout: '' }).serving, 0);
  });

  it('that have ended serve nobody, before their parent knows', () => {
    const stdout = '  811 /usr/sbin/apache2 -k start\n  812 [apache2] <defunct>\n';
    assert.equal(servingOf({ code: 0, stdout }).serving, 1);
  });

  it('that are not there mean that nothing runs', () => {
    assert.throws(() => workersOf({ code: 1, stdout: '' }), { reason: 'notRunning' });
    assert.throws(() => workersOf({ code: 0, stdout: '', stderr: 'cat: No such file' }), {
      reason: 'notRunning',
    });
  });
});

describe('tables of connections', () => {
  it('tell where a host is connected to', () => {
    const { peers } = tcpPeers({ stdout: recorded('tcp.txt') });
    assert.ok(peers.includes('127.0.0.1:18081') && peers.includes('*:18081'));
    assert.ok(!peers.includes('0.0.0.0:0'), 'a listener is no connection');
  });

  it('tell addresses of IPv6, and of IPv4 inside of it', () => {
    const { peers } = tcpPeers({ stdout: recorded('tcp6.txt') });
    assert.ok(peers.includes('[0:0:0:0:0:0:0:1]:18081'));
    assert.ok(peers.some((peer) => /^127\.0\.0\.1:\d+$/.test(peer)));
  });

  it('leave out what is over', () => {
    const closed = recorded('tcp.txt').replaceAll(' 01 0', ' 06 0');
    assert.deepEqual(tcpPeers({ stdout: closed }), { peers: [] });
  });
});
