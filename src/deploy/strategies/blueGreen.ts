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
import type { Course, StrategyInput } from './input';

/** The new release starts beside the old one everywhere; then all users go over at once. */
export function blueGreen(input: StrategyInput): Course {
  const router = new RouterCourse(input, needRouter(input, 'blue-green'));
  const placed = place(input, true);
  const { standby } = input.options;
  const up = [...prepareAll(placed), ...placed.flatMap(bringUp)];
  const route = router.step(
    `Send all users to ${input.release.version}`,
    placed.map(({ deployment }) => backendOf(deployment.instance, FULL)),
    { brings: placed, proven: true },
  );
  const drained = placed.flatMap((each) => {
    const { live } = each.state;
    return live && live.id !== each.deployment.instance.id ? router.drain(each, live) : [];
  });
  return {
    notes: commonNotes(input),
    steps: [
      ...up,
      route,
      ...drained,
      ...placed.flatMap((each) => retire(each, standby)),
      ...placed.flatMap(({ deployment }) => deployment.adopt),
      ...pruneAll(placed),
    ],
  };
}
