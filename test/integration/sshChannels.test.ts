import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import * as net from 'node:net';
import { join } from 'node:path';
import type { ByteChannel, Endpoint } from '../../src/contracts/channel';
import { TransportError, type TransportErrorReason } from '../../src/contracts/transportError';
import type { SshHosts } from '../../src/transport/ssh/hosts';
import { nextEvent } from '../../src/util/async';
import type { LabKey, LabServer } from '../lab/ssh/lab';
import { Person } from '../lab/ssh/person';
import { useSshLab } from '../lab/ssh/suite';
import { freePort } from './support/javaProcess';

describe('channels through SSH', () => {
  const suite = useSshLab();
  let key: LabKey;
  let hosts: SshHosts;
  const peers: net.Server[] = [];
  beforeEach(async () => {
    key = await suite.lab.key('ed25519');
    await suite.lab.authorize(key);
    await suite.lab.configure(`IdentityFile ${key.file}\nStrictHostKeyChecking accept-new`);
    use(await suite.lab.server());
  });
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.close();
  });

  const use = ({ port }: LabServer): void => {
    hosts = suite.hosts({ host: { ssh: { host: '127.0.0.1', port } } }, new Person());
  };
  /** A server the SSH server can reach. */
  const listen = async (serve: (socket: net.Socket) => void, path?: string): Promise<Endpoint> => {
    const peer = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      serve(socket);
    });
    peers.push(peer);
    await new Promise<void>((resolve) =>
      path === undefined ? peer.listen(0, '127.0.0.1', resolve) : peer.listen(path, resolve),
    );
    return { host: '127.0.0.1', port: path === undefined ? (peer.address() as net.AddressInfo).port : 0 };
  };
  const dial = (endpoint: Endpoint): Promise<ByteChannel> => hosts.dialer('host').dial(endpoint);
  const receive = (channel: ByteChannel): { chunks: Buffer[]; ended: Promise<unknown> } => {
    const chunks: Buffer[] = [];
    channel.onData((chunk) => chunks.push(chunk));
    return { chunks, ended: nextEvent(channel.onEnd) };
  };
  const isA = (reason: TransportErrorReason) => (error: unknown) =>
    error instanceof TransportError && error.reason === reason;

  it('is called by the endpoint and the host', async () => {
    const endpoint = await listen(() => undefined);
    assert.equal((await dial(endpoint)).peer, `127.0.0.1:${endpoint.port} through host`);
  });

  it('hands over megabytes unharmed in both directions', async () => {
    const channel = await dial(await listen((socket) => socket.pipe(socket)));
    const sent = randomBytes(12_000_000);
    const hash = createHash('sha256');
    let received = 0;
    const all = new Promise<void>((resolve) =>
      channel.onData((chunk) => {
        hash.update(chunk);
        received += chunk.length;
        if (received === sent.length) resolve();
      }),
    );
    // Several times what the server takes at once, in pieces of all sizes.
    channel.write(sent.subarray(0, 1), sent.subarray(1, 40_000), sent.subarray(40_000, 5_000_000));
    channel.write(sent.subarray(5_000_000));
    await all;
    assert.equal(hash.digest('hex'), createHash('sha256').update(sent).digest('hex'));
  });

  it('keeps chunks valid after they were handed out', async () => {
    const channel = await dial(await listen((socket) => socket.pipe(socket)));
    const first = nextEvent(channel.onData);
    channel.write(Buffer.from('first'));
    const kept = await first;
    for (let turn = 0; turn < 50; turn++) {
      const next = nextEvent(channel.onData);
      channel.write(Buffer.alloc(1000, turn));
      await next;
    }
    assert.equal(kept.toString(), 'first');
  });

  it('keeps what arrives before anyone listens, without letting the peer flood us', async () => {
    let accepted = 0;
    const block = Buffer.alloc(64 * 1024, 7);
    const full = new Promise<void>((resolve) => {
      void listen((socket) => {
        const send = (): void => {
          while (accepted < 100 * 1024 * 1024) {
            accepted += block.length;
            if (!socket.write(block)) {
              // Written, but nobody takes it: is it still so after a while?
              const timer = setTimeout(resolve, 500);
              socket.once('drain', () => {
                clearTimeout(timer);
                send();
              });
              return;
            }
          }
        };
        send();
      }).then(async (endpoint) => (channel = await dial(endpoint)));
    });
    let channel: ByteChannel | undefined;
    await full;
    assert.ok(accepted < 30 * 1024 * 1024, `${accepted} bytes were taken with nobody listening`);
    let received = 0;
    const more = new Promise<void>((resolve) =>
      channel!.onData((chunk) => {
        received += chunk.length;
        if (received > 60 * 1024 * 1024) resolve();
      }),
    );
    await more;
  });

  it('ends in order after all data when the peer closes', async () => {
    const endpoint = await listen((socket) => socket.end(Buffer.alloc(300_000, 1)));
    const { chunks, ended } = receive(await dial(endpoint));
    assert.deepEqual(await ended, {});
    assert.equal(Buffer.concat(chunks).length, 300_000);
  });

  it('ends in order when the peer closes before anyone listens', async () => {
    const endpoint = await listen((socket) => socket.end('bye'));
    const channel = await dial(endpoint);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { chunks, ended } = receive(channel);
    assert.deepEqual(await ended, {});
    assert.equal(Buffer.concat(chunks).toString(), 'bye');
    assert.deepEqual(await nextEvent(channel.onEnd), {}, 'told also to who asks later');
  });

  it('closes the connection of the server when it is disposed, after what was written', async () => {
    const chunks: Buffer[] = [];
    const closed = new Promise<void>((resolve) => {
      void listen((socket) => {
        socket.on('data', (chunk) => chunks.push(chunk));
        socket.on('end', () => socket.end());
        socket.on('close', () => resolve());
      }).then(async (endpoint) => {
        const channel = await dial(endpoint);
        const ended = nextEvent(channel.onEnd);
        channel.write(Buffer.from('last '), Buffer.from('words'));
        channel.dispose();
        channel.dispose();
        channel.write(Buffer.from('too late'));
        assert.deepEqual(await ended, {});
      });
    });
    await closed;
    assert.equal(Buffer.concat(chunks).toString(), 'last words');
  });

  it('tells a port nobody listens on from a forwarding the server denies', async () => {
    await assert.rejects(dial({ host: '127.0.0.1', port: await freePort() }), isA('refused'));
    await assert.rejects(dial({ host: 'no-such-host.invalid', port: 1 }), isA('unreachable'));
    use(await suite.lab.server({ settings: ['AllowTcpForwarding no'] }));
    const endpoint = await listen(() => undefined);
    await assert.rejects(dial(endpoint), isA('forwardingDenied'));
  });

  it('opens nothing for a caller who has given up, and loses nothing for the next', async () => {
    const endpoint = await listen((socket) => socket.pipe(socket));
    await dial(endpoint);
    const given = new AbortController();
    const quitter = hosts.dialer('host').dial(endpoint, given.signal);
    setImmediate(() => given.abort());
    await assert.rejects(quitter, { reason: 'aborted' });
    await assert.rejects(hosts.dialer('host').dial(endpoint, AbortSignal.abort()), { reason: 'aborted' });
    await dial(endpoint);
    const open = (): Promise<number> =>
      new Promise((resolve) => peers[0]!.getConnections((_error, count) => resolve(count)));
    while ((await open()) !== 2) await new Promise((resolve) => setImmediate(resolve));
  });

  it('reaches a Unix socket of the host', async () => {
    const path = join(suite.lab.folder, 'engine.sock');
    await listen((socket) => socket.pipe(socket), path);
    const channel = await hosts.dialer('host').dialSocket(path);
    const answer = nextEvent(channel.onData);
    channel.write(Buffer.from('ping'));
    assert.equal((await answer).toString(), 'ping');
    assert.equal(channel.peer, `${path} through host`);
    await assert.rejects(hosts.dialer('host').dialSocket(`${path}.not`), isA('refused'));
  });
});
