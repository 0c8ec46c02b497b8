import { Duplex } from 'node:stream';
import type { ByteChannel } from '../contracts/channel';
import type { Disposable } from '../util/disposables';

/** A channel as a stream of Node.js, for clients that take a socket. Owns the channel: destroying it disposes it. */
export class ChannelStream extends Duplex {
  readonly #channel: ByteChannel;
  readonly #subscriptions: readonly Disposable[];

  constructor(channel: ByteChannel) {
    super({ allowHalfOpen: false });
    this.#channel = channel;
    this.#subscriptions = [
      channel.onData((chunk) => this.push(chunk)),
      channel.onEnd(({ error }) => {
        if (error) this.destroy(error);
        else this.push(null);
      }),
    ];
  }

  override _read(): void {
    // The channel hands out chunks as they arrive.
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#channel.write(chunk);
    const writable = this.#channel.writable?.();
    // At the pace of the other side: bodies need not fit into memory.
    if (writable) void writable.then(done);
    else done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#channel.dispose();
    done(error);
  }
}
