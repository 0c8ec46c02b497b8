import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../scripts/support/paths';
import { run } from '../../scripts/support/run';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { parseConfig } from '../../src/config/parse';
import { foldersOf } from '../lab/machines/cgroups';
import { Lab } from '../lab/machines/lab';
import { FRONT_PORTS } from '../lab/machines/services';
import { useLab } from '../lab/machines/suite';

/** Processes of this machine whose command line has the text in it. */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        // Gone meanwhile.
        return [];
      }
    })
    .filter((line) => line.includes(text));
}

/** What of this machine a lab could change. */
function machineState(): unknown {
  return {
    links: readdirSync('/sys/class/net'),
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'),
    routes: readFileSync('/proc/net/route', 'utf8'),
  };
}

describe('the lab', () => {
  const suite = useLab({
    machines: {
      'host-a': { engine: true, services: ['apache', 'haproxy', 'nginx'] },
      'host-b': {},
    },
  });

  it('has machines that are reached over SSH, with a Docker engine', async () => {
    const { stdout } = await suite.hosts
      .exec('host-a')
      .run(['docker', 'version', '-f', '{{.Server.Version}}']);
    assert.match(stdout.toString(), /^\d+\.\d+/);
    const name = await suite.hosts.exec('host-b').run(['hostname']);
    assert.equal(name.stdout.toString(), 'host-b\n');
  });

  it('lets the account of a deployer use the engine, and that of a guest not', async () => {
    const ask = ['docker', 'ps', '--quiet'];
    assert.equal((await suite.hosts.exec('host-a-deploy').run(ask)).code, 0);
    const denied = await suite.hosts.exec('host-a-guest').run(ask);
    assert.match(denied.stderr.toString(), /permission denied/);
  });

  it('has web servers in front that answer for an application which is not there yet', async () => {
    for (const [name, port] of Object.entries(FRONT_PORTS)) {
      const local = await suite.lab.network.forward(suite.lab.machine('host-a').address, port);
      const { status } = await fetch(`http://127.0.0.1:${local}/`);
      assert.ok([502, 503].includes(status), `${name} answers ${status}`);
    }
  });

  it('gives each machine a network and files of its own', async () => {
    const { lab } = suite;
    await lab.machine('host-a').succeed(['touch', '/opt/mine']);
    assert.equal(existsSync('/opt/mine'), false);
    assert.equal(existsSync(lab.machine('host-b').path('/opt/mine')), false);
    const ping = ['bash', '-c', `exec 3<>/dev/tcp/${lab.machine('host-b').address}/22; head -c 7 <&3`];
    assert.equal(await lab.machine('host-a').succeed(ping), 'SSH-2.0');
  });
});

describe('a lab that ends', () => {
  // Installs what is needed, or skips.
  useLab({ machines: {} });

  it('leaves nothing of itself when it is taken down', async () => {
    const before = machineState();
    const lab = await Lab.up({ machines: { 'host-c': { engine: true } } });
    const { folder, cgroup } = lab;
    assert.equal(processesWith(cgroup).length > 0, true);
    // What a container leaves behind.
    const hierarchy = existsSync('/sys/fs/cgroup/cgroup.procs') ? '' : 'pids';
    await lab.machine('host-c').succeed(['mkdir', path.join('/sys/fs/cgroup', hierarchy, cgroup)]);
    assert.equal(foldersOf(cgroup).length, 1);
    await lab.down();
    assert.deepEqual(machineState(), before);
    assert.deepEqual(processesWith(cgroup), []);
    assert.deepEqual(foldersOf(cgroup), []);
    assert.equal(existsSync(folder), false);
  });

  it('leaves no process when the one that started it is killed', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', path.join(__dirname, '..', 'lab', 'machines', 'lonelyLab.ts')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { marker, keeper, folder } = JSON.parse(line) as { marker: string; keeper: number; folder: string };
    assert.equal(processesWith(marker).length > 0, true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    // The last one to go is the first that was there; the kernel ends the others before it.
    while (existsSync(`/proc/${keeper}`)) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(processesWith(marker), []);
    await removeDir(folder);
  });

  it('is started for a contributor, with a configuration that is right, and is gone when told', async function () {
    this.timeout(300_000);
    const folder = path.join(await makeTempDir('lab-test'), 'lab');
    const lab = (...args: string[]): Promise<string> =>
      run(process.execPath, ['--import', 'tsx', path.join(root, 'scripts', 'lab.ts'), ...args], {
        cwd: root,
        env: { SWAPDECK_LAB: folder },
      });
    try {
      const told = await lab();
      const text = readFileSync(path.join(folder, 'adara', 'swapdeck.yaml'), 'utf8');
      assert.ok(told.includes(text));
      assert.deepEqual((await parseConfig(text)).problems, []);
      const ssh = [
        '-F',
        path.join(folder, 'home', '.ssh', 'config'),
        'host-b',
        'docker',
        'info',
        '-f',
        '{{.Name}}',
      ];
      assert.equal(await run('ssh', ssh), 'host-b\n');
      assert.match(await lab(), /The lab is up/);
    } finally {
      assert.match(await lab('down'), /gone/);
    }
    assert.equal(existsSync(folder), false);
    assert.deepEqual(processesWith(folder), []);
    assert.match(await lab('down'), /There is no lab/);
    await removeDir(path.dirname(folder));
  });
});
