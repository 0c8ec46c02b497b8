import type { Passing } from '../../contracts/transportError';
import { SwapdeckError } from '../../util/errors';

/**
 * Why an engine could not be asked or did not do what it was asked.
 * - `noEngine`: nothing is at its socket: not installed or not running. Details: `host`, `socket`.
 * - `noPermission`: the account may not use the socket. Details: `host`, `socket`.
 * - `noAnswer`: what answers at the socket does not speak the engine's API. Details: `host`.
 * - `refused`: the engine said no. Details: `host`, `status`, `said`.
 * - `noImage`: the engine has no such image. Details: `host`, `image`.
 * - `context`: the folder an image is built from can't be read. Details: `folder`, `problem`.
 * - `workFailed`: building, loading, pulling or pushing failed half way. Details: `said`.
 * - `architecture`: an image is for another kind of machine. Details: `host`, `image`, `found`, `wanted`.
 * - `ended`: a container that should run has ended. Details: `container`, `state`, `exitCode`, `outOfMemory`, `said`.
 * - `noPort`: no port is free. Details: `from`, `to`.
 * - `credentialHelper`: a program that keeps logins of registries failed. Details: `helper`, `registry`, `said`.
 * - `foreign`: the container was started by someone else, and is only looked at. Details: `host`, `container`.
 */
export type EngineErrorReason =
  | 'noEngine'
  | 'noPermission'
  | 'noAnswer'
  | 'refused'
  | 'noImage'
  | 'context'
  | 'workFailed'
  | 'architecture'
  | 'ended'
  | 'noPort'
  | 'credentialHelper'
  | 'foreign';

export class EngineError extends SwapdeckError<EngineErrorReason> implements Passing {
  /** An engine that is started again is gone for a moment. */
  get mayPass(): boolean {
    return this.reason === 'noEngine';
  }
}
