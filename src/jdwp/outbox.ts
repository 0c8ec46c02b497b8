import type { ByteChannel } from '../contracts/channel';

/**
 * A packet from this length on, such as a redefinition, is written at once: the VM can begin with it while the next
 * ones are made. Requests that only read are far smaller.
 */
const LARGE = 512;
/** Up to this length, copying chunks together is cheaper than handing each to the system. */
const JOINED = 16 * 1024;

/**
 * Gathers the small packets that are sent in one turn of the event loop into one write: thousands of pipelined
 * requests would otherwise cost a system call each. Order is kept.
 */
export class Outbox {
  readonly #channel: ByteChannel;
  #chunks: Uint8Array[] = [];

  constructor(channel: ByteChannel) {
    this.#channel = channel;
  }

  send(packet: { readonly length: number; readonly chunks: readonly Uint8Array[] }): void {
    if (packet.length >= LARGE) {
      this.flush();
      if (packet.length <= JOINED && packet.chunks.length > 1)
        this.#channel.write(Buffer.concat(packet.chunks));
      else this.#channel.write(...packet.chunks);
      return;
    }
    // A tick comes after the promise reactions of this turn, so what they send goes along.
    if (this.#chunks.length === 0) process.nextTick(() => this.flush());
    this.#chunks.push(...packet.chunks);
  }

  flush(): void {
    if (this.#chunks.length === 0) return;
    const [first] = this.#chunks;
    this.#channel.write(this.#chunks.length === 1 ? first! : Buffer.concat(this.#chunks));
    this.#chunks = [];
  }
}
