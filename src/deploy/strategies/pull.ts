import { DeployError } from '../../contracts/deployError';
import type { Course, StrategyInput } from './input';
import { commonNotes, together } from './parts';

/**
 * Takes a release out of service on every target at once, where another one that runs takes its users. All or none, as
 * any plan.
 */
export function pull(input: StrategyInput): Course {
  const steps = input.targets.map(({ target, state }) => {
    if (target.withdraw) return target.withdraw(state, input.release);
    throw new DeployError('unsupported', `${target.name} runs no versions side by side`, {
      problem: 'versions',
      target: target.name,
    });
  });
  return { notes: commonNotes(input), steps: together(steps, 'pull') };
}
