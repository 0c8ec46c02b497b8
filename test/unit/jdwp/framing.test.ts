import assert from 'node:assert/strict';
import { JdwpError } from '../../../src/jdwp/error';
import { PacketAssembler, type Packet } from '../../../src/jdwp/framing';
import { defaultIdSizes } from '../../../src/jdwp/ids';
import { PacketReader } from '../../../src/jdwp/reader';
import { countBytes, type ByteCount } from './support/countBytes';
import { command, int, reply } from './support/peer';

function assemble(chunks: Iterable<Buffer>, max?: number): Packet[] {
  const assembler = new PacketAssembler(max);
  const packets: Packet[] = [];
  for (const chunk of chunks) assembler.push(chunk, (packet) => packets.push(packet));
  assert.equal(assembler.inPacket, false);
  return packets;
}

const data = (packet: Packet): string => Buffer.concat(packet.parts).toString('hex');

/** Counts the bytes that `work` allocates and copies. */
function during(work: () => void): ByteCount {
  const count = countBytes();
  try {
    work();
  } finally {
    count.stop();
  }
  return count;
}

describe('JDWP packets', () => {
  it('come out the same however the stream is cut', () => {
    const stream = Buffer.concat([
      reply(1, Buffer.from([1, 2, 3])),
      reply(2, Buffer.alloc(0), 63),
      command(7, Buffer.from([4]), 64, 100),
      reply(0xffffffff, Buffer.alloc(20, 5)),
    ]);
    const whole = assemble([stream]);
    assert.deepEqual(
      whole.map((packet) => [
        packet.kind,
        packet.id,
        packet.kind === 'reply' ? packet.error : packet.set,
        data(packet),
      ]),
      [
        ['reply', 1, 0, '010203'],
        ['reply', 2, 63, ''],
        ['command', 7, 64, '04'],
        ['reply', 0xffffffff, 0, '05'.repeat(20)],
      ],
    );
    for (let at = 0; at <= stream.length; at++) {
      const cut = assemble([stream.subarray(0, at), stream.subarray(at)]);
      assert.deepEqual(cut.map(data), whole.map(data), `cut at ${at}`);
    }
    const bytewise = assemble(Array.from(stream, (byte) => Buffer.from([byte])));
    assert.deepEqual(bytewise.map(data), whole.map(data));
  });

  it('of 100 MB are neither copied nor moved: their parts lie in the chunks as received', () => {
    const size = 100 * 1024 * 1024;
    const received = Buffer.alloc(size + 11, 1);
    reply(5, Buffer.alloc(0)).copy(received);
    received.writeUInt32BE(received.length, 0);
    const chunks: Buffer[] = [];
    for (let at = 0; at < received.length; at += 65536) chunks.push(received.subarray(at, at + 65536));
    let packet: Packet | undefined;
    const assembler = new PacketAssembler();
    const assembling = during(() => {
      for (const chunk of chunks) assembler.push(chunk, (whole) => (packet = whole));
    });
    assert.ok(packet);
    assert.ok(assembling.allocated + assembling.copied <= 100, JSON.stringify(assembling));
    assert.equal(packet.parts.length, chunks.length);
    assert.ok(packet.parts.every((part) => part.buffer === received.buffer));

    // Reading it as many small values copies only those that straddle two chunks.
    const reader = new PacketReader(packet.parts, defaultIdSizes);
    let sum = 0;
    const reading = during(() => {
      while (reader.remaining >= 77) sum += reader.bytes(77)[0]!;
    });
    assert.equal(sum, Math.floor(size / 77));
    assert.ok(reading.copied <= 77 * chunks.length, JSON.stringify(reading));
    // Reading it as one byte array copies it once.
    const once = during(() => {
      assert.equal(new PacketReader(packet!.parts, defaultIdSizes).bytes(size).length, size);
    });
    assert.equal(once.copied, size);
    assert.equal(once.allocated, size);
  });

  it('with a length below the header or above the maximum end in a typed error, without an allocation', () => {
    for (const length of [0, 1, 10, 0x7fffffff, 0x80000000, 0xffffffff, 257 * 1024 * 1024]) {
      const header = reply(1);
      header.writeUInt32BE(length, 0);
      const counted = during(() => {
        assert.throws(
          () => assemble([header]),
          (error) =>
            error instanceof JdwpError && error.reason === 'packetLength' && error.details.length === length,
        );
      });
      assert.ok(counted.allocated <= 100, `${counted.allocated} bytes for a claim of ${length}`);
    }
    assert.throws(() => assemble([reply(1, Buffer.alloc(10))], 20), JdwpError);
    assert.equal(assemble([reply(1, Buffer.alloc(9))], 20).length, 1);
  });

  it('that claim a large length are paid for only as their bytes arrive', () => {
    const assembler = new PacketAssembler();
    const header = reply(1);
    header.writeUInt32BE(200 * 1024 * 1024, 0);
    const counted = during(() => {
      assembler.push(header, () => assert.fail('complete'));
      assembler.push(int(1, 2, 3), () => assert.fail('complete'));
    });
    assert.ok(counted.allocated <= 100, JSON.stringify(counted));
    assert.equal(assembler.inPacket, true);
  });
});
