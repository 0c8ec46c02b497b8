import { SwapdeckError } from '../util/errors';

/**
 * Why a router can't be read or switched, or was not.
 *
 * Reading: `unreadable` (its answer is not understood: `what`); `noTemplates` (no file is called so: `templates`);
 * `unknownVariable` (neither we nor Apache have a value for it: `variable`, `file`, `line`); `unusedVariable` (no
 * template has it: `variable`); `configBroken` (its configuration test fails although nothing was changed:
 * `output`); `notIncluded` (nginx does not read the file: `file`); `noUpstream` (the file has not exactly one:
 * `file`, `count`); `noBackend` (HAProxy has no such backend, Apache no such balancer: `name`).
 *
 * Planning: `noPlace` (nothing in it can stand for the address: `name`, `address`); `oneAtATime` (it sends everybody
 * to one address: `count`); `notAnAddress` (it needs an IP address: `host`); `noValue` (a variable asks for
 * something that is not known: `variable`, `name`).
 *
 * Performing: `notRunning`; `configRejected` (the test fails with what was just written: `output`); `refused` (it
 * said no: `answer`).
 */
export type RouterErrorReason =
  | 'unreadable'
  | 'noTemplates'
  | 'unknownVariable'
  | 'unusedVariable'
  | 'configBroken'
  | 'notIncluded'
  | 'noUpstream'
  | 'noBackend'
  | 'noPlace'
  | 'oneAtATime'
  | 'notAnAddress'
  | 'noValue'
  | 'notRunning'
  | 'configRejected'
  | 'refused';

export class RouterError extends SwapdeckError<RouterErrorReason> {}
