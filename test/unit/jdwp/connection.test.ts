import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { ReferenceType, ThreadReference, VirtualMachine } from '../../../src/jdwp/commands';
import { JdwpConnection } from '../../../src/jdwp/connection';
import { JdwpError, VmError, type JdwpErrorReason } from '../../../src/jdwp/error';
import type { CompositeEvent } from '../../../src/jdwp/events';
import { HANDSHAKE } from '../../../src/jdwp/handshake';
import type { ReferenceTypeId, ThreadId } from '../../../src/jdwp/ids';
import { TransportError } from '../../../src/contracts/transportError';
import { AbortedError } from '../../../src/util/errors';
import { MemoryChannel } from './support/memoryChannel';
import { command, idOf, int, openWith, reply, string, written } from './support/peer';

const because =
  (reason: JdwpErrorReason, commandName?: string) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof JdwpError, String(error));
    assert.equal(error.reason, reason);
    if (commandName !== undefined) assert.equal(error.details.command, commandName);
    return true;
  };

const vmDeath = Buffer.concat([Buffer.from([0]), int(1), Buffer.from([99]), int(0)]);

/** Opens against a peer that says these chunks after our handshake. */
function openAnswered(...chunks: Buffer[]): { opening: Promise<JdwpConnection>; channel: MemoryChannel } {
  const channel = new MemoryChannel();
  channel.onWrite = () => {
    channel.onWrite = () => undefined;
    channel.receive(...chunks);
  };
  return { opening: JdwpConnection.open(channel, { handshakeTimeoutMs: 20 }), channel };
}

describe('JDWP connection', () => {
  describe('handshake', () => {
    it('takes the ID sizes from the VM', async () => {
      const { connection } = await openWith([1, 2, 3, 4, 5]);
      assert.deepEqual(connection.idSizes, { field: 1, method: 2, object: 3, referenceType: 4, frame: 5 });
    });

    it('may arrive byte by byte, with the next packet in the same chunk', async () => {
      const channel = new MemoryChannel();
      const opening = JdwpConnection.open(channel);
      await Promise.resolve();
      for (const byte of HANDSHAKE.subarray(0, 13)) channel.receive(Buffer.from([byte]));
      channel.onWrite = (bytes) => channel.receive(reply(idOf(bytes), int(8, 8, 8, 8, 8)));
      // An event of a VM that waits for its debugger, before the sizes of its ids are known.
      const vmStart = Buffer.concat([Buffer.from([2]), int(1), Buffer.from([90]), int(0), int(0, 7)]);
      channel.receive(Buffer.concat([HANDSHAKE.subarray(13), command(1, vmStart)]));
      const connection = await opening;
      const events: CompositeEvent[] = [];
      connection.onEvent((event) => events.push(event));
      await Promise.resolve();
      assert.deepEqual(events, [
        { suspendPolicy: 2, events: [{ kind: 'VMStart', requestID: 0, thread: 7n }] },
      ]);
    });

    it('answered by another protocol is notJdwp, with what it said', async () => {
      const { opening, channel } = openAnswered(
        Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n'),
      );
      await assert.rejects(opening, (error) => {
        assert.equal((error as JdwpError).details.answer, 'HTTP/1.1 400 Bad Request');
        return because('notJdwp')(error);
      });
      assert.ok(channel.disposed);
      assert.equal(channel.listeners, 0);
    });

    it('that differs only in its last byte is notJdwp', async () => {
      await assert.rejects(openAnswered(Buffer.from('JDWP-Handshakf')).opening, because('notJdwp'));
    });

    it('of a silent server of lines is provoked into saying what it is', async () => {
      const channel = new MemoryChannel();
      channel.onWrite = (bytes) => {
        if (bytes.toString().endsWith('\r\n\r\n')) channel.receive(Buffer.from('HTTP/1.1 400\r\n\r\n'));
      };
      await assert.rejects(JdwpConnection.open(channel, { handshakeTimeoutMs: 5 }), because('notJdwp'));
    });

    it('without an answer, or with half of one, or with a late one, is handshake', async () => {
      await assert.rejects(openAnswered().opening, because('handshake'));
      const half = openAnswered(HANDSHAKE.subarray(0, 5));
      await assert.rejects(half.opening, because('handshake'));
      assert.equal(half.channel.written.length, 1, 'a VM that has begun to answer is not provoked');
      const late = new MemoryChannel();
      late.onWrite = (bytes) => {
        if (!bytes.equals(HANDSHAKE)) late.receive(HANDSHAKE);
      };
      await assert.rejects(JdwpConnection.open(late, { handshakeTimeoutMs: 5 }), because('handshake'));
    });

    it('cut off before the first byte is busy, later handshake, by a broken transport lost', async () => {
      const ended = (error: Error | undefined, ...chunks: Buffer[]): Promise<JdwpConnection> => {
        const { opening, channel } = openAnswered(...chunks);
        channel.end(error);
        return opening;
      };
      await assert.rejects(ended(undefined), because('busy'));
      await assert.rejects(ended(new TransportError('reset', 'reset')), because('busy'));
      await assert.rejects(ended(undefined, HANDSHAKE.subarray(0, 3)), because('handshake'));
      await assert.rejects(ended(new TransportError('unreachable', 'gone')), because('lost'));
    });

    it('is given up when aborted, and disposes the channel', async () => {
      const abort = new AbortController();
      const channel = new MemoryChannel();
      const opening = JdwpConnection.open(channel, {}, abort.signal);
      abort.abort();
      await assert.rejects(opening, AbortedError);
      assert.ok(channel.disposed);
      assert.equal(channel.listeners, 0);
      const never = new MemoryChannel();
      await assert.rejects(JdwpConnection.open(never, {}, abort.signal), AbortedError);
      assert.equal(never.written.length, 0);
    });

    it('followed by sizes of ids that cannot be is malformed', async () => {
      for (const size of [0, 9, -1]) await assert.rejects(openWith([8, 8, size, 8, 8]), because('malformed'));
    });
  });

  describe('requests', () => {
    it('are pipelined, and matched to replies in any order', async () => {
      const { connection, channel } = await openWith();
      const names = [1n, 2n, 3n].map((thread) =>
        connection.request(ThreadReference.Name, { thread: thread as ThreadId }),
      );
      await written();
      assert.equal(channel.written.length, 3);
      for (const packet of [...channel.written].reverse())
        channel.receive(reply(idOf(packet), string(`thread ${packet.readBigUInt64BE(11)}`)));
      const got = await Promise.all(names);
      assert.deepEqual(
        got.map(({ threadName }) => threadName),
        ['thread 1', 'thread 2', 'thread 3'],
      );
      assert.equal(connection.pendingRequests, 0);
    });

    it('of one turn of the event loop go out in one write, in order, but a large one at once', async () => {
      const { connection, channel } = await openWith();
      channel.writes = 0;
      const classfile = Buffer.alloc(40_000);
      const classes = [{ refType: 1n as ReferenceTypeId, classfile }];
      const requests = [
        connection.request(VirtualMachine.Suspend, {}),
        connection.request(VirtualMachine.Resume, {}),
        connection.request(VirtualMachine.RedefineClasses, { classes }),
      ];
      assert.equal(channel.writes, 2);
      assert.ok(channel.lastChunks.includes(classfile), 'a large class file is not copied');
      requests.push(connection.request(VirtualMachine.Version, {}));
      // What a reply makes us send in the same turn goes along.
      requests.push(Promise.resolve().then(() => connection.request(VirtualMachine.AllThreads, {})));
      await written();
      assert.equal(channel.writes, 3);
      assert.deepEqual(
        channel.written.map((packet) => packet[10]),
        [8, 9, 18, 1, 4],
      );
      connection.dispose();
      await Promise.allSettled(requests);
    });

    it('reject with the error constant and its name', async () => {
      const { connection, channel } = await openWith();
      const redefining = connection.request(VirtualMachine.RedefineClasses, { classes: [] });
      await written();
      channel.receive(reply(idOf(channel.written[0]!), Buffer.alloc(0), 64));
      await assert.rejects(redefining, (error) => {
        assert.ok(error instanceof VmError);
        assert.equal(error.error, 64);
        assert.equal(error.constant, 'SCHEMA_CHANGE_NOT_IMPLEMENTED');
        return because('vmError', 'VirtualMachine.RedefineClasses')(error);
      });
      const unknown = connection.request(VirtualMachine.Suspend, {});
      await written();
      channel.receive(reply(idOf(channel.written[1]!), Buffer.alloc(0), 4711));
      await assert.rejects(unknown, (error) => (error as VmError).constant === 'ERROR_4711');
    });

    it('with a body too short or too long are malformed, and only they', async () => {
      const { connection, channel } = await openWith();
      const bodies = [Buffer.alloc(3), Buffer.concat([int(1), Buffer.from([0])]), int(2 ** 31 - 1), int(4)];
      const statuses = bodies.map(() =>
        connection.request(ReferenceType.Status, { refType: 1n as ReferenceTypeId }),
      );
      await written();
      bodies.forEach((body, at) => channel.receive(reply(idOf(channel.written[at]!), body)));
      await assert.rejects(statuses[0]!, because('malformed', 'ReferenceType.Status'));
      await assert.rejects(statuses[1]!, because('malformed', 'ReferenceType.Status'));
      assert.deepEqual(await statuses[3], { status: 4 });
      assert.equal(connection.closed, undefined);
    });

    it('time out, drop the late reply, and leave the connection usable', async () => {
      const { connection, channel } = await openWith();
      const slow = connection.request(VirtualMachine.Suspend, {}, { timeoutMs: 1 });
      await assert.rejects(slow, because('timeout', 'VirtualMachine.Suspend'));
      channel.receive(reply(idOf(channel.written[0]!)));
      assert.equal(connection.closed, undefined);
      // But an id is answered once only.
      channel.receive(reply(idOf(channel.written[0]!)));
      assert.equal(connection.closed!.reason, 'unknownReply');
    });

    it('are all given up by one signal, which keeps no listener afterwards', async () => {
      const { connection, channel } = await openWith();
      const abort = new AbortController();
      const { signal } = abort;
      const first = connection.request(VirtualMachine.Suspend, {}, { signal });
      await written();
      channel.receive(reply(idOf(channel.written[0]!)));
      await first;
      assert.equal(getEventListeners(signal, 'abort').length, 0);
      const many = Array.from({ length: 100 }, () =>
        connection.request(VirtualMachine.Suspend, {}, { signal }),
      );
      assert.equal(getEventListeners(signal, 'abort').length, 1);
      abort.abort();
      for (const each of many) await assert.rejects(each, AbortedError);
      assert.equal(connection.pendingRequests, 0);
      const before = channel.written.length;
      await assert.rejects(connection.request(VirtualMachine.Suspend, {}, { signal }), AbortedError);
      assert.equal(channel.written.length, before, 'nothing is sent for an aborted signal');
      for (const packet of channel.written.slice(1)) channel.receive(reply(idOf(packet)));
      assert.equal(connection.closed, undefined);
    });

    it('that cannot be encoded reject without being sent', async () => {
      const { connection, channel } = await openWith([8, 8, 4, 8, 8]);
      await assert.rejects(
        connection.request(ThreadReference.Name, { thread: (1n << 40n) as ThreadId }),
        RangeError,
      );
      assert.equal(channel.written.length, 0);
      assert.equal(connection.pendingRequests, 0);
    });
  });

  describe('end', () => {
    const endings: readonly [
      string,
      JdwpErrorReason,
      (channel: MemoryChannel, connection: JdwpConnection) => void,
    ][] = [
      ['the VM closes', 'closed', (channel) => channel.end()],
      ['the transport breaks', 'lost', (channel) => channel.end(new TransportError('reset', 'reset'))],
      [
        'the VM announced its death',
        'vmDeath',
        (channel) => {
          channel.receive(command(1, vmDeath));
          channel.end();
        },
      ],
      ['we dispose', 'disposed', (_, connection) => connection.dispose()],
      ['a reply has an unknown id', 'unknownReply', (channel) => channel.receive(reply(4711))],
      ['a length is 0', 'packetLength', (channel) => channel.receive(Buffer.alloc(11))],
      [
        'a length is 2^31-1',
        'packetLength',
        (channel) => {
          channel.receive(Buffer.concat([int(0x7fffffff), Buffer.alloc(7)]));
        },
      ],
      [
        'an event is cut short',
        'malformed',
        (channel) => channel.receive(command(1, vmDeath.subarray(0, 7))),
      ],
      [
        'an event is of an unknown kind',
        'malformed',
        (channel) => {
          channel.receive(command(1, Buffer.concat([Buffer.from([0]), int(1), Buffer.from([98]), int(0)])));
        },
      ],
      [
        'the peer closes in the middle of a packet',
        'closed',
        (channel) => {
          channel.receive(reply(1, Buffer.alloc(100)).subarray(0, 50));
          channel.end();
        },
      ],
    ];
    for (const [title, reason, act] of endings) {
      it(`when ${title}: ${reason}, once, for every request under way and to come`, async () => {
        const { connection, channel } = await openWith();
        const closes: JdwpError[] = [];
        connection.onClose((error) => closes.push(error));
        const pending = [1, 2].map(() => connection.request(VirtualMachine.Version, {}));
        act(channel, connection);
        for (const each of pending) await assert.rejects(each, because(reason, 'VirtualMachine.Version'));
        await assert.rejects(
          connection.request(VirtualMachine.Resume, {}),
          because(reason, 'VirtualMachine.Resume'),
        );
        channel.end();
        connection.dispose();
        assert.deepEqual(
          closes.map((error) => error.reason),
          [reason],
        );
        assert.equal(connection.closed, closes[0]);
        assert.ok(channel.disposed);
        assert.equal(channel.listeners, 0);
      });
    }

    it('in the middle of a packet says so', async () => {
      const { connection, channel } = await openWith();
      channel.receive(reply(1, Buffer.alloc(100)).subarray(0, 12));
      channel.end();
      assert.equal(connection.closed!.details.inPacket, true);
    });
  });

  describe('events', () => {
    it('reach every listener in order, and a failing listener does no harm', async () => {
      const { connection, channel } = await openWith();
      const seen: string[] = [];
      connection.onEvent(({ events }) => {
        seen.push(...events.map(({ kind }) => kind));
        if (seen.length === 1) throw new Error('a listener of the test');
      });
      await Promise.resolve();
      const unload = Buffer.concat([Buffer.from([0]), int(1), Buffer.from([9]), int(3), string('La/B;')]);
      channel.receive(Buffer.concat([command(1, unload), command(2, vmDeath)]));
      assert.deepEqual(seen, ['ClassUnload', 'VMDeath']);
      assert.equal(connection.closed, undefined);
    });

    it('of a composite come together with its suspend policy', async () => {
      const { connection, channel } = await openWith();
      const seen: CompositeEvent[] = [];
      connection.onEvent((event) => seen.push(event));
      await Promise.resolve();
      const prepare = (requestID: number): Buffer =>
        Buffer.concat([
          Buffer.from([8]),
          int(requestID),
          int(0, 5),
          Buffer.from([1]),
          int(0, 6),
          string('La/B;'),
          int(3),
        ]);
      channel.receive(command(1, Buffer.concat([Buffer.from([1]), int(2), prepare(10), prepare(11)])));
      const common = {
        kind: 'ClassPrepare',
        thread: 5n,
        refTypeTag: 1,
        typeID: 6n,
        signature: 'La/B;',
        status: 3,
      };
      assert.deepEqual(seen, [
        {
          suspendPolicy: 1,
          events: [
            { ...common, requestID: 10 },
            { ...common, requestID: 11 },
          ],
        },
      ]);
    });

    it('stop at once when a listener disposes the connection', async () => {
      const { connection, channel } = await openWith();
      let count = 0;
      connection.onEvent(() => {
        count++;
        connection.dispose();
      });
      await Promise.resolve();
      channel.receive(Buffer.concat([command(1, vmDeath), command(2, vmDeath)]));
      assert.equal(count, 1);
      assert.equal(connection.closed!.reason, 'disposed');
    });

    it('of commands that are not of the specification are ignored', async () => {
      const { connection, channel } = await openWith();
      channel.receive(command(1, Buffer.alloc(3), 199, 1));
      assert.equal(connection.closed, undefined);
    });
  });
});
