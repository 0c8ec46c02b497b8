/** Passwords of servers that tell whether one was right. */
export interface Credentials {
  /**
   * The password of that name, and not the `refused` one again. May ask a person; undefined when nobody gives another
   * one. The same password may be asked for by many at once.
   */
  password(name: string, refused: string | undefined, signal?: AbortSignal): Promise<string | undefined>;
  /** A server let us in with it: from now on it may be kept. */
  accepted(name: string, password: string): Promise<void>;
}
