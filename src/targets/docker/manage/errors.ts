import { SwapdeckError } from '../../../util/errors';

/**
 * Why something can't be done with a container of a host. All have `host` and `container`.
 * - `gone`: there is none of that name or id.
 * - `running`: it runs, and was not to be removed with force.
 * - `notRunning`: it does not run. Details: `state`.
 * - `noShell`: its image has no shell. Details: `said`.
 * - `noDebugPort`: no JVM in it listens for a debugger. Details: `problem`, `absent` (no JDWP agent on a command line
 *   or in a variable) or `random` (the agent picks a port by itself, which nobody can know).
 * - `loopbackInside`: the JVM listens on the container's own 127.0.0.1, where only the container gets. Details: `port`.
 * - `unpublished`: no way leads from the host to the port. Details: `port`.
 */
export type ContainerErrorReason =
  'gone' | 'running' | 'notRunning' | 'noShell' | 'noDebugPort' | 'loopbackInside' | 'unpublished';

export class ContainerError extends SwapdeckError<ContainerErrorReason> {}
