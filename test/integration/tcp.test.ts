import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as net from 'node:net';
import type { ByteChannel } from '../../src/contracts/channel';
import { TransportError } from '../../src/contracts/transportError';
import { TcpDialer } from '../../src/transport/tcp';
import { Deferred, nextEvent } from '../../src/util/async';
import { AbortedError } from '../../src/util/errors';
import { freePort } from './support/javaProcess';

/** A peer on a loopback port; its sockets come through `accepted`. */
async function listen(): Promise<{ port: number; accepted: Promise<net.Socket>; close(): void }> {
  const accepted = new Deferred<net.Socket>();
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
    accepted.resolve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    accepted: accepted.promise,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('TCP transport', () => {
  const host = '127.0.0.1';
  let peer: Awaited<ReturnType<typeof listen>>;
  beforeEach(async () => {
    peer = await listen();
  });
  afterEach(() => peer.close());

  it('keeps what arrives before the first listener, and tells the end once', async () => {
    const channel = await new TcpDialer().dial({ host, port: peer.port });
    (await peer.accepted).end('early');
    await new Promise((resolve) => setTimeout(resolve, 20)); // long enough to have arrived
    let text = '';
    let ends = 0;
    const ended = nextEvent(channel.onEnd);
    channel.onEnd(() => ends++);
    channel.onData((chunk) => (text += chunk.toString()));
    assert.deepEqual(await ended, {});
    assert.equal(text, 'early');
    channel.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(ends, 1);
    // Whoever comes late is told too.
    assert.deepEqual(await nextEvent(channel.onEnd), {});
  });

  it('writes the chunks of one call in order, at once, and nothing after the end', async () => {
    const channel = await new TcpDialer().dial({ host, port: peer.port });
    const socket = await peer.accepted;
    const received: Buffer[] = [];
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('data', (chunk) => received.push(chunk));
    const large = Buffer.alloc(3_000_000, 7);
    channel.write(Buffer.from('a'), large, Buffer.from('b'));
    channel.write(Buffer.from('c'));
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (socket.bytesRead === large.length + 3) resolve();
      };
      socket.on('data', check);
    });
    const all = Buffer.concat(received);
    assert.equal(all.length, large.length + 3);
    assert.equal(String.fromCharCode(all[0]!, all[1]!, all.at(-2)!, all.at(-1)!), 'a\x07bc');
    const ended = nextEvent(channel.onEnd);
    channel.dispose();
    channel.write(Buffer.from('d'));
    assert.deepEqual(await ended, {});
    await closed;
    assert.equal(socket.bytesRead, large.length + 3);
  });

  it('says why it could not connect', async () => {
    const nobody = await freePort();
    const refused = (error: unknown, reason: string): boolean =>
      error instanceof TransportError && error.reason === reason;
    await assert.rejects(new TcpDialer().dial({ host, port: nobody }), (error) => refused(error, 'refused'));
    await assert.rejects(new TcpDialer().dial({ host: 'localhost', port: nobody }), (error) =>
      refused(error, 'refused'),
    );
    await assert.rejects(new TcpDialer().dial({ host: 'no-such-host.invalid', port: 1 }), (error) =>
      refused(error, 'unreachable'),
    );
  });

  it('gives up after its time, or when aborted', async () => {
    // A process that listens and never accepts: its queue of two is soon full, and then nobody answers.
    const script = `
      const server = require('node:net').createServer();
      server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
        require('node:fs').writeSync(1, server.address().port + '\\n');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const channels: ByteChannel[] = [];
    try {
      const [port] = (await once(child.stdout, 'data')) as [Buffer];
      const dialer = new TcpDialer({ connectTimeoutMs: 100 });
      await assert.rejects(
        async () => {
          for (;;) channels.push(await dialer.dial({ host, port: Number(port.toString()) }));
        },
        (error) => error instanceof TransportError && error.reason === 'timeout',
      );
    } finally {
      for (const channel of channels) channel.dispose();
      child.kill('SIGKILL');
    }
    const abort = new AbortController();
    const dialing = new TcpDialer().dial({ host, port: peer.port }, abort.signal);
    abort.abort();
    await assert.rejects(dialing, AbortedError);
    await assert.rejects(new TcpDialer().dial({ host, port: peer.port }, abort.signal), AbortedError);
  });

  it('tells a reset from an end in order', async () => {
    const channel = await new TcpDialer().dial({ host, port: peer.port });
    channel.onData(() => undefined);
    const ended = nextEvent(channel.onEnd);
    (await peer.accepted).resetAndDestroy();
    const { error } = await ended;
    assert.ok(error instanceof TransportError);
    assert.equal(error.reason, 'reset');
  });
});
