import type { Change, JvmSession, SwapRecord } from '../model';
import { pathKey } from '../roots/relevant';
import type { SwapCommand } from '../swapQueue';
import { FleetLane, type FleetMember, type FleetMode } from './fleet';

/** A session as it is swapped: in its turn, with somebody waiting or nobody. */
export interface FleetSession extends Pick<JvmSession, 'target' | 'classRoots' | 'attached'> {
  swap(change: Change, command: SwapCommand, signal?: AbortSignal): Promise<SwapRecord>;
  enqueue(change: Change): void;
}

/** What one session is to get. */
export interface FleetShare<S extends FleetSession> {
  readonly session: S;
  readonly change: Change;
}

/**
 * Gives sessions their changes: JVMs of one application together, all or none, others on their own. One that is away
 * gets what the others keep when it is back.
 */
export class Fleets<S extends FleetSession> {
  readonly #mode: () => FleetMode;
  readonly #lanes = new Map<string, FleetLane>();

  constructor(mode: () => FleetMode) {
    this.#mode = mode;
  }

  /** The records of those that somebody waits for: not of what a watcher found, nor of JVMs that are away. */
  async swap(
    shares: readonly FleetShare<S>[],
    command: (session: S) => SwapCommand,
    signal?: AbortSignal,
  ): Promise<SwapRecord[]> {
    const swaps = [...this.#grouped(shares)].map(([key, group]) => {
      const there = group.filter(({ session }) => session.attached);
      const together = key !== undefined && there.length > 1;
      return together ? this.#together(key, group, command, signal) : each(group, command, signal);
    });
    return (await Promise.all(swaps)).flat();
  }

  /** By what they have in common; undefined for those swapped each on its own. */
  #grouped(shares: readonly FleetShare<S>[]): Map<string | undefined, FleetShare<S>[]> {
    const groups = new Map<string | undefined, FleetShare<S>[]>();
    const isTogether = this.#mode() === 'allOrNone';
    for (const share of shares) {
      const key = isTogether ? fleetOf(share.session) : undefined;
      groups.set(key, [...(groups.get(key) ?? []), share]);
    }
    return groups;
  }

  async #together(
    key: string,
    group: readonly FleetShare<S>[],
    command: (session: S) => SwapCommand,
    signal: AbortSignal | undefined,
  ): Promise<SwapRecord[]> {
    const lane = this.#lanes.get(key) ?? new FleetLane();
    this.#lanes.set(key, lane);
    const [first] = group;
    const { change } = first!;
    const isWatched = change.origin === 'watch';
    let away = group;
    const members = (): FleetMember[] => {
      away = group.filter(({ session }) => !session.attached);
      return group
        .filter(({ session }) => session.attached)
        .map(({ session }) => ({
          id: session.target.id,
          swap: (own, part, abort) => session.swap(own, part, abort),
          share: (whole) => ({ change: shareOf(whole, session), command: isWatched ? {} : command(session) }),
        }));
    };
    const swapped = lane.swap(members, change, signal).then(({ decision, records }) => {
      if (decision.keep) for (const { session, change: own } of away) session.enqueue(own);
      return [...records];
    });
    if (!isWatched) return swapped;
    swapped.catch(() => undefined);
    return [];
  }
}

async function each<S extends FleetSession>(
  shares: readonly FleetShare<S>[],
  command: (session: S) => SwapCommand,
  signal: AbortSignal | undefined,
): Promise<SwapRecord[]> {
  const records: Promise<SwapRecord>[] = [];
  for (const { session, change } of shares) {
    if (!session.attached || change.origin === 'watch') session.enqueue(change);
    else records.push(session.swap(change, command(session), signal));
  }
  return Promise.all(records);
}

/** What tells the replicas of one application from other JVMs: their environment, and what feeds them. */
function fleetOf({ target, classRoots }: FleetSession): string {
  const { environment = '', application } = target;
  const roots = classRoots.map(({ path }) => pathKey(path)).sort();
  return JSON.stringify(application === undefined ? [environment, ...roots] : [environment, { application }]);
}

/** What a class root of the session feeds. */
function shareOf(change: Change, { classRoots }: FleetSession): Change {
  const roots = new Set(classRoots.map(({ path }) => pathKey(path)));
  return { ...change, classes: change.classes.filter(({ root }) => roots.has(pathKey(root))) };
}
