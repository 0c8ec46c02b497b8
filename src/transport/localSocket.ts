import * as net from 'node:net';
import type { ByteChannel, SocketDialer } from '../contracts/channel';
import { abortable, Deferred, throwIfAborted } from '../util/async';
import { transportError } from './socket';
import { SocketChannel } from './tcp';

/** Opens Unix sockets and named pipes of this machine. */
export class LocalSocketDialer implements SocketDialer {
  /** Rejects with `TransportError` (`refused`; `failed` with `code` such as `ENOENT`, `EACCES`) or `AbortedError`. */
  async dialSocket(path: string, signal?: AbortSignal): Promise<ByteChannel> {
    const what = `connect to ${path}`;
    throwIfAborted(signal, what);
    const connected = new Deferred<void>();
    const socket = net.connect({ path });
    const onError = (error: Error): void => connected.reject(transportError(error, path));
    socket.once('error', onError);
    socket.once('connect', () => connected.resolve());
    try {
      await abortable(connected.promise, signal, what);
      socket.removeListener('error', onError);
      return new SocketChannel(socket, path);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }
}
