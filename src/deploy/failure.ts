import { DeployError } from '../contracts/deployError';
import type { RecordedFailure } from '../contracts/deployRecord';
import { SwapdeckError, toError, type ErrorDetails } from '../util/errors';

/** An error as the journal keeps it. The runner has taken secrets out of it before. */
export function recordFailure(thrown: unknown): RecordedFailure {
  const error = toError(thrown);
  const details: ErrorDetails = error instanceof SwapdeckError ? error.details : {};
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(details)) if (value !== undefined) kept[name] = value;
  return {
    reason: reasonOf(error),
    message: error.message,
    details: kept,
  };
}

function reasonOf(error: Error): string {
  return error instanceof SwapdeckError ? String(error.reason) : 'failed';
}

/** Whether a lock that is no longer ours is behind it. */
export function isLeaseLost(thrown: unknown): thrown is DeployError {
  return thrown instanceof DeployError && thrown.reason === 'leaseLost';
}
