import type { ByteChannel, ChannelEnd } from '../../../../src/contracts/channel';
import { HANDSHAKE, PROVOCATION } from '../../../../src/jdwp/handshake';
import { Emitter } from '../../../../src/util/emitter';

/** A channel without a network: the test is the peer. */
export class MemoryChannel implements ByteChannel {
  readonly peer = 'memory';
  readonly #data = new Emitter<Buffer>();
  readonly #end = new Emitter<ChannelEnd>();
  readonly onData = this.#data.event;
  readonly onEnd = this.#end.event;
  /** The handshake, and the packets written. */
  readonly written: Buffer[] = [];
  /** How many times something was written. */
  writes = 0;
  /** The chunks of the last write, as they were handed over. */
  lastChunks: readonly Uint8Array[] = [];
  disposed = false;
  /** Called with the handshake and with each packet, to answer it. */
  onWrite: (bytes: Buffer) => void = () => undefined;

  get listeners(): number {
    return this.#data.listenerCount + this.#end.listenerCount;
  }

  write(...chunks: Uint8Array[]): void {
    this.writes++;
    this.lastChunks = chunks;
    let bytes = Buffer.concat(chunks);
    while (bytes.length > 0) {
      const length =
        bytes.equals(HANDSHAKE) || bytes.equals(PROVOCATION) ? bytes.length : bytes.readUInt32BE(0);
      const packet = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      this.written.push(packet);
      this.onWrite(packet);
    }
  }

  /** The peer sends. */
  receive(...chunks: Buffer[]): void {
    for (const chunk of chunks) this.#data.fire(chunk);
  }

  /** The peer closes, or the connection breaks. */
  end(error?: Error): void {
    this.#end.fire(error ? { error } : {});
  }

  dispose(): void {
    this.disposed = true;
  }
}
