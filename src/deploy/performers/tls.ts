import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import { factsOf, fingerprintOf } from '../../certificates/facts';
import type { Dialer } from '../../contracts/channel';
import type { Answer, HostName, Performer } from '../../contracts/deployCall';
import { TransportError } from '../../contracts/transportError';
import { ChannelStream } from '../../transport/channelStream';
import { formatEndpoint, transportError } from '../../transport/socket';
import { abortable, Deferred } from '../../util/async';

/** Performs `tls` calls: a handshake each, over a connection of its own. */
export function tlsPerformer(dialerOf: (host: HostName) => Dialer): Performer<'tls'> {
  return async ({ from, host, port, servername, timeoutMs = 10_000 }, { signal }) => {
    const peer = formatEndpoint({ host, port });
    const inTime = AbortSignal.timeout(timeoutMs);
    const within = signal ? AbortSignal.any([signal, inTime]) : inTime;
    let stream: ChannelStream | undefined;
    let socket: tls.TLSSocket | undefined;
    try {
      stream = new ChannelStream(await dialerOf(from).dial({ host, port }, within));
      const shaken = new Deferred<void>();
      stream.once('error', (error) => shaken.reject(error));
      socket = tls.connect({
        socket: stream,
        ...(servername !== undefined && { servername }),
        // What is shown is asked for, not whether it is to be trusted; and no authority of this machine is added to it.
        rejectUnauthorized: false,
        ca: [],
        minVersion: 'TLSv1',
      });
      socket.once('secureConnect', () => shaken.resolve());
      socket.once('error', (error) => shaken.reject(transportError(error, peer)));
      socket.once('close', () => shaken.reject(new TransportError('reset', `${peer} ended it`, { peer })));
      await abortable(shaken.promise, within, peer);
      return answerOf(socket, peer);
    } catch (error) {
      if (!inTime.aborted || signal?.aborted) throw error;
      throw new TransportError('timeout', `no handshake with ${peer} in ${timeoutMs} ms`, { peer });
    } finally {
      // Late errors have nobody to go to.
      socket?.on('error', () => undefined).destroy();
      stream?.on('error', () => undefined).destroy();
    }
  };
}

function answerOf(socket: tls.TLSSocket, peer: string): Answer {
  const shown: X509Certificate[] = [];
  const seen = new Set<string>();
  let at: Partial<tls.DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  // One that issued itself refers to itself; a server without a certificate gives an empty object.
  while (at?.raw && !seen.has(at.fingerprint256 ?? '')) {
    seen.add(at.fingerprint256 ?? '');
    shown.push(new X509Certificate(at.raw));
    at = at.issuerCertificate;
  }
  const [leaf, ...chain] = shown;
  if (!leaf) throw new TransportError('failed', `${peer} shows no certificate`, { peer });
  return { ...factsOf(leaf), chain: chain.map(fingerprintOf), protocol: socket.getProtocol() ?? '' };
}
