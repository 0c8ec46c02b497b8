import type { Step } from '../../contracts/deploy';
import { DeployError } from '../../contracts/deployError';
import type { Course, StrategyInput } from './input';
import {
  backendOf,
  bringUp,
  commonNotes,
  FULL,
  needRouter,
  place,
  prepareAll,
  pruneAll,
  retire,
  RouterCourse,
} from './parts';

/** A growing share of the users gets the new release, and is watched; it is taken back when it does worse. */
export function canary(input: StrategyInput): Course {
  const given = needRouter(input, 'canary');
  const { abilities, name } = given.router;
  const isFirst = input.targets.every(({ state }) => state.live?.state !== 'running');
  if (!isFirst && !(abilities.weights && abilities.backends === 'many'))
    throw new DeployError('unsupported', `${name} knows no weights`, { problem: 'weights', router: name });
  const { limits, standby } = input.options;
  if (limits && Object.keys(limits).length > 0 && !input.probe)
    throw new DeployError('unsupported', 'limits need a probe', { problem: 'probeMissing' });

  const router = new RouterCourse(input, given);
  const placed = place(input, true);
  const rise = sharesOf(input, isFirst).flatMap((share, index): Step[] => {
    const backends = placed.flatMap(({ state, deployment }) => {
      const { live } = state;
      const old = live?.state === 'running' && live.id !== deployment.instance.id ? live : undefined;
      if (!old) return [backendOf(deployment.instance, FULL)];
      const fresh = backendOf(deployment.instance, share);
      return share < FULL ? [backendOf(old, FULL - share), fresh] : [fresh];
    });
    const step = router.step(`Send ${share} % of the users to ${input.release.version}`, backends, {
      // Taken back to the first share or less the new release still has users: only the first can wait for its end.
      brings: index === 0 ? placed : [],
      proven: share === FULL,
    });
    return [step, ...watch(input, share, isFirst)];
  });
  const olds = placed.flatMap((each) => {
    const { live } = each.state;
    return live && live.id !== each.deployment.instance.id ? [{ each, live }] : [];
  });
  return {
    notes: commonNotes(input),
    steps: [
      ...prepareAll(placed),
      ...placed.flatMap(bringUp),
      ...rise,
      ...olds.flatMap(({ each, live }) => router.drain(each, live)),
      ...placed.flatMap((each) => retire(each, standby)),
      ...placed.flatMap(({ deployment }) => deployment.adopt),
      ...pruneAll(placed),
    ],
  };
}

/** Rising shares up to all; all at once where there is no old release to share with. */
function sharesOf({ options }: StrategyInput, isFirst: boolean): number[] {
  if (isFirst) return [FULL];
  const below = (options.shares ?? []).filter((share) => share > 0 && share < FULL);
  return [...new Set(below)].sort((a, b) => a - b).concat(FULL);
}

function watch({ options, release, targets }: StrategyInput, share: number, isFirst: boolean): Step[] {
  const { holdMs = 0, limits = {} } = options;
  if (holdMs === 0 || isFirst) return [];
  const against = targets.find(({ state }) => state.live)?.state.live?.release.version;
  return [
    {
      id: `watch-${share}`,
      title: `Watch ${release.version} with ${share} % of the users`,
      on: release.application,
      phase: 'watch',
      do: [
        {
          via: 'watch',
          durationMs: holdMs,
          limits,
          release: release.version,
          // With all users on the new release there is nobody left to compare with.
          ...(against !== undefined && share < FULL && { against }),
        },
      ],
      verify: [],
      undo: [],
      again: 'repeat',
    },
  ];
}
