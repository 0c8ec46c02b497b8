import assert from 'node:assert/strict';
import type { Command } from '../../../../src/jdwp/command';
import { commandSets } from '../../../../src/jdwp/commands';
import { JdwpConnection } from '../../../../src/jdwp/connection';
import { JdwpError } from '../../../../src/jdwp/error';
import { composite } from '../../../../src/jdwp/events';
import { HANDSHAKE } from '../../../../src/jdwp/handshake';
import type { IdSizes } from '../../../../src/jdwp/ids';
import type { Layout } from '../../../../src/jdwp/layout';
import { PacketWriter } from '../../../../src/jdwp/writer';
import { writeArbitrary } from './arbitrary';
import { countBytes, type ByteCount } from './countBytes';
import { MemoryChannel } from './memoryChannel';
import { command as commandPacket, idOf, int, reply, written } from './peer';
import { Random } from './random';

export interface FuzzReport {
  /** Packets sent that differ from what a VM would have sent, while the connection was open. */
  packets: number;
  connections: number;
  /** How requests and connections ended: `fulfilled`, or the reason. */
  readonly outcomes: Record<string, number>;
}

const commands: readonly Command<unknown, unknown>[] = Object.values<
  Record<string, Command<unknown, unknown>>
>(commandSets).flatMap((set) => Object.values(set));
const numbers = [0, 1, -1, 10, 11, 12, 0xff, 0xffff, 0x10000, 0x7fffffff, -0x80000000, 0x0fffffff];

/** A body that fits the layout. */
function bodyOf(layout: Layout<unknown>, sizes: IdSizes, random: Random): Buffer {
  const writer = new PacketWriter(sizes);
  writeArbitrary(layout, writer, random);
  return Buffer.concat(writer.chunks());
}

/** One to three kinds of damage. */
function damage(whole: Buffer, random: Random, pending: readonly number[]): Buffer {
  let packet = Buffer.from(whole);
  for (let times = 1 + random.int(3); times > 0; times--) packet = damageOnce(packet, random, pending);
  return packet;
}

function damageOnce(
  packet: Buffer<ArrayBuffer>,
  random: Random,
  pending: readonly number[],
): Buffer<ArrayBuffer> {
  const keepLength = (changed: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> => {
    if (changed.length >= 4) changed.writeUInt32BE(changed.length, 0);
    return changed;
  };
  const body = packet.length - 11;
  // Damage to the frame ends the connection, so most of it goes to the body.
  switch (body > 3 && !random.once(20) ? 6 + random.int(4) : random.int(6)) {
    case 0: // a length that lies
      if (packet.length >= 4)
        packet.writeInt32BE(random.once(2) ? random.pick(numbers) : packet.length + random.int(9) - 4, 0);
      return packet;
    case 1: // somebody else's id
      if (packet.length >= 8)
        packet.writeUInt32BE(random.once(2) ? random.pick(pending) : random.int(2 ** 32), 4);
      return packet;
    case 2: // flags
      if (packet.length >= 9) packet[8] = random.int(256);
      return packet;
    case 3: // error code, or command set and command
      if (packet.length >= 11) packet.writeUInt16BE(random.int(600), 9);
      return packet;
    case 4: // bytes too many
      return keepLength(Buffer.concat([packet, random.bytes(1 + random.int(20))]));
    case 5: // noise
      return Buffer.concat([random.bytes(random.int(30))]);
    case 6: // cut short, with a length that says so
      return keepLength(Buffer.concat([packet.subarray(0, 11 + random.int(body))]));
    case 7: // a bit of the body
      packet[11 + random.int(body)]! ^= 1 << random.int(8);
      return packet;
    case 8: // a byte of the body
      packet[11 + random.int(body)] = random.int(256);
      return packet;
    default: // a count or length in the body
      packet.writeInt32BE(random.pick(numbers), 11 + random.int(body - 3));
      return packet;
  }
}

/** The bytes in chunks of random sizes. */
function* chunksOf(bytes: Buffer, random: Random): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = random.once(3) ? bytes.length : Math.min(bytes.length, at + 1 + random.int(40));
    yield bytes.subarray(at, end);
    at = end;
  }
}

function note(report: FuzzReport, outcome: string): void {
  report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
}

function reasonOf(error: unknown): string {
  assert.ok(error instanceof JdwpError, `not a typed error: ${String(error)}`);
  return error.reason;
}

/**
 * Sends damaged packets to connections until there were `packets` of them. Checks that nothing but typed errors comes
 * out, that every request is settled when its connection ends, that nothing is left behind, and that no allocation
 * exceeds what was really received.
 */
export async function fuzz(
  seed: number,
  packets: number,
  progress: (report: FuzzReport) => void = () => undefined,
): Promise<FuzzReport> {
  const random = new Random(seed);
  const report: FuzzReport = { packets: 0, connections: 0, outcomes: {} };
  const count = countBytes();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most of the time would go into the traces of expected errors
  try {
    while (report.packets < packets) {
      await fuzzConnection(random, report, count);
      report.connections++;
      if (report.connections % 10_000 === 0) progress(report);
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    count.stop();
  }
  return report;
}

async function fuzzConnection(random: Random, report: FuzzReport, count: ByteCount): Promise<void> {
  const channel = new MemoryChannel();
  const size = random.pick([8, 8, 4]);
  const sizes: IdSizes = { field: size, method: size, object: size, referenceType: size, frame: size };
  const damagedGreeting = random.once(50);
  channel.onWrite = (bytes) => {
    if (!bytes.equals(HANDSHAKE)) {
      channel.receive(reply(idOf(bytes), int(size, size, size, size, size)));
      return;
    }
    const greeting = Buffer.from(HANDSHAKE);
    if (damagedGreeting) {
      report.packets++;
      greeting[random.int(greeting.length)] = random.int(256);
    }
    channel.receive(...chunksOf(greeting, random));
    if (damagedGreeting && random.once(2)) channel.end();
  };
  let connection: JdwpConnection;
  try {
    connection = await JdwpConnection.open(channel, { handshakeTimeoutMs: 1000 });
  } catch (error) {
    note(report, reasonOf(error));
    return;
  }
  channel.onWrite = () => undefined;
  connection.onEvent(({ events }) => assert.ok(events.every(({ kind }) => typeof kind === 'string')));
  await Promise.resolve();

  const asked = Array.from({ length: 20 }, () => random.pick(commands));
  const first = channel.written.length;
  const requests = asked.map((command) =>
    connection.request({ ...command, request: { read: () => undefined, write: () => undefined } }, undefined),
  );
  await written();
  const pending = channel.written.slice(first).map(idOf);
  let received = 0;
  for (const [at, command] of asked.entries()) {
    const whole = random.once(12)
      ? commandPacket(at, bodyOf(composite, sizes, random))
      : reply(pending[at]!, bodyOf(command.reply, sizes, random));
    const packet = damage(whole, random, pending);
    if (connection.closed) break;
    if (!packet.equals(whole)) report.packets++;
    received += packet.length;
    count.largest = 0;
    channel.receive(...chunksOf(packet, random));
    assert.ok(count.largest <= received, `allocated ${count.largest} bytes after ${received} received`);
  }
  channel.end(); // a peer that stops in the middle of whatever came last
  assert.equal(connection.pendingRequests, 0);
  const settled = await settledSoon(requests);
  for (const each of settled) note(report, each.status === 'fulfilled' ? 'fulfilled' : reasonOf(each.reason));
  note(report, `connection ${connection.closed!.reason}`);
  assert.ok(channel.disposed);
  assert.equal(channel.listeners, 0);
}

async function settledSoon<T>(promises: readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const settled = Promise.allSettled(promises);
  const hang = new Promise<never>((_, reject) => {
    setImmediate(() =>
      setImmediate(() => reject(new Error('a request was not settled when its connection ended'))),
    );
  });
  return Promise.race([settled, hang]);
}
