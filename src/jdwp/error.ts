import { SwapdeckError, type ErrorDetails } from '../util/errors';
import { errorConstantName } from './errorConstants';

/**
 * Why a JDWP request or connection failed.
 *
 * | reason          | meaning                                                                     | connection ends |
 * |-----------------|-----------------------------------------------------------------------------|-----|
 * | `busy`          | accepted, then closed without a byte: another debugger holds the VM (or a proxy has nothing behind it) | yes |
 * | `handshake`     | no answer, or only a part of one, to the handshake                          | yes |
 * | `notJdwp`       | answered the handshake with something else, such as an HTTP error           | yes |
 * | `packetLength`  | a length field below 11 or above the accepted maximum                       | yes |
 * | `unknownReply`  | a reply to an id that was never sent                                        | yes |
 * | `malformed`     | a body that does not have the layout of its command                         | only for an event |
 * | `closed`        | the VM closed the connection in order                                       | yes |
 * | `vmDeath`       | the VM announced its end, then closed                                       | yes |
 * | `lost`          | the transport broke; `cause` says how                                       | yes |
 * | `disposed`      | we closed the connection                                                    | yes |
 * | `timeout`       | no reply in time; a late one is dropped                                     | no |
 * | `vmError`       | the VM answered with an error constant, see `VmError`                       | no |
 *
 * `details.command` names the request that was under way, if any.
 */
export type JdwpErrorReason =
  | 'busy'
  | 'handshake'
  | 'notJdwp'
  | 'packetLength'
  | 'unknownReply'
  | 'malformed'
  | 'closed'
  | 'vmDeath'
  | 'lost'
  | 'disposed'
  | 'timeout'
  | 'vmError';

export class JdwpError extends SwapdeckError<JdwpErrorReason> {
  constructor(reason: JdwpErrorReason, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(reason, message, details, cause);
  }
}

/** The VM refused a request. `error` is the constant of the specification's table, `constant` its name. */
export class VmError extends JdwpError {
  readonly error: number;
  readonly constant: string;

  constructor(command: string, error: number) {
    const constant = errorConstantName(error);
    super('vmError', `${command}: ${constant} (${error})`, { command, error, constant });
    this.error = error;
    this.constant = constant;
  }
}
