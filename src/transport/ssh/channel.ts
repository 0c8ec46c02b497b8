import type { Duplex } from 'node:stream';
import type { ByteChannel, ChannelEnd } from '../../contracts/channel';
import { toDisposable } from '../../util/disposables';
import { Emitter, type Event } from '../../util/emitter';
import { drained } from '../drain';

/**
 * A stream through an SSH connection as a channel. Until someone listens nothing is read, and the server stops
 * sending when the window is full; what is written waits for the server's window.
 */
export class SshChannel implements ByteChannel {
  readonly peer: string;
  readonly #stream: Duplex;
  readonly #data = new Emitter<Buffer>();
  readonly #end = new Emitter<ChannelEnd>();
  #ended: ChannelEnd | undefined;

  constructor(stream: Duplex, peer: string) {
    this.#stream = stream;
    this.peer = peer;
    // A write that comes too late; the end is told by the other events.
    stream.on('error', () => undefined);
    // The peer's end is the end: none of our protocols goes on in one direction.
    stream.on('end', () => this.close());
    stream.on('close', () => this.close());
  }

  readonly onData: Event<Buffer> = (listener) => {
    const subscription = this.#data.event(listener);
    if (!this.#ended && this.#stream.listenerCount('data') === 0)
      this.#stream.on('data', (chunk: Buffer) => this.#data.fire(chunk));
    return subscription;
  };

  readonly onEnd: Event<ChannelEnd> = (listener) => {
    const ended = this.#ended;
    if (!ended) return this.#end.event(listener);
    // The peer may be gone before anyone listens.
    let wanted = true;
    queueMicrotask(() => {
      if (wanted) listener(ended);
    });
    return toDisposable(() => (wanted = false));
  };

  write(...chunks: Uint8Array[]): void {
    if (this.#ended) return;
    // One packet of the protocol inside becomes as few packets outside as possible.
    this.#stream.write(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  }

  writable(): Promise<void> {
    return this.#ended ? Promise.resolve() : drained(this.#stream);
  }

  /** Ends the channel, with the error of the connection when that was lost. */
  close(error?: Error): void {
    if (this.#ended) return;
    this.#ended = error ? { error } : {};
    this.#stream.destroy();
    // What is still on its way must be taken for the stream to end.
    this.#stream.removeAllListeners('data');
    this.#stream.resume();
    this.#end.fire(this.#ended);
    this.#end.dispose();
    this.#data.dispose();
  }

  dispose(): void {
    this.close();
  }
}
