import { JdwpConnection, type JdwpOptions } from '../../../../src/jdwp/connection';
import { HANDSHAKE } from '../../../../src/jdwp/handshake';
import { MemoryChannel } from './memoryChannel';

/** A reply packet: length u4, id u4, flags 0x80, error u2, data. */
export function reply(id: number, data: Uint8Array = Buffer.alloc(0), error = 0): Buffer {
  const header = Buffer.alloc(11);
  header.writeUInt32BE(11 + data.length, 0);
  header.writeUInt32BE(id, 4);
  header[8] = 0x80;
  header.writeUInt16BE(error, 9);
  return Buffer.concat([header, data]);
}

/** A command packet: length u4, id u4, flags 0, set u1, command u1, data; composite events are 64/100. */
export function command(id: number, data: Uint8Array, set = 64, number = 100): Buffer {
  const header = Buffer.alloc(11);
  header.writeUInt32BE(11 + data.length, 0);
  header.writeUInt32BE(id, 4);
  header[9] = set;
  header[10] = number;
  return Buffer.concat([header, data]);
}

/** int, big-endian. */
export function int(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
  return bytes;
}

/** int length and UTF-8. */
export function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([int(bytes.length), bytes]);
}

export function idOf(packet: Buffer): number {
  return packet.readUInt32BE(4);
}

/** Waits until the requests of this turn are written. */
export function written(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** An open connection to a peer that answered the handshake and the ID sizes and then leaves the rest to the test. */
export async function openWith(
  sizes: readonly [number, number, number, number, number] = [8, 8, 8, 8, 8],
  options: JdwpOptions = {},
): Promise<{ connection: JdwpConnection; channel: MemoryChannel }> {
  const channel = new MemoryChannel();
  channel.onWrite = (bytes) => {
    if (bytes.equals(HANDSHAKE)) channel.receive(HANDSHAKE);
    else channel.receive(reply(idOf(bytes), int(...sizes)));
  };
  const connection = await JdwpConnection.open(channel, options);
  channel.onWrite = () => undefined;
  channel.written.length = 0;
  return { connection, channel };
}
