import type { Duplex } from 'node:stream';

/** The way to an engine. */
export interface EngineLink {
  /** What a person calls the machine of the engine. */
  readonly place: string;
  /**
   * A connection to the engine's API, the caller's to destroy. Rejects with `EngineError` (`noEngine`,
   * `noPermission`), `TransportError` or `AbortedError`.
   */
  open(signal?: AbortSignal): Promise<Duplex>;
}
