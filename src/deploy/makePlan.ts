import type { Plan, StrategyName } from '../contracts/deploy';
import { checkPlan } from './check';
import { blueGreen } from './strategies/blueGreen';
import { canary } from './strategies/canary';
import type { Course, Strategies, StrategyInput } from './strategies/input';
import { parallel } from './strategies/parallel';
import { isLive } from './strategies/parts';
import { pull } from './strategies/pull';
import { recreate } from './strategies/recreate';
import { rolling } from './strategies/rolling';
import { switchTraffic } from './strategies/switchTraffic';

const strategies: Strategies = { recreate, rolling, 'blue-green': blueGreen, canary, parallel };

/**
 * The plan that puts a release into an environment. Pure: equal inputs make equal plans. A roll back is a plan like
 * any other, for an older release. Throws `DeployError` (`unsupported`, `foreign`, `unroutable`, `releaseGone`,
 * `invalidPlan`).
 */
export function makePlan(strategy: StrategyName, input: StrategyInput): Plan {
  const course = courseOf(strategy, input);
  const steps = course.steps.length === 0 ? [] : [...course.steps, ...(input.finish ?? [])];
  const leftOut = (input.without ?? []).map((subject) => ({ kind: 'leavesOut' as const, subject }));
  const notes = steps.length === 0 ? course.notes : [...leftOut, ...course.notes, ...(input.notes ?? [])];
  const from = input.targets.find(({ state }) => state.live)?.state.live?.release;
  const plan: Plan = {
    format: 1,
    id: input.planId,
    environment: input.environment,
    application: input.application,
    strategy,
    intent: input.intent,
    release: input.release,
    ...(from && { from }),
    targets: input.targets.map(({ target }) => target.name),
    ...(input.without && input.without.length > 0 && { without: input.without }),
    ...(input.router && { router: input.router.router.name }),
    ...(input.journalHost !== undefined && { journalHost: input.journalHost }),
    inspection: {
      targets: input.targets.map(({ state }) => state),
      ...(input.router && { router: input.router.state }),
    },
    ...(input.probe && { probe: input.probe }),
    notes,
    steps,
  };
  checkPlan(plan);
  return plan;
}

function courseOf(strategy: StrategyName, input: StrategyInput): Course {
  if (input.intent === 'pull') return pull(input);
  if (isLive(input)) return { steps: [], notes: [{ kind: 'alreadyLive' }] };
  return input.intent === 'switch' ? switchTraffic(input) : strategies[strategy](input);
}
