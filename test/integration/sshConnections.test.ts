import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as net from 'node:net';
import { join } from 'node:path';
import type { ByteChannel, ChannelEnd } from '../../src/contracts/channel';
import { TransportError, type TransportErrorReason } from '../../src/contracts/transportError';
import type { SshHosts } from '../../src/transport/ssh/hosts';
import type { HostSpecs } from '../../src/transport/ssh/route';
import { nextEvent } from '../../src/util/async';
import { Relay } from '../lab/relay';
import type { DisposeRequest } from '../lab/ssh/disposeProbe';
import type { LabServer } from '../lab/ssh/lab';
import { Person } from '../lab/ssh/person';
import { useSshLab } from '../lab/ssh/suite';
import { freePort } from './support/javaProcess';

describe('SSH connections to a real server', () => {
  const suite = useSshLab();
  let server: LabServer;
  let gate: LabServer;
  let relay: Relay;
  let echo: net.Server;
  let person: Person;
  beforeEach(async () => {
    const key = await suite.lab.key('ed25519');
    await suite.lab.authorize(key);
    await suite.lab.configure(`IdentityFile ${key.file}\nStrictHostKeyChecking accept-new`);
    server = await suite.lab.server();
    gate = await suite.lab.server();
    relay = await Relay.to(server.port);
    echo = net.createServer((socket) => socket.pipe(socket).on('error', () => socket.destroy()));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    person = new Person();
  });
  afterEach(async () => {
    await relay.close();
    echo.close();
  });

  const echoPort = (): number => (echo.address() as net.AddressInfo).port;
  /** `direct`: past the relay; `far`: through the gate, with the relay between the two. */
  const specs = (): HostSpecs => ({
    direct: { ssh: { host: '127.0.0.1', port: server.port } },
    relayed: { ssh: { host: '127.0.0.1', port: relay.port } },
    gate: { ssh: { host: '127.0.0.1', port: gate.port } },
    far: { ssh: { host: '127.0.0.1', port: relay.port }, jump: 'gate' },
  });
  const dial = (hosts: SshHosts, name: string): Promise<ByteChannel> =>
    hosts.dialer(name).dial({ host: '127.0.0.1', port: echoPort() });
  const say = async (channel: ByteChannel, text: string): Promise<string> => {
    const answer = nextEvent(channel.onData);
    channel.write(Buffer.from(text));
    return (await answer).toString();
  };
  const ended = (channel: ByteChannel): Promise<ChannelEnd> => nextEvent(channel.onEnd);
  const connections = ({ log }: LabServer): number =>
    log.filter((line) => line.startsWith('Connection from')).length;
  const isA =
    (...reasons: TransportErrorReason[]) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof TransportError, String(error));
      assert.ok(reasons.includes(error.reason), error.reason);
      return true;
    };

  it('opens one connection for all users of a host, however many come at once', async () => {
    const hosts = suite.hosts(specs(), person);
    const channels = await Promise.all(Array.from({ length: 8 }, () => dial(hosts, 'direct')));
    const commands = await Promise.all(
      Array.from({ length: 4 }, () => hosts.exec('direct').run(['echo', 'x'])),
    );
    const words = channels.map((_channel, index) => `word ${index}`);
    assert.deepEqual(await Promise.all(channels.map((channel, index) => say(channel, words[index]!))), words);
    assert.ok(commands.every(({ stdout }) => stdout.toString() === 'x\n'));
    assert.equal(connections(server), 1);
  });

  it('shares the connection to a jump host with those who want the jump host itself', async () => {
    const hosts = suite.hosts(specs(), person);
    assert.equal(await say(await dial(hosts, 'far'), 'through both'), 'through both');
    assert.equal(await say(await dial(hosts, 'gate'), 'only the gate'), 'only the gate');
    assert.deepEqual([connections(gate), connections(server)], [1, 1]);
  });

  it('ends all channels when the network is cut, and connects anew when it is restored', async () => {
    const hosts = suite.hosts(specs(), person);
    for (const name of ['relayed', 'far']) {
      const channels = [await dial(hosts, name), await dial(hosts, name)];
      const running = await hosts.exec(name).start(['sleep', '1000']);
      const ends = channels.map(ended);
      await relay.cut();
      for (const end of ends) assert.ok(isA('reset')((await end).error));
      await assert.rejects(running.exit, isA('reset'));
      await assert.rejects(dial(hosts, name), isA('refused'));
      await relay.restore();
      assert.equal(await say(await dial(hosts, name), 'again'), 'again');
    }
    assert.equal(connections(gate), 1, 'the way to the jump host was never cut');
  });

  it('ends what goes through a jump host when that is lost', async () => {
    const hosts = suite.hosts(
      {
        ...specs(),
        gate: specs().relayed!,
        behind: { ssh: { host: '127.0.0.1', port: gate.port }, jump: 'gate' },
      },
      person,
    );
    const channel = await dial(hosts, 'behind');
    const end = ended(channel);
    await relay.cut();
    assert.ok(isA('reset')((await end).error));
  });

  it('notices that a host behind a jump host hung up', async () => {
    const hosts = suite.hosts(specs(), person);
    const end = ended(await dial(hosts, 'far'));
    relay.endTowardsClients();
    assert.ok(isA('reset')((await end).error));
    assert.equal(await say(await dial(hosts, 'far'), 'again'), 'again');
  });

  it('notices a peer that went silent', async () => {
    const hosts = suite.hosts(specs(), person, { keepAlive: { intervalMs: 100, count: 2 } });
    const channels = [await dial(hosts, 'relayed'), await dial(hosts, 'far')];
    const ends = channels.map(ended);
    // Answers keep it alive meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(await say(channels[0]!, 'alive'), 'alive');
    relay.stall();
    for (const end of ends) assert.ok(isA('timeout')((await end).error));
  });

  it('gives up on a server that never says a word, at any of the stages', async () => {
    const mute = net.createServer();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const port = (mute.address() as net.AddressInfo).port;
    const hosts = suite.hosts({ mute: { ssh: { host: '127.0.0.1', port } } }, person, {
      connectTimeoutMs: 200,
    });
    await assert.rejects(dial(hosts, 'mute'), isA('timeout'));
    mute.close();
  });

  it('tells a host that is down, one that has no name, and one that speaks no SSH', async () => {
    const http = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const hosts = suite.hosts(
      {
        down: { ssh: { host: '127.0.0.1', port: await freePort() } },
        nowhere: { ssh: { host: 'no-such-host.invalid' } },
        http: { ssh: { host: '127.0.0.1', port: (http.address() as net.AddressInfo).port } },
        behind: { ssh: { host: '127.0.0.1', port: await freePort() }, jump: 'gate' },
        gate: specs().gate!,
      },
      person,
    );
    await assert.rejects(dial(hosts, 'down'), isA('refused'));
    await assert.rejects(dial(hosts, 'nowhere'), isA('unreachable'));
    await assert.rejects(dial(hosts, 'http'), isA('reset', 'failed'));
    await assert.rejects(dial(hosts, 'behind'), isA('refused'));
    http.close();
  });

  it('comes back when the server was restarted', async () => {
    const hosts = suite.hosts(specs(), person);
    const channel = await dial(hosts, 'relayed');
    const end = ended(channel);
    await server.stop();
    await relay.cut();
    await end;
    await relay.restore();
    await assert.rejects(dial(hosts, 'relayed'), isA('reset', 'refused'));
    server = await suite.lab.server({ port: server.port, hostKeys: [server.hostKey] });
    assert.equal(await say(await dial(hosts, 'relayed'), 'back'), 'back');
  });

  it('lets one caller give up while the others get their connection', async () => {
    const hosts = suite.hosts(specs(), person);
    const given = new AbortController();
    const endpoint = { host: '127.0.0.1', port: echoPort() };
    const quitter = hosts.dialer('direct').dial(endpoint, given.signal);
    const stayer = dial(hosts, 'direct');
    given.abort();
    await assert.rejects(quitter, { reason: 'aborted' });
    assert.equal(await say(await stayer, 'here'), 'here');
    assert.equal(connections(server), 1);
  });

  it('stops connecting when nobody wants the connection any more, and starts over for the next', async () => {
    const hosts = suite.hosts(specs(), person);
    relay.stall();
    const given = new AbortController();
    const quitter = hosts.dialer('relayed').dial({ host: '127.0.0.1', port: echoPort() }, given.signal);
    await server.logs(/Connection from/);
    given.abort();
    await assert.rejects(quitter, { reason: 'aborted' });
    await relay.deserted();
    await relay.cut();
    await relay.restore();
    assert.equal(await say(await dial(hosts, 'relayed'), 'next'), 'next');
  });

  it('closes a connection nobody uses, and that to the jump host after it', async () => {
    const hosts = suite.hosts(specs(), person, { idleMs: 50 });
    const channel = await dial(hosts, 'far');
    const second = await hosts.exec('far').run(['true']);
    assert.equal(second.code, 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(await say(channel, 'still in use'), 'still in use');
    channel.dispose();
    await Promise.all([server, gate].map((each) => each.logs(/Disconnected from user|Received disconnect/)));
  });

  it('ends everything when it is disposed', async () => {
    const hosts = suite.hosts(specs(), person);
    const end = ended(await dial(hosts, 'far'));
    const command = await hosts.exec('far').start(['sleep', '1000']);
    const lost = assert.rejects(command.exit, isA('reset'));
    relay.stall();
    const opening = assert.rejects(dial(hosts, 'relayed'), { reason: 'aborted' });
    hosts.dispose();
    assert.deepEqual(await end, {}, 'closed in order');
    await Promise.all([lost, opening]);
    await assert.rejects(dial(hosts, 'direct'), { reason: 'aborted' });
    await relay.deserted();
    await gate.logs(/Disconnected from user|Received disconnect/);
  });

  it('keeps no process from ending once it is disposed, whatever was under way', async () => {
    const mute = net.createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const silent = { ssh: { host: '127.0.0.1', port: (mute.address() as net.AddressInfo).port } };
    const request: DisposeRequest = {
      hosts: { ...specs(), silent, behind: { ...silent, jump: 'gate' } },
      environment: suite.lab.environment(),
      port: echoPort(),
      idle: 'relayed',
      used: ['direct', 'far'],
      silent: ['silent', 'behind'],
    };
    const script = join(__dirname, '..', 'lab', 'ssh', 'disposeProbe.ts');
    const child = spawn(process.execPath, ['-r', 'tsx/cjs', script, JSON.stringify(request)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    // A timer or socket left behind would keep it for its 15 s or more.
    const timer = setTimeout(() => child.kill(), 10_000);
    assert.deepEqual(await exited, [0, null]);
    clearTimeout(timer);
    mute.close();
    assert.equal(Buffer.concat(output).toString(), 'disposed\n');
  });
});
