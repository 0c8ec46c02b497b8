import type { Step } from '../../contracts/deploy';
import { DeployError } from '../../contracts/deployError';
import type { Course, StrategyInput } from './input';
import { asUser, commonNotes, place, prepareAll, pruneAll, retire, together } from './parts';

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
      ...together(
        placed.map(({ deployment }) => deployment.start.map(asRouting)),
        'start',
      ),
      ...together(
        placed.map(({ deployment }) => deployment.check),
        'check',
      ),
      ...together(
        placed.map(({ deployment }) => deployment.adopt.map(asRouting)),
        'adopt',
      ),
      ...proof(input),
      ...together(
        placed.map((each) => retire(each, options.standby)),
        'retire',
      ),
      ...pruneAll(placed),
    ],
  };
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
