import assert from 'node:assert/strict';
import type { Dialer, Endpoint } from '../../src/contracts/channel';
import { attachJvm, detachJvm, type Attached } from '../../src/hotswap/attach';
import { swapClasses } from '../../src/hotswap/swap';
import { JdwpConnection } from '../../src/jdwp/connection';
import { JdwpError } from '../../src/jdwp/error';
import type { SshHosts } from '../../src/transport/ssh/hosts';
import { TcpDialer } from '../../src/transport/tcp';
import { Relay } from '../lab/relay';
import type { LabServer } from '../lab/ssh/lab';
import { Person } from '../lab/ssh/person';
import { useSshLab } from '../lab/ssh/suite';
import { dependencies, greeting, HotSwapApp } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

describe('a JVM behind SSH', () => {
  const suite = useSshLab();
  const [jdk] = jdksToTest();
  let app: HotSwapApp;
  let server: LabServer;
  let relay: Relay;
  let hosts: SshHosts;
  before(function () {
    if (!jdk) this.skip();
  });
  beforeEach(async () => {
    app = await HotSwapApp.start(jdk!);
    const key = await suite.lab.key('ed25519');
    await suite.lab.authorize(key);
    await suite.lab.configure(`IdentityFile ${key.file}\nStrictHostKeyChecking accept-new`);
    server = await suite.lab.server();
    const gate = await suite.lab.server();
    relay = await Relay.to(server.port);
    hosts = suite.hosts(
      {
        host: { ssh: { host: '127.0.0.1', port: relay.port } },
        far: { ssh: { host: '127.0.0.1', port: relay.port }, jump: 'gate' },
        gate: { ssh: { host: '127.0.0.1', port: gate.port } },
      },
      new Person(),
    );
  });
  afterEach(async () => {
    hosts.dispose();
    await relay.close();
    await app.stop();
  });

  const attach = (dialer: Dialer, endpoint: Endpoint = app.endpoint): Promise<Attached> =>
    attachJvm(app.target(dialer, endpoint), dependencies);
  const detach = async ({ index, connection }: Attached): Promise<void> => {
    index.dispose();
    await detachJvm(connection);
  };

  it('is attached to through a jump host, swapped, and let go of', async () => {
    const attached = await attach(hosts.dialer('far'));
    assert.equal(attached.connection.peer, `127.0.0.1:${app.endpoint.port} through far`);
    await swapClasses(attached, await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
    assert.equal(await app.ask('greet'), 'two4');
    await detach(attached);
    await detach(await attach(hosts.dialer('far')));
  });

  it('is lost with a typed error when the network is cut, and found again', async () => {
    const attached = await attach(hosts.dialer('host'));
    const closed = new Promise<JdwpError>((resolve) => attached.connection.onClose(resolve));
    await relay.cut();
    const error = await closed;
    assert.ok(error instanceof JdwpError);
    await relay.restore();
    await detach(await attach(hosts.dialer('host')));
  });

  it('is not mistaken for a JVM when something else answers', async () => {
    const channel = await hosts.dialer('host').dial({ host: '127.0.0.1', port: server.port });
    await assert.rejects(JdwpConnection.open(channel), { reason: 'notJdwp' });
  });

  it('takes no more round trips to swap than a direct one', async function () {
    this.timeout(60_000);
    const roundTripMs = 200;
    const direct = await Relay.to(app.endpoint.port);
    let version = 0;
    /** How many round trips a swap takes: of some swaps the quickest, since a busy machine only adds to it. */
    const count = async (link: Relay, dialer: Dialer, endpoint: Endpoint): Promise<number> => {
      const trips: number[] = [];
      for (let tries = 0; tries < 3; tries++) {
        const attached = await attach(dialer, endpoint);
        const text = `version ${++version}`;
        const next = await app.build({ 'demo/Greeting.java': greeting(text) });
        link.delayMs = roundTripMs / 2;
        const started = performance.now();
        await swapClasses(attached, next);
        trips.push((performance.now() - started) / roundTripMs);
        link.delayMs = 0;
        assert.equal(await app.ask('greet'), `${text}4`);
        await detach(attached);
      }
      // A timer may be a little early, never a round trip late.
      return Math.floor(Math.min(...trips) + 0.05);
    };
    const straight = await count(direct, new TcpDialer(), { host: '127.0.0.1', port: direct.port });
    const tunnelled = await count(relay, hosts.dialer('host'), app.endpoint);
    await direct.close();
    assert.ok(straight >= 1, 'the relay must be in the way');
    assert.equal(tunnelled, straight);
  });
});
