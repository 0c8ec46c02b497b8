import type { Intent, Release } from '../contracts/deploy';
import type { AuditRecord } from '../contracts/deployRecord';

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
