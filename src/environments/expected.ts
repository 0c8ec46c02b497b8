import type { Inspection, Intent, Release } from '../contracts/deploy';
import type { AuditRecord } from '../contracts/deployRecord';
import { EnvironmentError } from './errors';

/** What should be live, as the audit log tells. */
export interface Expected {
  /** Absent where nothing was deployed yet, or a release was pulled: what takes over is not recorded. */
  readonly release?: Release;
  /** Targets that were left out when it went live, or was gone back to. */
  readonly without: readonly string[];
}

const PLACING: readonly Intent[] = ['deploy', 'rollback', 'switch'];

/** Pure. The newest record first. */
export function expectedOf([record, ...older]: readonly AuditRecord[]): Expected {
  if (!record) return { without: [] };
  const { intent, outcome, release, from, without = [] } = record;
  if (outcome === 'done')
    return PLACING.includes(intent) ? { release, without } : { without: expectedOf(older).without };
  const before = expectedOf(older);
  const back = before.release ?? from;
  return { ...(back && { release: back }), without: [...new Set([...before.without, ...without])] };
}

/** The artifact of what someone else deployed. */
const UNKNOWN = 'unknown';

/** A release that runs somewhere, by its version. Throws `EnvironmentError` `noRelease`. */
export function runningRelease(version: string, { targets }: Inspection): Release {
  const running = targets
    .flatMap(({ live, older }) => [...(live ? [live] : []), ...older])
    .filter(({ state, release }) => state === 'running' && release.artifact !== UNKNOWN)
    .map(({ release }) => release);
  const found = running.find((each) => each.version === version);
  if (found) return found;
  const known = [...new Set(running.map((each) => each.version))].join(', ');
  throw new EnvironmentError('noRelease', 'no such release runs', { version, known });
}
