import assert from 'node:assert/strict';
import type { Step } from '../../../src/contracts/deploy';
import { obstaclesOf, readAddressHost, type AddressHost } from '../../../src/routers/keepalived';
import { cardsOf, processOf } from '../../../src/routers/keepalivedAnswers';
import { parseKeepalivedConfig } from '../../../src/routers/keepalivedConfig';
import { moveSteps, type AddressMove } from '../../../src/routers/keepalivedMove';
import { RouterError } from '../../../src/routers/errors';
import { recorded } from './recorded';

const CONFIG = `! Configuration File for keepalived
$CARD=eth0
global_defs {
    router_id lb_1   # a comment
}
vrrp_script chk_apache {
    script "/usr/bin/pgrep apache2"
    weight -20
}
track_file swapdeck {
    file /etc/keepalived/swapdeck
    weight 2
}
vrrp_track_file load
{
    file "/run/load"
}
vrrp_sync_group ALL {
    group {
        VI_1
        VI_2
    }
}
vrrp_instance VI_1 {
    state MASTER
    nopreempt
    interface \${CARD}
    virtual_router_id 51
    priority 150
    advert_int 0.5
    authentication {
        auth_type PASS
        auth_pass secret
    }
    virtual_ipaddress {
        10.0.0.30/24 dev eth1 label eth1:vip
        10.0.0.31
    }
    virtual_ipaddress_excluded {
        2001:db8::30/64
    }
    track_file {
        swapdeck
        load weight 3 reverse
    }
}
@lb_2 vrrp_instance VI_9 {
vrrp_instance VI_3 {
    state BACKUP
    nopreempt
    interface eth0
    use_vmac
    preempt_delay 7
    virtual_ipaddress { 10.0.0.40/24 }
}
`;

describe("keepalived's configuration", () => {
  const { instances, trackFiles } = parseKeepalivedConfig(CONFIG);
  const [first, second] = instances;

  it('gives each instance with what decides who has its addresses', () => {
    assert.deepEqual(first, {
      name: 'VI_1',
      interface: 'eth0',
      priority: 150,
      advertMs: 500,
      preemptDelayMs: 0,
      // keepalived ignores nopreempt of an instance that begins as master.
      preempts: true,
      hasOwnCard: false,
      group: 'ALL',
      addresses: [
        { address: '10.0.0.30', cidr: '10.0.0.30/24', device: 'eth1', words: ['label', 'eth1:vip'] },
        { address: '10.0.0.31', cidr: '10.0.0.31/32', device: 'eth0', words: [] },
        { address: '2001:db8::30', cidr: '2001:db8::30/64', device: 'eth0', words: [] },
      ],
      tracked: { swapdeck: 2, load: -3 },
    });
    assert.deepEqual(
      [second?.name, second?.preempts, second?.hasOwnCard, second?.preemptDelayMs, second?.priority],
      ['VI_3', false, true, 7000, 100],
    );
    assert.deepEqual(
      second?.addresses.map(({ cidr }) => cidr),
      ['10.0.0.40/24'],
    );
  });

  it('gives the files that priorities are changed by, under either of their names', () => {
    assert.deepEqual(trackFiles, {
      swapdeck: { file: '/etc/keepalived/swapdeck', weight: 2 },
      load: { file: '/run/load', weight: 1 },
    });
  });

  it('is read as far as it goes when braces are missing', () => {
    assert.deepEqual(
      parseKeepalivedConfig('vrrp_instance a {\n interface eth0\n}}\nvrrp_instance b {').instances.map(
        ({ name }) => name,
      ),
      ['a', 'b'],
    );
    assert.deepEqual(parseKeepalivedConfig('').instances, []);
  });
});

describe('what a host with keepalived says', () => {
  const look = { code: 0, stdout: recorded('keepalived-look.txt') };
  const cards = { code: 0, stdout: recorded('ip-address.txt') };

  it('is its process with what it is able to, its configuration and its state', () => {
    const { config, ...process } = processOf(look);
    assert.match(config, /^vrrp_instance www \{$/m);
    assert.doesNotMatch(config, /^include/m);
    assert.deepEqual(process, {
      isRunning: true,
      as: 'root',
      announces: true,
      passesOn: true,
      live: { www: { state: 'MASTER', priority: 150 } },
      states: ['www MASTER'],
    });
  });

  it('is nothing to rely on where nothing was answered', () => {
    const { isRunning, as, live } = processOf({ code: 0, stdout: '' });
    assert.deepEqual({ isRunning, as, live }, { isRunning: false, as: 'nobody', live: {} });
    assert.throws(
      () => cardsOf({ code: 0, stdout: 'Object "address" is unknown' }),
      (error) => error instanceof RouterError && error.reason === 'unreadable',
    );
  });

  it('gives each address with its card', () => {
    const { lines } = cardsOf(cards);
    assert.ok(lines.includes('eth0 10.99.0.30'));
    assert.ok(lines.includes('lo 127.0.0.1'));
  });

  it('makes a host: who has the address, its priority, and the number it is changed by', () => {
    const host = read({ ip: '10.99.0.30' }, '7\n');
    assert.deepEqual([host.holds, host.priority, host.state, host.own], [true, 150, 'MASTER', '10.99.0.11']);
    assert.deepEqual(host.track, { file: '/etc/keepalived/weight', weight: 1, value: 7 });
    assert.deepEqual(Object.keys(host.macs), ['eth0']);
    assert.deepEqual(obstaclesOf(host), []);
    assert.equal(read({ ip: '10.99.0.30' }).track?.value, 0);
    const unknown = read({ ip: '10.99.0.30', track: 'other' });
    assert.deepEqual(
      obstaclesOf(unknown).map(({ reason }) => reason),
      ['noTrackFile'],
    );
    assert.throws(
      () => read({ ip: '10.99.0.31' }),
      (error) => error instanceof RouterError && error.reason === 'noInstance',
    );
  });

  function read(options: { ip: string; track?: string }, content?: string): AddressHost {
    const next = readAddressHost('lb-1', options).next([cards, look]);
    if ('result' in next) return next.result;
    assert.deepEqual(next.more.calls, [{ via: 'readFile', host: 'lb-1', path: '/etc/keepalived/weight' }]);
    const file = content === undefined ? { exists: false } : { exists: true, content };
    const last = next.more.next([file]);
    assert.ok('result' in last);
    return last.result;
  }
});

describe('the plan of a move', () => {
  const address = { address: '10.0.0.30', cidr: '10.0.0.30/24', device: 'eth0', words: [] };
  const host = (name: string, priority: number, value = 0, weight = 1): AddressHost => ({
    host: name,
    isRunning: true,
    as: 'root',
    holds: false,
    instance: {
      ...{ name: 'www', interface: 'eth0', priority, advertMs: 1000, preemptDelayMs: 0 },
      ...{ preempts: true, hasOwnCard: false, addresses: [address], tracked: { swapdeck: weight } },
    },
    priority: priority + value * weight,
    own: '10.0.0.11',
    track: { file: '/etc/keepalived/swapdeck', weight, value },
    addresses: [address],
    macs: { eth0: `02:00:00:00:00:0${name.at(-1)}` },
    announces: true,
    passesOn: true,
  });
  const steps = (move: Partial<AddressMove>): Step[] =>
    moveSteps({
      ...{ router: 'vip', ip: '10.0.0.30', from: host('lb-1', 150), to: host('lb-2', 100), others: [] },
      ...{ drainMs: 1000, url: 'http://10.0.0.30/', ...move },
    });
  /** What is written where. */
  const written = (move: Partial<AddressMove>): string[] =>
    steps(move)
      .flatMap((step) => (step.id === 'vip/priority' ? step.do : []))
      .flatMap((call) =>
        call.via === 'command' && call.argv[0] === 'sh' ? [`${call.host} ${call.argv.at(-1)}`] : [],
      );
  const ids = (move: Partial<AddressMove>): string[] => steps(move).map(({ id }) => id.replace('vip/', ''));

  it('keeps connections where both hosts can, and says each step', () => {
    assert.deepEqual(ids({}), ['check', 'keep', 'announce', 'priority', 'drain']);
    assert.deepEqual(ids({ from: { ...host('lb-1', 150), passesOn: false } }), [
      'check',
      'announce',
      'priority',
    ]);
    assert.deepEqual(ids({ to: { ...host('lb-2', 100), announces: false } }), ['check', 'priority']);
  });

  it('raises the new host as little as it takes, and takes back what an earlier move raised', () => {
    assert.deepEqual(written({}), ['lb-2 51']);
    assert.deepEqual(written({ to: host('lb-2', 100, 0, 20) }), ['lb-2 3']);
    assert.deepEqual(written({ to: host('lb-2', 100, 0, -1) }), ['lb-2 -51']);
    // And back: the old order is enough.
    assert.deepEqual(written({ from: host('lb-2', 100, 51), to: host('lb-1', 150) }), ['lb-2 0']);
    assert.deepEqual(
      written({ from: host('lb-2', 100, 51), to: host('lb-3', 90), others: [host('lb-1', 150)] }),
      ['lb-3 61', 'lb-2 0'],
    );
  });

  it('is refused where no priority is high enough', () => {
    assert.throws(
      () => steps({ from: host('lb-1', 254) }),
      (error) => error instanceof RouterError && error.reason === 'noHeadroom',
    );
  });

  it('is done with sudo where the account is not root', () => {
    const to: AddressHost = { ...host('lb-2', 100), as: 'sudo' };
    const commands = steps({ to })
      .flatMap((step) => [...step.do, ...step.undo])
      .flatMap((call) => (call.via === 'command' && call.host === 'lb-2' && !call.parse ? [call.argv] : []));
    assert.ok(commands.length > 5);
    for (const argv of commands) assert.deepEqual(argv.slice(0, 2), ['sudo', '-n']);
  });

  it('silences the old host before the new one announces the address, and lets it speak before the way back', () => {
    const announce = steps({}).find(({ id }) => id === 'vip/announce')!;
    const words = (calls: Step['do']): string[] =>
      calls.map((call) => (call.via === 'command' ? `${call.host} ${call.argv.slice(0, 3).join(' ')}` : ''));
    assert.deepEqual(words(announce.do), ['lb-2 ip address replace', 'lb-1 nft -f -', 'lb-2 arping -q -U']);
    assert.deepEqual(words(announce.undo), [
      'lb-1 nft -f -',
      'lb-1 ip address replace',
      'lb-1 arping -q -U',
      'lb-2 ip address del',
    ]);
  });
});
