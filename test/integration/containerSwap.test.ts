import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureJdk } from '../../scripts/support/jdk';
import { run } from '../../scripts/support/run';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { main } from '../../src/cli/main';
import type { Dialer } from '../../src/contracts/channel';
import { TransportError } from '../../src/contracts/transportError';
import { containerDialer } from '../../src/environments/containerDialer';
import { Places } from '../../src/environments/places';
import { createHotSwap } from '../../src/hotswap/hotSwap';
import type { JvmSession, JvmTarget } from '../../src/hotswap/model';
import { JdwpConnection } from '../../src/jdwp/connection';
import { JdwpError } from '../../src/jdwp/error';
import { Engine } from '../../src/targets/docker/engine/engine';
import { ContainerError } from '../../src/targets/docker/manage/errors';
import { ContainerDialer } from '../../src/targets/docker/manage/jvm';
import { nextEvent } from '../../src/util/async';
import { labEngines, load, localLink } from '../lab/docker';
import { adaraContext, adaraImage } from '../lab/images/adara';
import type { Machine } from '../lab/machines/machine';
import { useLab } from '../lab/machines/suite';
import { ourLabels, removeContainers, startContainer } from './support/containers';
import { eventually } from './support/eventually';
import { dependencies } from './support/hotswapApp';

const jdwp = (address: string): string[] => [
  '--env',
  `JAVA_TOOL_OPTIONS=-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=${address}`,
];

describe('a JVM in a container behind SSH', function () {
  this.timeout(90_000);
  const suite = useLab({ machines: { 'host-a': { engine: true } } });
  const home = process.env.HOME;
  let host: Machine;
  let folder: string;
  let classes: string;
  let original: string;
  let dialer: Dialer;

  before(async function () {
    this.timeout(300_000);
    host = suite.lab.machine('host-a');
    await load(labEngines(suite.lab, suite.hosts, 'host-a'), 'host-a', await adaraImage('1.0.0'));
    folder = await makeTempDir('container-swap');
    await adaraContext(folder, '1.0.0');
    classes = path.join(folder, 'target', 'classes');
    original = await readFile(source(), 'utf8');
    const places = new Places({ ssh: suite.hosts, local: new Set(), folder, env: {} });
    dialer = containerDialer(() => Promise.resolve(places), 'host-a');
    process.env.HOME = suite.lab.home;
  });
  after(async () => {
    process.env.HOME = home;
    await removeDir(folder);
  });
  afterEach(() => removeContainers(host));

  const source = (): string => path.join(folder, 'src', 'main', 'java', 'adara', 'Pages.java');
  /** Saves the version page with other words, and compiles it as the image was. */
  const save = async (words: string): Promise<void> => {
    await writeFile(source(), original.replace('"Adara, release "', `"${words} "`));
    const { javac } = await ensureJdk();
    await run(javac, ['-g', '--release', '17', '-cp', classes, '-d', classes, source()]);
  };
  const answer = (address: string): Promise<string> =>
    host.succeed([
      'curl',
      '-sS',
      '--retry',
      '20',
      '--retry-connrefused',
      '--retry-delay',
      '1',
      `http://${address}/`,
    ]);
  const addressOf = async (name: string): Promise<string> => {
    const format = '{{.NetworkSettings.IPAddress}}';
    return (await host.succeed(['docker', 'inspect', '--format', format, name])).trim();
  };
  const target = (port: number): JvmTarget => ({
    id: 'dev/in-container',
    name: 'in-container',
    endpoint: { host: 'adara-backend', port },
    dialer,
    classRoots: [classes],
    through: 'host-a',
  });
  /** Connects as hot swap does: a JVM that is still starting refuses for a moment. */
  const listens = async (way: Dialer, port: number): Promise<void> => {
    for (;;) {
      try {
        (await JdwpConnection.open(await way.dial({ host: 'adara-backend', port }))).dispose();
        return;
      } catch (error) {
        if (!(error instanceof TransportError) || error.reason !== 'refused') throw error;
      }
    }
  };
  const failsAs =
    (reason: string, details: object = {}) =>
    (error: unknown) => {
      assert.ok(error instanceof ContainerError, String(error));
      assert.equal(error.reason, reason);
      for (const [name, value] of Object.entries(details)) assert.equal(error.details[name], value);
      return true;
    };

  it('has a save swapped into it, and is found again where another container takes its place', async () => {
    await startContainer(host, 'adara-backend', [...ourLabels('adara-backend'), ...jdwp('*:5005')]);
    assert.match(await answer(`${await addressOf('adara-backend')}:8080`), /^Adara, release 1\.0\.0/);
    const hotSwap = createHotSwap({ ...dependencies, findRoots: () => Promise.resolve([]) });
    try {
      // Port 0: the one its JVM is started with.
      const session: JvmSession = await hotSwap.attach(target(0));
      const swapped = nextEvent(hotSwap.onDidSwap, (record) => record.swapped > 0);
      await save('Swapped, release');
      await swapped;
      assert.match(await answer(`${await addressOf('adara-backend')}:8080`), /^Swapped, release 1\.0\.0/);

      const state = async (kind: string): Promise<void> => {
        if (session.state.kind !== kind)
          await nextEvent(session.onDidChange, () => session.state.kind === kind);
      };
      const lost = state('waiting');
      await host.succeed(['docker', 'rm', '-f', 'adara-backend']);
      await lost;
      // Another address (the old one is taken) and another port.
      await startContainer(host, 'squatter', [], ['sleep', '1000']);
      const back = state('attached');
      await startContainer(host, 'adara-backend', [...ourLabels('adara-backend'), ...jdwp('*:6006')]);
      await back;
      const again = nextEvent(hotSwap.onDidSwap, (record) => record.swapped > 0);
      await save('Swapped again, release');
      await again;
      assert.match(
        await answer(`${await addressOf('adara-backend')}:8080`),
        /^Swapped again, release 1\.0\.0/,
      );
    } finally {
      hotSwap.dispose();
    }
  });

  it('is swapped by its name in swapdeck.yaml on the command line', async () => {
    await startContainer(host, 'adara-backend', ['--network', 'host', ...jdwp('127.0.0.1:5005')]);
    assert.match(await answer('127.0.0.1:8080'), /^Adara/);
    await listens(dialer, 5005);
    await writeFile(
      path.join(folder, 'swapdeck.yaml'),
      [
        'hosts: { web-1: { ssh: host-a } }',
        'applications: { adara: { classes: [target/classes] } }',
        'environments:',
        '  dev: { jvms: { in-container: { jdwp: 5005, host: web-1, container: adara-backend, application: adara } } }',
      ].join('\n'),
    );
    await save('By name, release');
    const ran = { stdout: '', stderr: '' };
    const code = await main(['swap', '--jvm', 'in-container', '--json'], {
      stdout: { write: (text: string) => (ran.stdout += text) },
      stderr: { write: (text: string) => (ran.stderr += text) },
      cwd: folder,
      env: { SWAPDECK_STATE: path.join(folder, 'state') },
      signal: new AbortController().signal,
    });
    assert.equal(code, 0, ran.stderr);
    assert.match(await answer('127.0.0.1:8080'), /^By name, release 1\.0\.0/);
  });

  it('is reached by a published port where no way leads to the container', async () => {
    await startContainer(host, 'adara-backend', ['--publish', '127.0.0.1:15005:5005', ...jdwp('*:5005')]);
    const outside = new ContainerDialer(() =>
      Promise.resolve({
        engine: new Engine(localLink(suite.lab, 'host-a')),
        dialer: suite.hosts.dialer('host-a'),
        exec: suite.hosts.exec('host-a'),
        routesToContainers: false,
      }),
    );
    await listens(dialer, 5005);
    // Docker's proxy accepts before the JVM listens again, which it does not while it looks at who asked last.
    const connected = await eventually(async () => {
      const channel = await outside.dial({ host: 'adara-backend', port: 5005 });
      assert.match(channel.peer, /^127\.0\.0\.1:15005/);
      return JdwpConnection.open(channel);
    }, JdwpError);
    connected.dispose();
    const other = { host: 'adara-backend', port: 5006 };
    await assert.rejects(outside.dial(other), failsAs('unpublished', { port: 5006 }));
  });

  it('is told apart from one that listens for its own container only', async () => {
    for (const address of ['localhost:5005', '5005']) {
      await startContainer(host, 'adara-backend', jdwp(address));
      // It serves: its debugger's port is open since before main.
      await answer(`${await addressOf('adara-backend')}:8080`);
      await assert.rejects(
        dialer.dial({ host: 'adara-backend', port: 5005 }),
        failsAs('loopbackInside', { port: 5005, container: 'adara-backend', host: 'host-a' }),
      );
      await removeContainers(host);
    }
  });

  it('is missed with the reason: no debug port, nothing that listens, stopped, gone', async () => {
    const dial = (port: number): Promise<unknown> => dialer.dial({ host: 'adara-backend', port });
    await assert.rejects(dial(5005), failsAs('gone'));
    await startContainer(host, 'adara-backend', []);
    await answer(`${await addressOf('adara-backend')}:8080`);
    await assert.rejects(dial(0), failsAs('noDebugPort', { problem: 'absent' }));
    await assert.rejects(
      dial(5005),
      (error) => error instanceof TransportError && error.reason === 'refused',
    );
    await host.succeed(['docker', 'stop', 'adara-backend']);
    await assert.rejects(dial(5005), failsAs('notRunning', { state: 'exited' }));
    await removeContainers(host);
    await startContainer(host, 'adara-backend', jdwp('*:0'));
    await assert.rejects(dial(0), failsAs('noDebugPort', { problem: 'random' }));
    await removeContainers(host);
    // Neither a variable nor the container's own command line says it, but a process.
    const agent = '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:7007';
    const script = `echo 'exec java ${agent} -cp /app adara.Main' > /tmp/run; exec sh /tmp/run`;
    await startContainer(host, 'adara-backend', [], ['sh', '-c', script.replace('agentlib', 'agent""lib')]);
    await answer(`${await addressOf('adara-backend')}:8080`);
    await listens(dialer, 0);
  });
});
