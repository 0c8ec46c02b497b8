import { Deferred } from '../../util/async';
import { HeldBack } from '../heldBack';
import type { BuiltClass, Change, ClassResult, SwapRecord } from '../model';
import type { SwapCommand } from '../swapQueue';
import { Group, type Decision } from './group';
import { GroupPart } from './part';

/** `allOrNone`: JVMs of one application are swapped together or not at all. `each`: each on its own. */
export type FleetMode = 'allOrNone' | 'each';

/** One JVM of a group, as the coordinator needs it. */
export interface FleetMember {
  readonly id: string;
  /** Swaps in its turn; rejects when it never came to that. */
  readonly swap: (change: Change, command: SwapCommand, signal?: AbortSignal) => Promise<SwapRecord>;
  /** The classes of a change that are this JVM's, and what becomes of those it has not loaded. */
  readonly share: (change: Change) => { readonly change: Change; readonly command: SwapCommand };
}

/** What came of a swap of a group: a record of each JVM that got to it. */
export interface FleetResult {
  readonly decision: Decision;
  readonly records: readonly SwapRecord[];
  /** Why the others did not get to it, by the id of the JVM. */
  readonly failures: ReadonlyMap<string, unknown>;
}

/**
 * Swaps a change in several JVMs at the same time, all or none. Resolves when each has what was decided, save those
 * that were lost: their queues bring them to it when they are back. Rejects when no JVM got to it.
 */
export async function swapGroup(
  members: readonly FleetMember[],
  change: Change,
  signal?: AbortSignal,
): Promise<FleetResult> {
  if (members.length === 0) return { decision: { keep: true }, records: [], failures: new Map() };
  const group = new Group(members.map(({ id }) => id));
  const swaps = members.map(async (member) => {
    const share = member.share(change);
    const command = { ...share.command, group: new GroupPart(group, member.id) };
    try {
      return await member.swap(share.change, command, signal);
    } catch (error) {
      // It was given up, detached, or lost before its turn.
      void group.lost(member.id);
      throw error;
    }
  });
  const ended = await Promise.allSettled(swaps);
  const records = ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failures = new Map(
    ended.flatMap((each, i) =>
      each.status === 'rejected' ? [[members[i]!.id, each.reason as unknown]] : [],
    ),
  );
  const [failure] = failures.values();
  if (records.length === 0 && failures.size > 0) throw failure;
  return { decision: await group.decision, records, failures };
}

/**
 * The swaps of one group of JVMs, one after another: what is saved meanwhile is merged into the next one. What was
 * taken back is not forgotten: it comes along with the next save, as long as no JVM refused it.
 */
export class FleetLane {
  readonly #heldBack = new HeldBack();
  readonly #withheld = new Map<string, BuiltClass>();
  #running: Promise<unknown> | undefined;
  #next: { change: Change; readonly done: Deferred<FleetResult> } | undefined;

  /** `members` is asked when the turn comes. */
  swap(members: () => readonly FleetMember[], change: Change, signal?: AbortSignal): Promise<FleetResult> {
    if (!this.#running) {
      const done = this.#run(members, change, signal);
      const ended = done.then(
        () => this.#runNext(members),
        () => this.#runNext(members),
      );
      this.#running = ended;
      return done;
    }
    this.#next = { change: merged(this.#next?.change, change), done: this.#next?.done ?? new Deferred() };
    return this.#next.done.promise;
  }

  #runNext(members: () => readonly FleetMember[]): void {
    this.#running = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (next) next.done.resolve(this.swap(members, next.change));
  }

  async #run(
    members: () => readonly FleetMember[],
    change: Change,
    signal: AbortSignal | undefined,
  ): Promise<FleetResult> {
    const written = new Set(change.classes.map(({ name }) => name));
    const withheld = [...this.#withheld.values()].filter(({ name }) => !written.has(name));
    this.#withheld.clear();
    const classes = [...withheld, ...this.#heldBack.join(change.classes)];
    const whole = { ...change, classes };
    try {
      const result = await swapGroup(members(), whole, signal);
      if (!result.decision.keep) this.#withhold(classes, result.records);
      return result;
    } catch (error) {
      for (const built of classes) this.#withheld.set(built.name, built);
      throw error;
    }
  }

  #withhold(classes: readonly BuiltClass[], records: readonly SwapRecord[]): void {
    const results = new Map<string, ClassResult>();
    for (const result of records.flatMap((record) => record.classes))
      if (results.get(result.name)?.outcome !== 'refused') results.set(result.name, result);
    const isRefused = [...results.values()].some(({ outcome }) => outcome === 'refused');
    // With `refused` ones those that wait are the skipped ones; what was taken back waits likewise.
    if (isRefused) this.#heldBack.settle(classes, [...results.values()].map(asSkipped));
    else for (const built of classes) this.#withheld.set(built.name, built);
  }
}

function asSkipped(result: ClassResult): ClassResult {
  return result.outcome === 'refused' ? result : { ...result, outcome: 'skipped' };
}

/** One change of two; the newer one's bytes win. */
function merged(older: Change | undefined, newer: Change): Change {
  if (!older) return newer;
  const classes = new Map([...older.classes, ...newer.classes].map((built) => [built.name, built]));
  return { ...newer, at: Math.min(older.at, newer.at), classes: [...classes.values()] };
}
