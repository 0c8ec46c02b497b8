import type { Duplex } from 'node:stream';
import type { Disposable } from '../util/disposables';
import type { Event } from '../util/emitter';

/** Why a channel ended; `error` is absent when the peer or we closed it in order. */
export interface ChannelEnd {
  readonly error?: Error;
}

/**
 * A two-way stream of bytes to a peer: a TCP socket, an SSH forward, a port-forward of a cluster.
 * `onData` hands out chunks as they arrive, valid for good (never reused). `onEnd` fires exactly once.
 * Data that arrives before the first `onData` listener is kept back for it.
 */
export interface ByteChannel extends Disposable {
  /** What a person would call the other end, such as `localhost:5005`. */
  readonly peer: string;
  readonly onData: Event<Buffer>;
  readonly onEnd: Event<ChannelEnd>;
  /** Queues bytes in order; the chunks of one call are not separated by other writes. No effect after the end. */
  write(...chunks: Uint8Array[]): void;
  /** Resolves when the other side has taken enough of what was written for more, or the channel has ended. */
  writable?(): Promise<void>;
}

/** Where a peer listens, as seen from the far end of the transport. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Opens channels: directly, or through SSH or a cluster. Rejects with `TransportError`. */
export interface Dialer {
  dial(endpoint: Endpoint, signal?: AbortSignal): Promise<ByteChannel>;
}

/** Opens channels to Unix sockets at the far end of the transport, such as an engine's. Rejects with `TransportError`. */
export interface SocketDialer {
  dialSocket(path: string, signal?: AbortSignal): Promise<ByteChannel>;
}

/**
 * As `SocketDialer`, for clients that take a stream of Node.js: it is written and read at the pace of both sides, for
 * bodies that don't fit into memory. It is the caller's to destroy.
 */
export interface SocketStreams {
  openSocket(path: string, signal?: AbortSignal): Promise<Duplex>;
}
