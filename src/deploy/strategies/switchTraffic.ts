import { DeployError } from '../../contracts/deployError';
import type { Course, StrategyInput } from './input';
import { backendOf, commonNotes, FULL, needRouter, place, RouterCourse, sameRelease } from './parts';

/** Sends all users to a release that runs already. Nothing is started or stopped. */
export function switchTraffic(input: StrategyInput): Course {
  const router = new RouterCourse(input, needRouter(input, 'switch'));
  for (const { state } of input.targets) {
    const candidates = [...(state.live ? [state.live] : []), ...state.older];
    const runs = candidates.some(
      (each) => each.state === 'running' && sameRelease(each.release, input.release),
    );
    if (!runs)
      throw new DeployError('releaseGone', `${input.release.version} does not run on ${state.target}`, {
        version: input.release.version,
        target: state.target,
      });
  }
  // What runs beside the new one must still run afterwards.
  const running = Math.max(
    0,
    ...input.targets.map(({ state }) => state.older.filter((each) => each.state === 'running').length),
  );
  const options = { ...input.options, standby: Math.max(input.options.standby, running, 1) };
  const placed = place({ ...input, options }, true);
  const route = router.step(
    `Send all users to ${input.release.version}`,
    placed.map(({ deployment }) => backendOf(deployment.instance, FULL)),
    { brings: placed, proven: true },
  );
  return {
    notes: commonNotes(input),
    steps: [
      ...placed.flatMap(({ deployment }) => deployment.check),
      route,
      ...placed.flatMap(({ deployment }) => deployment.adopt),
    ],
  };
}
