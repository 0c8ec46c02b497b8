import type { Endpoint } from './channel';

/** Who has a port of this machine; `undefined` answers where the operating system does not tell. */
export interface EndpointProbe {
  /**
   * Whether a listening endpoint can be reached from other machines. Ask before connecting: a JVM stops
   * listening while a debugger is attached.
   */
  exposed(endpoint: Endpoint, signal?: AbortSignal): Promise<boolean | undefined>;
  /** Whether a JVM whose JDWP port this is does not listen because a debugger is attached to it already. */
  held(endpoint: Endpoint, signal?: AbortSignal): Promise<boolean | undefined>;
  /** When the JVM with this JDWP port started, milliseconds since the epoch. */
  startedAt(endpoint: Endpoint, signal?: AbortSignal): Promise<number | undefined>;
}
