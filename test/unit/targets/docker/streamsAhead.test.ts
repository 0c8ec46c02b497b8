import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { StreamsAhead } from '../../../../src/targets/docker/engine/streamsAhead';
import { Deferred } from '../../../../src/util/async';

describe('streams that are opened ahead', () => {
  let server: Server;
  /** What the server has accepted. */
  let accepted: Socket[];
  /** Opened by us, in their order; the last one may be on its way. */
  let opened: Duplex[];

  beforeEach(async () => {
    accepted = [];
    opened = [];
    server = createServer((socket) => {
      accepted.push(socket.on('error', () => undefined));
      // Whoever asks gets it back.
      socket.on('data', (chunk) => socket.write(chunk));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const stream of [...opened, ...accepted]) stream.destroy();
    server.close();
  });

  const open = async (): Promise<Duplex> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    opened.push(socket);
    return socket;
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise(setImmediate);
  };
  const echo = async (stream: Duplex, text: string): Promise<string> => {
    stream.write(text);
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    return chunk.toString();
  };

  it('are there for the next request, and work', async () => {
    const ahead = new StreamsAhead(open);
    const first = await ahead.take();
    await until(() => opened.length === 2);
    assert.equal(await echo(first, 'one'), 'one');
    const second = await ahead.take();
    assert.equal(second, opened[1]);
    assert.equal(await echo(second, 'two'), 'two');
    await until(() => opened.length === 3);
  });

  it('are opened by whoever finds none, at the same time', async () => {
    const ahead = new StreamsAhead(open);
    const taken = await Promise.all([ahead.take(), ahead.take(), ahead.take()]);
    assert.equal(new Set(taken).size, 3);
    await until(() => opened.length === 4);
  });

  it('are not handed out once the other side ended them', async () => {
    const ahead = new StreamsAhead(open);
    await ahead.take();
    await until(() => accepted.length === 2 && opened.length === 2);
    const gone = once(opened[1]!, 'close');
    accepted[1]!.end();
    await gone;
    const next = await ahead.take();
    assert.equal(next, opened[2]);
    assert.equal(await echo(next, 'three'), 'three');
  });

  it('are ended when nobody needs them for a while', async () => {
    const ahead = new StreamsAhead(open, 20);
    await ahead.take();
    await until(() => accepted.length === 2);
    await once(accepted[1]!, 'close');
    assert.equal(opened[0]!.destroyed, false);
    assert.equal(opened[1]!.destroyed, true);
  });

  it('that could not be opened are no error for anybody but who needs one', async () => {
    const failed = new Deferred<void>();
    let times = 0;
    const ahead = new StreamsAhead(() => {
      if (++times === 1) return open();
      if (times === 2) failed.resolve();
      return Promise.reject(new Error(`attempt ${times}`));
    });
    await ahead.take();
    await failed.promise;
    await assert.rejects(ahead.take(), /attempt 3/);
  });
});
