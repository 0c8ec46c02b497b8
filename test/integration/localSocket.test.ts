import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallOf } from '../../src/contracts/deployCall';
import { socketPerformer } from '../../src/deploy/performers/socket';
import { LocalSocketDialer } from '../../src/transport/localSocket';

describe('calls to a socket of this machine', () => {
  let folder: string;
  let path: string;
  let server: net.Server;
  const perform = socketPerformer(() => new LocalSocketDialer());
  const context = { progress: () => undefined };

  const listen = async (answer: (socket: net.Socket, asked: string) => void): Promise<void> => {
    server = net.createServer((socket) => socket.once('data', (data) => answer(socket, data.toString())));
    await once(server.listen(path), 'listening');
  };
  const call = (more: Partial<CallOf<'socket'>> = {}): CallOf<'socket'> => ({
    via: 'socket',
    host: 'web-1',
    path,
    send: 'show ünï\n',
    ...more,
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'swapdeck-socket-'));
    path = process.platform === 'win32' ? join('//./pipe', folder) : join(folder, 'admin.sock');
    server = net.createServer();
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('answer with all that comes until the other side ends', async () => {
    await listen((socket, asked) => {
      socket.write(`asked ${asked}`);
      setImmediate(() => socket.end('end ☃\n'));
    });
    assert.deepEqual(await perform(call(), context), { text: 'asked show ünï\nend ☃\n' });
  });

  it('reject when nobody listens', async () => {
    await assert.rejects(perform(call(), context), {
      name: 'TransportError',
      details: { peer: path, code: 'ENOENT' },
    });
  });

  it('reject when the answer does not end in time, and leave no connection', async () => {
    let closed: Promise<unknown> | undefined;
    await listen((socket) => {
      closed = once(socket, 'close');
    });
    await assert.rejects(perform(call({ timeoutMs: 50 }), context), { reason: 'timeout' });
    await closed;
  });

  it('reject when they are cancelled, and leave no connection', async () => {
    const cancel = new AbortController();
    let closed: Promise<unknown> | undefined;
    await listen((socket) => {
      closed = once(socket, 'close');
      cancel.abort();
    });
    await assert.rejects(perform(call(), { ...context, signal: cancel.signal }), { reason: 'aborted' });
    await closed;
  });
});
