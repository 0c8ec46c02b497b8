import { hostname } from 'node:os';
import type { HeldLock } from '../../deploy/lock';

/** Without an owner to ask, a lease as long as those of this program. */
const leaseMs = 30_000;

/** Whether a lock's holder has stopped renewing it, or was a process of this machine that has ended. */
export function isGone({ owner, sinceRenewalMs }: HeldLock): boolean {
  if (sinceRenewalMs > (owner?.leaseMs ?? leaseMs)) return true;
  return owner?.actor.machine === hostname() && !isRunning(owner.actor.processId);
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
