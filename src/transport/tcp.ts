import * as net from 'node:net';
import type { ByteChannel, ChannelEnd, Dialer, Endpoint } from '../contracts/channel';
import { TransportError, type TransportErrorReason } from '../contracts/transportError';
import { abortable, Deferred, throwIfAborted } from '../util/async';
import { toDisposable } from '../util/disposables';
import { Emitter, type Event } from '../util/emitter';
import { systemCode, toError } from '../util/errors';

export interface TcpOptions {
  /** How long a connect may take, looking up the name included; 10,000 ms unless given. */
  readonly connectTimeoutMs?: number;
}

/** System error codes of sockets -> reasons; anything else is `failed`. */
const reasons: Readonly<Record<string, TransportErrorReason>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
};

/** Connects directly, through the machine's own network. */
export class TcpDialer implements Dialer {
  readonly #connectTimeoutMs: number;

  constructor(options: TcpOptions = {}) {
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  }

  /** Rejects with `TransportError` (`refused`, `unreachable`, `timeout`, ...) or `AbortedError`. */
  async dial({ host, port }: Endpoint, signal?: AbortSignal): Promise<ByteChannel> {
    const peer = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    throwIfAborted(signal, `connect to ${peer}`);
    const connected = new Deferred<void>();
    const socket = net.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
    const onError = (error: Error): void => connected.reject(transportError(error, peer));
    socket.once('error', onError);
    socket.once('connect', () => connected.resolve());
    const timer = setTimeout(() => {
      const ms = this.#connectTimeoutMs;
      connected.reject(new TransportError('timeout', `${peer} did not answer in ${ms} ms`, { peer, ms }));
    }, this.#connectTimeoutMs);
    try {
      await abortable(connected.promise, signal, `connect to ${peer}`);
      socket.removeListener('error', onError);
      return new SocketChannel(socket, peer);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A connected socket as a channel. It reads nothing before the first `onData` listener. */
export class SocketChannel implements ByteChannel {
  readonly peer: string;
  readonly #socket: net.Socket;
  readonly #data = new Emitter<Buffer>();
  readonly #end = new Emitter<ChannelEnd>();
  #error: Error | undefined;
  #ended: ChannelEnd | undefined;

  constructor(socket: net.Socket, peer: string) {
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

  dispose(): void {
    this.#socket.destroy();
  }
}

function transportError(thrown: unknown, peer: string): TransportError {
  const error = toError(thrown);
  const code = systemCode(thrown);
  return new TransportError(
    reasons[code ?? ''] ?? 'failed',
    `${peer}: ${error.message}`,
    { peer, code },
    error,
  );
}
