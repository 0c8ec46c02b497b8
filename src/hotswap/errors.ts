import { SwapdeckError } from '../util/errors';

/**
 * Why the inner loop could not do its work.
 * `notAttached`: no JVM of that id. `alreadyAttached`. `detached`: the session was ended meanwhile.
 * `unknownOutcome`: the connection was cut while the JVM redefined classes; compared at the next attach.
 * `held`: a debugger is attached already, so the JVM does not listen; `details.port`.
 * `unsupported`: the JVM can't redefine classes. `noClassRoots`: no compiled classes were found.
 * `watch`: a class root can't be watched; `details.path`.
 */
export type HotSwapErrorReason =
  | 'notAttached'
  | 'alreadyAttached'
  | 'detached'
  | 'unknownOutcome'
  | 'held'
  | 'unsupported'
  | 'noClassRoots'
  | 'watch';

export class HotSwapError extends SwapdeckError<HotSwapErrorReason> {}
