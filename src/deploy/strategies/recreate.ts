import type { PlanNote, Step } from '../../contracts/deploy';
import type { Course, StrategyInput } from './input';
import {
  backendOf,
  bringUp,
  commonNotes,
  describe,
  FULL,
  place,
  prepareAll,
  pruneAll,
  RouterCourse,
  type Placed,
  type RouteBackend,
} from './parts';

/**
 * One target after another: the old release is stopped before the new one starts. Where a router has other targets
 * to send users to, they notice nothing; else they wait.
 */
export function recreate(input: StrategyInput): Course {
  const router = input.router && new RouterCourse(input, input.router);
  const placed = place(input, false);
  const admitted = new Map<string, RouteBackend>();
  for (const { state } of placed)
    if (state.live?.state === 'running') admitted.set(state.target, backendOf(state.live, FULL));
  const interrupted: string[] = [];
  const turns = placed.flatMap((each): Step[] => {
    const { deployment, state, target } = each;
    const old = state.live?.id === deployment.instance.id ? undefined : state.live;
    const steps: Step[] = [];
    const before = admitted.get(target.name);
    if (!old) {
      // It serves the release already, or there is nothing to stop.
    } else if (before && router && admitted.size > 1) {
      admitted.set(target.name, { ...before, weight: 0 });
      steps.push(router.step(`Send nobody new to ${target.name}`, [...admitted.values()]));
      steps.push(...router.drain(each, old));
    } else if (before) interrupted.push(target.name);
    const isAlone = interrupted.includes(target.name);
    const back = old && router && isAlone ? router.readmit(old) : [];
    if (old)
      steps.push(
        ...deployment.retire(old, 'stop').map((step) => ({ ...step, undo: [...step.undo, ...back] })),
      );
    steps.push(...bringUp(each), ...deployment.adopt);
    admitted.set(target.name, backendOf(deployment.instance, FULL));
    if (router) steps.push(routeTo(router, each, admitted, isAlone));
    return steps;
  });
  const notes: PlanNote[] = [
    ...commonNotes(input),
    ...interrupted.map((subject) => ({ kind: 'interrupts' as const, subject })),
  ];
  return { notes, steps: [...prepareAll(placed), ...turns, ...pruneAll(placed)] };
}

/** `isAlone`: its users stay with its address, which may be the old one's; taken back, they wait for the old one. */
function routeTo(
  router: RouterCourse,
  placed: Placed,
  admitted: ReadonlyMap<string, RouteBackend>,
  isAlone: boolean,
): Step {
  return router.step(`Send users to ${describe(placed.deployment.instance)}`, [...admitted.values()], {
    brings: isAlone ? [] : [placed],
    proven: true,
    sameAddress: isAlone,
  });
}
