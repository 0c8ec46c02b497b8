import { SwapdeckError } from '../util/errors';

/**
 * Why no channel could be opened or an open one ended.
 * `refused`: nothing listens. `unreachable`: no route or name. `timeout`. `reset`: cut by the other side.
 * `auth`: no method of authentication was accepted. `hostKeyUnknown`, `hostKeyChanged`, `hostKeyRevoked`: SSH.
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
  | 'configuration'
  | 'failed';

export class TransportError extends SwapdeckError<TransportErrorReason> {}
