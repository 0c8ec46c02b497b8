import * as net from 'node:net';
import type { Endpoint } from '../contracts/channel';
import { TransportError, type TransportErrorReason } from '../contracts/transportError';
import { abortable, Deferred, throwIfAborted } from '../util/async';
import { systemCode, toError } from '../util/errors';

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
  // Of certificates: verify(1) of OpenSSL, and Node.js for names.
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_REVOKED: 'untrusted',
  CERT_HAS_EXPIRED: 'untrusted',
  CERT_NOT_YET_VALID: 'untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'untrusted',
};

/** `localhost:5005`, `[::1]:5005`. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Connects a socket without Nagle's delay, looking up the name included in the time. `family` restricts the addresses.
 * Rejects with `TransportError` (`refused`, `unreachable`, `timeout`, ...) or `AbortedError`, leaving nothing behind.
 */
export async function connectSocket(
  endpoint: Endpoint & { readonly family?: 4 | 6 },
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<net.Socket> {
  const { host, port, family } = endpoint;
  const peer = formatEndpoint(endpoint);
  throwIfAborted(signal, `connect to ${peer}`);
  const connected = new Deferred<void>();
  const socket = net.connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    ...(family && { family }),
  });
  const onError = (error: Error): void => connected.reject(transportError(error, peer));
  socket.once('error', onError);
  socket.once('connect', () => connected.resolve());
  const timer = setTimeout(() => {
    const details = { peer, ms: timeoutMs };
    connected.reject(new TransportError('timeout', `${peer} did not answer in ${timeoutMs} ms`, details));
  }, timeoutMs);
  try {
    await abortable(connected.promise, signal, `connect to ${peer}`);
    socket.removeListener('error', onError);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What a socket failed with, as a typed error. `details`: peer, code. */
export function transportError(thrown: unknown, peer: string): TransportError {
  const error = toError(thrown);
  const code = systemCode(thrown);
  return new TransportError(
    reasons[code ?? ''] ?? 'failed',
    `${peer}: ${error.message}`,
    { peer, code },
    error,
  );
}
