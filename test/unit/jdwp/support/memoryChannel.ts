import type { ByteChannel, ChannelEnd } from '../../../../src/contracts/channel';
import { Emitter } from '../../../../src/util/emitter';

/** A channel without a network: the test is the peer. What we write is in `written`, one entry a call. */
export class MemoryChannel implements ByteChannel {
  readonly peer = 'memory';
  readonly #data = new Emitter<Buffer>();
  readonly #end = new Emitter<ChannelEnd>();
  readonly onData = this.#data.event;
  readonly onEnd = this.#end.event;
  readonly written: Buffer[] = [];
  /** The chunks of the last `write`, as they were handed over. */
  lastChunks: readonly Uint8Array[] = [];
  disposed = false;
  /** Called after each write, to answer it. */
  onWrite: (bytes: Buffer) => void = () => undefined;

  get listeners(): number {
    return this.#data.listenerCount + this.#end.listenerCount;
  }

  write(...chunks: Uint8Array[]): void {
    this.lastChunks = chunks;
    const bytes = Buffer.concat(chunks);
    this.written.push(bytes);
    this.onWrite(bytes);
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
