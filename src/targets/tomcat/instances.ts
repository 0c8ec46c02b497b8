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

/** Those of ours that run a release. */
export function runningOf(state: TargetState, release: Release): Instance[] {
  return ours(state).filter((each) => each.state === 'running' && sameRelease(each, release));
}

/** All three digests, as `Release` says. */
function sameRelease({ release }: Instance, other: Release): boolean {
  const digest = ({ application, version, artifact, configuration }: typeof other): string =>
    canonicalJson({ application, version, artifact, configuration });
  return digest(release) === digest(other);
}

/**
 * The version in which a server has a release already, where all the others of the fleet have it too or can get it
 * under that name. Else it is deployed anew, so that all get the same.
 */
export function keptInstance(
  state: TargetState,
  fleet: readonly TargetState[],
  release: Release,
): Instance | undefined {
  const isKept = fleet.every((each) => find(each, release)) || joinedVersion(fleet, release) !== undefined;
  return isKept ? find(state, release) : undefined;
}

/** What someone else deployed above a release that a server has already: it would keep all users. */
export function foreignAbove(
  state: TargetState,
  fleet: readonly TargetState[],
  release: Release,
): Instance | undefined {
  const kept = keptInstance(state, fleet, release);
  return kept && newerThan(kept, state).find((each) => factsOf(each).foreign);
}

/**
 * The version under which servers that lack a release, because they were down, get what the others of the fleet have:
 * one that would be the newest on each of them.
 */
export function joinedVersion(fleet: readonly TargetState[], release: Release): string | undefined {
  const lacking = fleet.filter((each) => !find(each, release));
  const versions = fleet.flatMap((each) => {
    const found = find(each, release);
    return found && !factsOf(found).foreign ? [factsOf(found).version] : [];
  });
  const highest = versions.sort(compare).at(-1);
  if (highest === undefined || lacking.length === 0) return undefined;
  const isNewest = (state: TargetState): boolean =>
    instancesOf(state).every((each) => compare(factsOf(each).version, highest) < 0);
  return lacking.every(isNewest) ? highest : undefined;
}

function find(state: TargetState, release: Release): Instance | undefined {
  return usable(state).find((each) => sameRelease(each, release));
}
