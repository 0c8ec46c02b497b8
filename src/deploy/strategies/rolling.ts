import type { Step } from '../../contracts/deploy';
import type { Course, StrategyInput } from './input';
import {
  backendOf,
  bringUp,
  commonNotes,
  describe,
  FULL,
  needRouter,
  place,
  prepareAll,
  pruneAll,
  retire,
  RouterCourse,
  type Placed,
  type RouteBackend,
} from './parts';

/**
 * One target after another: the new release starts beside the old one, the target leaves the router, finishes its
 * requests, and comes back with the new release. A lone target is never taken out: its users go over at once.
 */
export function rolling(input: StrategyInput): Course {
  const router = new RouterCourse(input, needRouter(input, 'rolling'));
  const placed = place(input, true);
  const admitted = new Map<string, RouteBackend>();
  for (const { state } of placed)
    if (state.live?.state === 'running') admitted.set(state.target, backendOf(state.live, FULL));
  const turns = placed.flatMap((each) => turnOf(each, admitted, router, input));
  return {
    notes: commonNotes(input),
    steps: [...prepareAll(placed), ...turns, ...pruneAll(placed)],
  };
}

/** The steps of one target; `admitted` is where users are sent before them, and then after them. */
function turnOf(
  placed: Placed,
  admitted: Map<string, RouteBackend>,
  router: RouterCourse,
  { options }: StrategyInput,
): Step[] {
  const { deployment, state, target } = placed;
  const { instance } = deployment;
  const old = state.live?.id === instance.id ? undefined : state.live;
  const steps = bringUp(placed);
  const before = admitted.get(target.name);
  // One that serves the release already, after an earlier deployment got half way, stays where it is.
  if (before && old && admitted.size > 1) {
    admitted.set(target.name, { ...before, weight: 0 });
    steps.push(router.step(`Send nobody new to ${target.name}`, [...admitted.values()]));
    steps.push(...router.drain(placed, old));
  }
  admitted.set(target.name, backendOf(instance, FULL));
  steps.push(
    router.step(`Send users to ${describe(instance)}`, [...admitted.values()], {
      brings: [placed],
      proven: true,
    }),
  );
  if (old && admitted.size === 1) steps.push(...router.drain(placed, old));
  return [...steps, ...retire(placed, options.standby), ...deployment.adopt];
}
