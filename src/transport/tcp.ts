import type { Socket } from 'node:net';
import type { ByteChannel, ChannelEnd, Dialer, Endpoint } from '../contracts/channel';
import { toDisposable } from '../util/disposables';
import { Emitter, type Event } from '../util/emitter';
import { drained } from './drain';
import { connectSocket, formatEndpoint, transportError } from './socket';

export interface TcpOptions {
  /** How long a connect may take, looking up the name included; 10,000 ms unless given. */
  readonly connectTimeoutMs?: number;
}

/** Connects directly, through the machine's own network. */
export class TcpDialer implements Dialer {
  readonly #connectTimeoutMs: number;

  constructor(options: TcpOptions = {}) {
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  }

  /** Rejects with `TransportError` (`refused`, `unreachable`, `timeout`, ...) or `AbortedError`. */
  async dial(endpoint: Endpoint, signal?: AbortSignal): Promise<ByteChannel> {
    const socket = await connectSocket(endpoint, this.#connectTimeoutMs, signal);
    return new SocketChannel(socket, formatEndpoint(endpoint));
  }
}

/** A connected socket as a channel. It reads nothing before the first `onData` listener. */
export class SocketChannel implements ByteChannel {
  readonly peer: string;
  readonly #socket: Socket;
  readonly #data = new Emitter<Buffer>();
  readonly #end = new Emitter<ChannelEnd>();
  #error: Error | undefined;
  #ended: ChannelEnd | undefined;

  constructor(socket: Socket, peer: string) {
    this.#socket = socket;
    this.peer = peer;
    socket.on('error', (error) => (this.#error ??= transportError(error, peer)));
    // The peer's end is the end: none of our protocols goes on in one direction.
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      this.#ended = this.#error ? { error: this.#error } : {};
      this.#end.fire(this.#ended);
      this.#end.dispose();
      this.#data.dispose();
    });
  }

  readonly onData: Event<Buffer> = (listener) => {
    const subscription = this.#data.event(listener);
    if (this.#socket.listenerCount('data') === 0) this.#socket.on('data', (chunk) => this.#data.fire(chunk));
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
    if (!this.#socket.writable) return;
    this.#socket.cork();
    for (const chunk of chunks) this.#socket.write(chunk);
    this.#socket.uncork();
  }

  writable(): Promise<void> {
    return drained(this.#socket);
  }

  dispose(): void {
    this.#socket.destroy();
  }
}
