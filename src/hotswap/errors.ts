import { SwapdeckError, toError } from '../util/errors';

/**
 * Why the inner loop could not do its work.
 * `notAttached`: no JVM of that id. `alreadyAttached`. `detached`: the session was ended meanwhile.
 * `unknownOutcome`: the connection was cut while the JVM redefined classes; compared at the next attach.
 * `held`: a debugger is attached already, so the JVM does not listen; `details.port`.
 * `unsupported`: the JVM can't redefine classes. `noClassRoots`: no compiled classes were found.
 * `notTakenBack`: another JVM of the group did not take a swap, and here it could not be put back; `details.classes`.
 * `groupIncomplete`: another JVM that was to be swapped together with this one could not be reached; `details.cause`.
 * `watch`: a class root can't be watched; `details.path`. `noThread`: no thread of the JVM came by to work in.
 */
export type HotSwapErrorReason =
  | 'notAttached'
  | 'alreadyAttached'
  | 'detached'
  | 'unknownOutcome'
  | 'held'
  | 'unsupported'
  | 'noClassRoots'
  | 'notTakenBack'
  | 'groupIncomplete'
  | 'watch'
  | 'noThread';

export class HotSwapError extends SwapdeckError<HotSwapErrorReason> {}

/** Whatever was thrown, as an error with a reason: one thrown on purpose as it is, another as `unexpected`. */
export function asSwapdeckError(thrown: unknown): SwapdeckError {
  if (thrown instanceof SwapdeckError) return thrown as SwapdeckError;
  return new SwapdeckError('unexpected', toError(thrown).message, {}, thrown);
}
