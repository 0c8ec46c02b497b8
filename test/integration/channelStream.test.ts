import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ChannelStream } from '../../src/transport/channelStream';
import { TcpDialer } from '../../src/transport/tcp';

const CHUNK = Buffer.alloc(1 << 16);
const CHUNKS = 1024;

describe('a channel as a stream', () => {
  it('is written at the pace of who reads', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const accepted = once(server, 'connection') as Promise<[net.Socket]>;
    const stream = new ChannelStream(await new TcpDialer().dial({ host: '127.0.0.1', port }));
    const [peer] = await accepted;
    peer.pause();
    let taken = 0;
    const source = Readable.from(
      (function* () {
        for (; taken < CHUNKS; taken++) yield CHUNK;
      })(),
    );
    const written = pipeline(source, stream);
    // Until the buffers of the system are full, and it stays so.
    let before = -1;
    while (before !== taken) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const held = taken;
    let received = 0;
    for await (const chunk of peer.resume()) {
      received += (chunk as Buffer).length;
      if (received === CHUNKS * CHUNK.length) break;
    }
    await written;
    stream.destroy();
    server.close();
    assert.ok(held < CHUNKS / 2, `${held} of ${CHUNKS} were taken though nobody read`);
    assert.equal(received, CHUNKS * CHUNK.length);
  });
});
