import { HotSwapError } from '../hotswap/errors';
import { swapGroup, type FleetMember } from '../hotswap/fleet/fleet';
import type { Change, SwapRecord } from '../hotswap/model';
import type { Session } from '../hotswap/session';
import type { SwapCommand } from '../hotswap/swapQueue';
import { Deferred } from '../util/async';

/** Swaps one change in one JVM. */
export type SwapOne = (
  session: Session,
  change: Change,
  command: SwapCommand,
  signal: AbortSignal,
) => Promise<SwapRecord>;

/** Each JVM on its own. */
export const swapAlone: SwapOne = (session, change, command, signal) => session.swap(change, command, signal);

interface Joined {
  readonly member: FleetMember;
  readonly done: Deferred<SwapRecord>;
}

/**
 * The JVMs of one command, swapped together or not at all: whoever is connected waits for the others. When one
 * can't be reached none is swapped.
 */
export class CommandGroup {
  readonly #count: number;
  readonly #joined = new Map<string, Joined>();
  #missing: string | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  /** A JVM is connected; resolves to what became of it. */
  readonly swap: SwapOne = (session, change, command, signal) => {
    const { id } = session.target;
    const member: FleetMember = {
      id,
      swap: (own, part) => session.swap(own, part, signal),
      share: () => ({ change, command }),
    };
    const done = new Deferred<SwapRecord>();
    this.#joined.set(id, { member, done });
    if (this.#missing !== undefined) this.#refuse(this.#missing);
    else if (this.#joined.size === this.#count) void this.#begin(change);
    return done.promise;
  };

  /** A JVM never came to that. */
  leave(id: string): void {
    if (this.#joined.has(id)) return;
    this.#missing ??= id;
    this.#refuse(this.#missing);
  }

  async #begin(change: Change): Promise<void> {
    const joined = [...this.#joined.values()];
    try {
      const { records, failures } = await swapGroup(
        joined.map(({ member }) => member),
        change,
      );
      for (const record of records) this.#joined.get(record.jvm)?.done.resolve(record);
      for (const [id, failure] of failures) this.#joined.get(id)?.done.reject(failure);
    } catch (error) {
      for (const { done } of joined) done.reject(error);
    }
  }

  #refuse(cause: string): void {
    for (const [id, { done }] of this.#joined)
      done.reject(new HotSwapError('groupIncomplete', `${cause} is missing`, { jvm: id, cause }));
  }
}
