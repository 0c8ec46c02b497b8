import { SwapdeckError } from '../util/errors';

/**
 * Why a plan can't be made, or was not performed to its end.
 *
 * Planning: `foreign` (something not ours is in the way: `subject`, `target`); `unsupported` (target or router can't
 * do what the strategy needs: `problem`); `unroutable` (the router has no place for the address: `router`, `problem`);
 * `releaseGone` (what should come back is no longer kept: `version`); `invalidPlan` (a step breaks the rules: `step`,
 * `problem`); `nothingTakesOver` (a release that is to be pulled is the only one that runs: `version`, `target`).
 *
 * Calls: `unmet` (an expectation does not hold: `path`, `expected`, `found`); `deadline` (not in time: also `afterMs`);
 * `unparsable` (`parser`); `unbound` (a placeholder without a value: `name`); `noPerformer` (nobody performs such
 * calls here: `via`); `limit` (traffic got worse than allowed: `limit`, `found`).
 *
 * Execution: `worldChanged` (not as it was when the plan was made); `notApproved` (not the plan that was approved);
 * `locked` (someone else is at it: `owner`, `since`); `leaseLost` (the lock was taken away or ran out); `committed`
 * (too late to undo: `step`); `stepFailed` (`step`; `cause` says why); `undoFailed` (likewise); `journal` (records
 * that don't belong to the plan or can't be read: `problem`); `unfinished` (an earlier deployment was interrupted and is
 * to be resumed or undone first: `plan`, `version`); `nothingToRecover`.
 */
export type DeployErrorReason =
  | 'foreign'
  | 'unsupported'
  | 'unroutable'
  | 'releaseGone'
  | 'invalidPlan'
  | 'nothingTakesOver'
  | 'unmet'
  | 'deadline'
  | 'unparsable'
  | 'unbound'
  | 'noPerformer'
  | 'limit'
  | 'worldChanged'
  | 'notApproved'
  | 'locked'
  | 'leaseLost'
  | 'committed'
  | 'stepFailed'
  | 'undoFailed'
  | 'journal'
  | 'unfinished'
  | 'nothingToRecover';

export class DeployError extends SwapdeckError<DeployErrorReason> {}
