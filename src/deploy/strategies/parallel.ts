import type { Step } from '../../contracts/deploy';
import { DeployError } from '../../contracts/deployError';
import type { Course, StrategyInput } from './input';
import { asUser, commonNotes, place, prepareAll, pruneAll, retire, type Placed } from './parts';

/**
 * The new release runs beside the old one on every target at once, and the targets themselves send users to it: new
 * ones get the new release, those with a session stay where they are. All or none: one target that fails has the
 * release taken from all. The old one is put aside when its last session has gone.
 */
export function parallel(input: StrategyInput): Course {
  const stranger = input.targets.find(({ target }) => !target.routesItself)?.target;
  if (stranger)
    throw new DeployError('unsupported', `${stranger.name} runs no versions side by side`, {
      problem: 'versions',
      target: stranger.name,
    });
  const placed = place(input, true);
  const { probe, router, options } = input;
  return {
    // Proof is missing without a router too: users change over all the same.
    notes: [...commonNotes(input), ...(probe || router ? [] : [{ kind: 'unproven' as const }])],
    steps: [
      ...prepareAll(placed),
      // From its start on users get it.
      ...together(placed, 'start', ({ deployment }) => deployment.start.map(asRouting)),
      ...together(placed, 'check', ({ deployment }) => deployment.check),
      ...together(placed, 'adopt', ({ deployment }) => deployment.adopt.map(asRouting)),
      ...proof(input),
      ...together(placed, 'retire', (each) => retire(each, options.standby)),
      ...pruneAll(placed),
    ],
  };
}

/** The steps of all targets, the first ones of each at once, then the second ones, and so on. */
function together(placed: readonly Placed[], name: string, of: (each: Placed) => readonly Step[]): Step[] {
  const lists = placed.map(of);
  const rounds = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => {
    const steps = lists.flatMap((list) => list.slice(round, round + 1));
    return steps.length > 1 ? steps.map((step) => ({ ...step, together: `${name}-${round + 1}` })) : steps;
  }).flat();
}

function asRouting(step: Step): Step {
  return { ...step, phase: 'route' };
}

/** All targets have it: the new release must answer a user. */
function proof(input: StrategyInput): Step[] {
  const calls = asUser(input);
  if (calls.length === 0) return [];
  const { application, release } = input;
  return [
    {
      id: `${application}/users`,
      title: `See that users get ${release.version}`,
      on: application,
      phase: 'route',
      do: calls,
      verify: [],
      undo: [],
      again: 'repeat',
    },
  ];
}
