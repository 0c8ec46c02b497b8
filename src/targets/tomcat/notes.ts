import type { Instance, PlanNote, TargetState } from '../../contracts/deploy';
import type { NotesRequest, Reading } from '../../contracts/deployTarget';
import { instancesOf, keptInstance, newerThan, runningOf } from './instances';
import type { Contexts } from './listing';
import type { ManagerCalls } from './manager';
import type { TomcatApplication } from './model';

/**
 * How many users lose their sessions: those of a version that is pulled, of versions that are stopped to go back to an
 * older one, and of the live one where sessions are ended when its time is over.
 */
export function sessionNotes(
  calls: ManagerCalls,
  { sessions, uncounted }: Pick<TomcatApplication, 'sessions' | 'uncounted'>,
  state: TargetState,
  { release, fleet, intent }: NotesRequest,
): Reading<readonly PlanNote[]> {
  const ended =
    intent === 'pull'
      ? runningOf(state, release)
      : endedBy(sessions, keptInstance(state, fleet, release), state);
  if (ended.length === 0) return { calls: [], next: () => ({ result: [] }) };
  if (uncounted) {
    const subject = `${state.target}, where they are not counted`;
    return { calls: [], next: () => ({ result: [{ kind: 'endsSessions', subject }] }) };
  }
  return {
    calls: [calls.list()],
    next: ([list]) => {
      const { contexts } = list!.value as unknown as Contexts;
      const lost = contexts
        .filter(({ path, version }) =>
          ended.some(({ facts }) => facts?.path === path && facts.version === version),
        )
        .reduce((sum, context) => sum + context.sessions, 0);
      const subject = `${lost} on ${state.target}`;
      return { result: lost > 0 ? [{ kind: 'endsSessions', subject }] : [] };
    },
  };
}

function endedBy(
  sessions: 'keep' | 'expire',
  known: Instance | undefined,
  state: TargetState,
): readonly Instance[] {
  const stopped = known ? newerThan(known, state) : [];
  return instancesOf(state).filter(
    (each) => each !== known && (stopped.includes(each) || (sessions === 'expire' && each === state.live)),
  );
}
