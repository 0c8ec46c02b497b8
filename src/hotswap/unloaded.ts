import { VmError } from '../jdwp/error';
import { ErrorConstant } from '../jdwp/errorConstants';

/** Whether a request failed since its class was unloaded: INVALID_OBJECT or INVALID_CLASS. */
export function isUnloaded(error: unknown): boolean {
  if (!(error instanceof VmError)) return false;
  return error.error === ErrorConstant.INVALID_OBJECT || error.error === ErrorConstant.INVALID_CLASS;
}

/** For `catch`: nothing for a class that was unloaded; rethrows everything else. */
export function ifUnloaded(error: unknown): undefined {
  if (!isUnloaded(error)) throw error;
}
