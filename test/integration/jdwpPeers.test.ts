import assert from 'node:assert/strict';
import * as http from 'node:http';
import * as net from 'node:net';
import { VirtualMachine } from '../../src/jdwp/commands';
import { JdwpConnection } from '../../src/jdwp/connection';
import { JdwpError } from '../../src/jdwp/error';
import { HANDSHAKE } from '../../src/jdwp/handshake';
import { TcpDialer } from '../../src/transport/tcp';
import { command, idOf, int, reply, string } from '../unit/jdwp/support/peer';

// What a real VM cannot be made to do, done by a peer that follows a script, over real sockets.

const open = async (port: number): Promise<JdwpConnection> =>
  JdwpConnection.open(await new TcpDialer().dial({ host: '127.0.0.1', port }), { handshakeTimeoutMs: 200 });

const reasonOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'none';
  } catch (error) {
    assert.ok(error instanceof JdwpError, String(error));
    return error.reason;
  }
};

const version = Buffer.concat([string('a VM'), int(17, 0), string('17.0.1'), string('VM')]);
/** The answers of a well-behaved VM, by set and command. */
const answers = new Map<string, Buffer>([
  ['1/7', int(8, 8, 8, 8, 8)],
  ['1/1', version],
]);

describe('JDWP peers that are not as they should be', () => {
  let server: net.Server | http.Server | undefined;
  const sockets = new Set<net.Socket>();

  async function serve(started: net.Server | http.Server): Promise<number> {
    server = started;
    started.on('connection', (socket: net.Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return (started.address() as net.AddressInfo).port;
  }

  /** A VM that answers the handshake and known commands, with `answer` between it and the socket. */
  const script = (
    answer: (packet: Buffer, request: Buffer | undefined, socket: net.Socket) => void = (packet, _, socket) =>
      socket.write(packet),
  ): Promise<number> =>
    serve(
      net.createServer((socket) => {
        let received = Buffer.alloc(0);
        let greeted = false;
        socket.on('data', (chunk: Buffer) => {
          received = Buffer.concat([received, chunk]);
          if (!greeted && received.length >= HANDSHAKE.length) {
            greeted = true;
            received = received.subarray(HANDSHAKE.length);
            answer(HANDSHAKE, undefined, socket);
          }
          while (received.length >= 4 && received.length >= received.readUInt32BE(0)) {
            const request = received.subarray(0, received.readUInt32BE(0));
            received = received.subarray(request.length);
            const body = answers.get(`${request[9]}/${request[10]}`) ?? Buffer.alloc(0);
            answer(reply(idOf(request), body), request, socket);
          }
        });
      }),
    );

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    const closing = server;
    server = undefined;
    if (closing) await new Promise((resolve) => closing.close(resolve));
  });

  it('an HTTP server is notJdwp', async () => {
    const port = await serve(http.createServer((_, response) => response.end()));
    let answer: unknown;
    await assert.rejects(open(port), (error: JdwpError) => {
      answer = error.details.answer;
      return error.reason === 'notJdwp';
    });
    assert.match(String(answer), /^HTTP\/1\.1 400/);
  });

  it('an SSH-like server that speaks first is notJdwp', async () => {
    const port = await serve(net.createServer((socket) => socket.write('SSH-2.0-Server\r\n')));
    assert.equal(await reasonOf(open(port)), 'notJdwp');
  });

  it('one that accepts and closes is busy, one that resets is busy', async () => {
    assert.equal(await reasonOf(open(await serve(net.createServer((socket) => socket.end())))), 'busy');
    server!.close();
    const port = await serve(net.createServer((socket) => setImmediate(() => socket.resetAndDestroy())));
    assert.equal(await reasonOf(open(port)), 'busy');
  });

  it('one that says nothing is handshake', async () => {
    assert.equal(await reasonOf(open(await serve(net.createServer()))), 'handshake');
  });

  it('one that sends a length of 0, 10 or 2^31-1 ends with packetLength', async () => {
    for (const length of [0, 10, 0x7fffffff]) {
      const port = await script((packet, request, socket) => {
        if (request?.[10] === 1) packet.writeUInt32BE(length, 0);
        socket.write(packet);
      });
      const connection = await open(port);
      const asking = reasonOf(connection.request(VirtualMachine.Version, {}));
      assert.equal(await asking, 'packetLength', String(length));
      assert.equal(connection.closed!.details.length, length);
      server!.close();
    }
  });

  it('one that answers what was never asked ends with unknownReply', async () => {
    const port = await script((packet, request, socket) => {
      socket.write(packet);
      if (request) socket.write(reply(99_999));
    });
    const connection = await open(port);
    assert.equal(await reasonOf(connection.request(VirtualMachine.Version, {})), 'unknownReply');
  });

  it('one that sends a broken event ends with malformed', async () => {
    const port = await script((packet, request, socket) => {
      socket.write(packet);
      if (request?.[10] === 1) socket.write(command(1, Buffer.from([0, 0x7f, 0xff, 0xff, 0xff])));
    });
    const connection = await open(port);
    await connection.request(VirtualMachine.Version, {});
    await reasonOf(connection.request(VirtualMachine.Suspend, {}, { timeoutMs: 2000 }));
    assert.equal(connection.closed!.reason, 'malformed');
  });

  it('one that stops in the middle of a reply is a timeout for that request', async () => {
    const port = await script((packet, request, socket) => {
      socket.write(request?.[10] === 1 ? packet.subarray(0, 20) : packet);
    });
    const connection = await open(port);
    assert.equal(
      await reasonOf(connection.request(VirtualMachine.Version, {}, { timeoutMs: 30 })),
      'timeout',
    );
    assert.equal(connection.closed, undefined);
    connection.dispose();
  });

  it('one that is cut at any byte of its answers ends every request with a typed error', async () => {
    const whole = HANDSHAKE.length + 31 + 11 + version.length;
    const expected = (at: number): string[] => {
      if (at === 0) return ['busy'];
      if (at < HANDSHAKE.length) return ['handshake'];
      return at < whole ? ['closed', 'lost'] : ['none'];
    };
    let cut = 0;
    const port = await script((packet, _, socket) => {
      const sent = socket.bytesWritten;
      socket.write(packet.subarray(0, Math.max(0, cut - sent)));
      if (sent + packet.length >= cut) socket.end();
    });
    for (cut = 0; cut <= whole; cut++) {
      const reason = await reasonOf(
        open(port).then(async (connection) => {
          await connection.request(VirtualMachine.Version, {});
          connection.dispose();
        }),
      );
      assert.ok(expected(cut).includes(reason), `cut at ${cut} of ${whole}: ${reason}`);
    }
  });
});
