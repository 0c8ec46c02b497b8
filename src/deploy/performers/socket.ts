import type { SocketDialer } from '../../contracts/channel';
import type { HostName, Performer } from '../../contracts/deployCall';
import { TransportError } from '../../contracts/transportError';
import { abortable, Deferred } from '../../util/async';

/** Performs `socket` calls: writes to a Unix socket of a host and reads until the other side ends. */
export function socketPerformer(dialerOf: (host: HostName) => SocketDialer): Performer<'socket'> {
  return async (call, { signal }) => {
    const channel = await dialerOf(call.host).dialSocket(call.path, signal);
    const peer = `${call.path} on ${call.host}`;
    const ended = new Deferred<void>();
    const chunks: Buffer[] = [];
    const timeoutMs = call.timeoutMs ?? 10_000;
    const timer = setTimeout(() => {
      ended.reject(new TransportError('timeout', `${peer} did not end in ${timeoutMs} ms`, { peer }));
    }, timeoutMs);
    try {
      channel.onData((chunk) => chunks.push(chunk));
      channel.onEnd(({ error }) => (error ? ended.reject(error) : ended.resolve()));
      channel.write(Buffer.from(call.send, 'utf8'));
      await abortable(ended.promise, signal, peer);
      return { text: Buffer.concat(chunks).toString('utf8') };
    } finally {
      clearTimeout(timer);
      channel.dispose();
    }
  };
}
