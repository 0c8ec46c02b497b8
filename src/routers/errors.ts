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
 *
 * Addresses of keepalived, each with `host` and `instance`: `noInstance` (no vrrp_instance has the `address`; `known`);
 * `notRoot` (neither root nor sudo without a password); `inFault` (keepalived takes part in no election there);
 * `notPreempting` (`nopreempt` keeps a higher priority from taking the address); `syncGroup` (moves only with the rest
 * of its `group`); `noTrackFile` (nothing that a priority can be changed by); `noHeadroom` (others have `priority`,
 * and more is not possible). Besides: `notHeld`, `heldTwice` (nobody, or several have the `address`: `hosts`).
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
  | 'refused'
  | 'noInstance'
  | 'notRoot'
  | 'inFault'
  | 'notPreempting'
  | 'syncGroup'
  | 'noTrackFile'
  | 'noHeadroom'
  | 'notHeld'
  | 'heldTwice';

export class RouterError extends SwapdeckError<RouterErrorReason> {}
