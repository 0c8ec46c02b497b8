import type { Command } from './command';
import { JdwpError } from './error';
import type { IdSizes } from './ids';
import { PacketWriter } from './writer';

/** Bytes before the data of every packet. */
export const HEADER_LENGTH = 11;
/** A packet larger than this is refused; no reply of a real VM comes near. */
export const DEFAULT_MAX_PACKET = 256 * 1024 * 1024;

const REPLY_FLAG = 0x80;

/**
 * JDWP specification, "JDWP Packet Structure":
 *
 *     length   u4  header included
 *     id       u4
 *     flags    u1  0x80: reply
 *     command: command set u1, command u1; reply: error code u2
 *     data
 *
 * `parts` are views of the received chunks, in order.
 */
export type Packet =
  | { readonly kind: 'reply'; readonly id: number; readonly error: number; readonly parts: readonly Buffer[] }
  | {
      readonly kind: 'command';
      readonly id: number;
      readonly set: number;
      readonly command: number;
      readonly parts: readonly Buffer[];
    };

/**
 * Cuts a stream of chunks into packets without copying their data: a chunk costs O(1), a packet 11 copied bytes.
 * Never allocates what a length field claims. Throws `JdwpError` `packetLength` for a length that cannot be;
 * the stream has no frame any more then.
 */
export class PacketAssembler {
  readonly #maxPacket: number;
  readonly #header = Buffer.alloc(HEADER_LENGTH);
  #headerFilled = 0;
  #parts: Buffer[] = [];
  #missing = 0;

  constructor(maxPacket = DEFAULT_MAX_PACKET) {
    this.#maxPacket = maxPacket;
  }

  /** Whether a packet has begun and not ended. */
  get inPacket(): boolean {
    return this.#headerFilled > 0;
  }

  /** Takes the next chunk; hands each packet that it completes to `onPacket`. */
  push(chunk: Buffer, onPacket: (packet: Packet) => void): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#headerFilled < HEADER_LENGTH) {
        const copied = chunk.copy(this.#header, this.#headerFilled, at);
        at += copied;
        this.#headerFilled += copied;
        if (this.#headerFilled < HEADER_LENGTH) return;
        this.#missing = this.#dataLength();
      } else {
        const end = Math.min(chunk.length, at + this.#missing);
        this.#parts.push(chunk.subarray(at, end));
        this.#missing -= end - at;
        at = end;
      }
      if (this.#missing === 0) onPacket(this.#finish());
    }
  }

  #dataLength(): number {
    const length = this.#header.readUInt32BE(0);
    if (length < HEADER_LENGTH || length > this.#maxPacket)
      throw new JdwpError('packetLength', `a packet of ${length} bytes`, { length, max: this.#maxPacket });
    return length - HEADER_LENGTH;
  }

  #finish(): Packet {
    const header = this.#header;
    const id = header.readUInt32BE(4);
    const parts = this.#parts;
    this.#parts = [];
    this.#headerFilled = 0;
    if ((header[8]! & REPLY_FLAG) !== 0) return { kind: 'reply', id, error: header.readUInt16BE(9), parts };
    return { kind: 'command', id, set: header[9]!, command: header[10]!, parts };
  }
}

/** A command packet, ready to be written; large byte arrays of `args` are borrowed until it is. */
export function encodeCommand<Request>(
  id: number,
  command: Command<Request, unknown>,
  args: Request,
  sizes: IdSizes,
): { readonly length: number; readonly chunks: readonly Uint8Array[] } {
  const writer = new PacketWriter(sizes);
  writer.int(0); // the length, patched below
  writer.int(id);
  writer.byte(0);
  writer.byte(command.set);
  writer.byte(command.id);
  command.request.write(writer, args);
  writer.patchLength(writer.length);
  return { length: writer.length, chunks: writer.chunks() };
}
