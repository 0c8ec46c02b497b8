import type { Instance, Release, TargetState } from '../../contracts/deploy';
import { canonicalJson } from '../../util/json';
import { factsOf } from './inspect';
import { compare } from './listing';
import type { ContextId } from './manager';

export const idOf = (instance: Instance): ContextId => {
  const { path, version } = factsOf(instance);
  return { path, version };
};
export const stampOf = (instance: Instance): string => factsOf(instance).version.slice(0, 12);

export function instancesOf({ live, older }: TargetState): Instance[] {
  return [...(live ? [live] : []), ...older];
}

/** Versions that were deployed by us, the live one first, then the newest. */
export function ours(state: TargetState): Instance[] {
  return instancesOf(state).filter((each) => !factsOf(each).foreign);
}

/** What a release can be taken from as it is; one of others only where nothing is to be done with it. */
function usable(state: TargetState): Instance[] {
  return instancesOf(state).filter((each) => !factsOf(each).foreign || each.state === 'running');
}

/** Those that run and are newer, ours or not: while one of them runs, the older one gets nobody new. */
export function newerThan(known: Instance, state: TargetState): Instance[] {
  const { version } = factsOf(known);
  return instancesOf(state).filter(
    (each) => each.state === 'running' && compare(factsOf(each).version, version) > 0,
  );
}

/** All three digests, as `Release` says. */
function sameRelease({ release }: Instance, other: Release): boolean {
  const digest = ({ application, version, artifact, configuration }: typeof other): string =>
    canonicalJson({ application, version, artifact, configuration });
  return digest(release) === digest(other);
}

/**
 * The version in which a server has a release already. One that only some servers of the fleet have is deployed anew,
 * so that all get the same.
 */
export function keptInstance(
  state: TargetState,
  fleet: readonly TargetState[],
  release: Release,
): Instance | undefined {
  const find = (of: TargetState): Instance | undefined =>
    usable(of).find((each) => sameRelease(each, release));
  return fleet.every(find) ? find(state) : undefined;
}
