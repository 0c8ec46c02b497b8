import assert from 'node:assert/strict';
import { describeContainer, HIDDEN, plainVariables } from '../../../../src/targets/docker/manage/details';
import { readHostContainers, readImages } from '../../../../src/targets/docker/manage/listing';
import { readStats } from '../../../../src/targets/docker/manage/stats';
import { listeningOn } from '../../../../src/targets/docker/ports';
import { toLabels } from '../../../../src/targets/docker/labels';

const labels = (version: string): Record<string, string> =>
  toLabels(
    { application: 'adara', version, artifact: 'sha256:aa', configuration: 'c1' },
    { environment: 'staging', plan: 'p1', instance: `adara-${version}`, port: '8081' },
  );
const row = (name: string, more: object = {}): object => ({
  Id: `id-${name}`,
  Names: [`/${name}`],
  Image: 'adara:1.0.0',
  ImageID: 'sha256:aa',
  Created: 1_700_000_000,
  State: 'running',
  Status: 'Up 2 minutes',
  Labels: {},
  Ports: [],
  HostConfig: { NetworkMode: 'bridge' },
  ...more,
});

describe('containers and images of a host', () => {
  it('are listed ours first, with what runs in them', () => {
    const containers = readHostContainers([
      row('zeta', { Labels: null, State: 'exited', Status: 'Exited (143) 2 hours ago' }),
      row('adara-p0', { Labels: labels('0.9.0'), State: 'exited', Status: 'Exited (0) 1 hour ago' }),
      row('cache'),
      row('adara', {
        Labels: labels('1.0.0'),
        Status: 'Up 2 minutes (healthy)',
        HostConfig: { NetworkMode: 'host' },
      }),
    ]);
    assert.deepEqual(
      containers.map(({ name, exitCode }) => [name, exitCode]),
      [
        ['adara', undefined],
        ['adara-p0', 0],
        ['cache', undefined],
        ['zeta', 143],
      ],
    );
    const [live, old, cache] = containers;
    assert.equal(live?.health, 'healthy');
    assert.equal(live.onHostNetwork, true);
    assert.deepEqual(
      [live.ours?.release.version, live.ours?.environment, live.ours?.port, live.ours?.isLive],
      ['1.0.0', 'staging', 8081, true],
    );
    assert.equal(old?.ours?.isLive, false);
    assert.equal(cache?.ours, undefined);

    const [used, unused] = readImages(
      [
        { Id: 'sha256:bb', RepoTags: ['<none>:<none>'], Created: 1, Size: 10 },
        { Id: 'sha256:aa', RepoTags: ['adara:1.0.0', 'adara:latest'], Created: 2, Size: 90 },
      ],
      containers,
    );
    assert.deepEqual(used?.tags, ['adara:1.0.0', 'adara:latest']);
    assert.equal(used.usedBy.length, 4);
    assert.deepEqual(
      used.releases.map(({ version }) => version),
      ['1.0.0', '0.9.0'],
    );
    assert.deepEqual([unused?.tags, unused?.usedBy], [[], []]);
  });

  it('tell processors and memory as the documentation of the engine has it', () => {
    const sample = (second: number, total: number, system: number, received: number): object => ({
      read: `2026-01-01T00:00:0${second}.000000000Z`,
      cpu_stats: { cpu_usage: { total_usage: total }, system_cpu_usage: system, online_cpus: 2 },
      precpu_stats: { cpu_usage: { total_usage: 1000 }, system_cpu_usage: 10_000, online_cpus: 2 },
      memory_stats: { usage: 300, limit: 1000, stats: { inactive_file: 100 } },
      networks: { eth0: { rx_bytes: received, tx_bytes: 50 }, eth1: { rx_bytes: 1, tx_bytes: 0 } },
    });
    const first = sample(1, 1500, 12_000, 100);
    // A quarter of what both processors could do is half of one.
    assert.deepEqual(readStats(first), { cpuPercent: 50, memory: 200, memoryLimit: 1000 });
    assert.deepEqual(readStats(sample(3, 1000, 12_000, 500), first), {
      cpuPercent: 0,
      memory: 200,
      memoryLimit: 1000,
      network: { received: 200, sent: 0 },
    });
    const begun = { ...first, precpu_stats: { cpu_usage: { total_usage: 0 } } };
    assert.equal(readStats(begun), undefined, 'there is nothing to compare with');
  });

  it('keep values that may be secret to themselves', () => {
    const shown = plainVariables({ PROFILE: '${environment}', PASSWORD: 'x${secret:db}' }, 'SERVER_PORT');
    const text = describeContainer(
      {
        Id: 'id',
        Name: '/adara',
        Path: 'java',
        State: { Status: 'running', Running: true } as never,
        HostConfig: { NetworkMode: 'host' },
        NetworkSettings: {},
        Config: {
          Tty: false,
          Env: ['PROFILE=staging', 'PASSWORD=xhunter2', 'SERVER_PORT=8081', 'TOKEN=a=b'],
          Image: 'adara',
        },
      },
      shown,
    );
    const { Config } = JSON.parse(text) as { Config: { Env: string[]; Image: string } };
    assert.deepEqual(Config.Env, [
      'PROFILE=staging',
      `PASSWORD=${HIDDEN}`,
      'SERVER_PORT=8081',
      `TOKEN=${HIDDEN}`,
    ]);
    assert.equal(Config.Image, 'adara');
    assert.doesNotMatch(text, /hunter2|a=b/);
  });

  it('listen for everybody, or for themselves only', () => {
    const line = (address: string, state = '0A'): string =>
      `   0: ${address}:138D 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000`;
    const listening = (...lines: string[]): string[] =>
      listeningOn({ stdout: ['5005', ...lines].join('\n') });
    assert.deepEqual(listening(line('0100007F'), line('00000000000000000000000001000000')), [
      'loopback',
      'loopback',
    ]);
    assert.deepEqual(listening(line('0000000000000000FFFF00000100007F')), ['loopback']);
    assert.deepEqual(listening(line('00000000'), line('00000000000000000000000000000000')), ['any', 'any']);
    assert.deepEqual(listening(line('020011AC', '01')), [], 'a connection is no listener');
    assert.deepEqual(listening(line('020011AC')), ['any']);
  });
});
