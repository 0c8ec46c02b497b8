import { SwapdeckError } from '../util/errors';

/**
 * Why no channel could be opened or an open one ended.
 * - `refused`: nothing listens. `unreachable`: no route or name. `timeout`. `reset`: cut by the other side.
 * - `auth`: no method of authentication was accepted. Details: `methods` the server would take.
 * - `hostKeyUnknown`: SSH, not in known_hosts and not confirmed.
 * - `hostKeyChanged`: another key is written down for the host. Details: `file`, `line` of the old one.
 * - `hostKeyRevoked`: a `@revoked` line names the key. Details: `file`, `line`.
 * - `untrusted`: TLS, the certificate is not one to trust. Details: `code` of OpenSSL or Node.js.
 * - `forwardingDenied`: the SSH server doesn't forward to there (AllowTcpForwarding, PermitOpen).
 * - `configuration`: what is configured can't work. Details: `problem`, a word for the kind; `file`, `keyword`, ...
 */
export type TransportErrorReason =
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'reset'
  | 'auth'
  | 'hostKeyUnknown'
  | 'hostKeyChanged'
  | 'hostKeyRevoked'
  | 'untrusted'
  | 'forwardingDenied'
  | 'configuration'
  | 'failed';

export class TransportError extends SwapdeckError<TransportErrorReason> {}

/** What may pass without anyone doing something about it. The others only bother a person again when retried. */
const passing: readonly TransportErrorReason[] = ['refused', 'unreachable', 'timeout', 'reset', 'failed'];

/** Whether trying again by itself makes sense; a host that isn't trusted or doesn't let us in needs a person first. */
export function isWorthRetrying({ reason }: TransportError): boolean {
  return passing.includes(reason);
}

/** An error of another room that knows whether it may pass without anyone doing something about it. */
export interface Passing {
  readonly mayPass: boolean;
}

/** Whether what was thrown may be gone when the same is tried again in a moment. */
export function mayPass(thrown: unknown): boolean {
  if (thrown instanceof TransportError) return isWorthRetrying(thrown);
  return thrown instanceof Error && (thrown as Partial<Passing>).mayPass === true;
}
