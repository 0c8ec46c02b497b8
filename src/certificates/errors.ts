import { SwapdeckError } from '../util/errors';

/**
 * Why a certificate is not put anywhere. `file` is a file of this machine.
 *
 * Files:
 * - `unreadable`: it can't be read (`file`, `code`).
 * - `notCertificate`: it holds no certificate, or is damaged (`file`).
 * - `noKey`: it holds no private key (`file`). `severalKeys`: it holds more than one, and nothing says which (`file`).
 * - `noPassword`: the key is protected and no password is given (`file`). `wrongPassword` (`file`).
 * - `unsupported`: protected in a way that is not known (`file`, `algorithm`: its object identifier, where it is known).
 * - `changed`: not what the plan was made for any more (`name`).
 *
 * What they hold:
 * - `keyMismatch`: the key is not the certificate's (`subject`, `file` of the key).
 * - `chainOrder`: each certificate must be followed by its issuer's (`order`: the right order, subjects with arrows).
 * - `chainBroken`: one that issued none of the others (`subject`).
 * - `expired`, `notYetValid` (`subject`, `at`: ISO date).
 * - `wrongName`: not for the name it is to be served for (`name`, `names`).
 * - `notServer`: not for servers (`subject`).
 * - `weak`: browsers refuse it (`subject`, `problem`: `RSA 1024`, `SHA-1`, `MD5`).
 */
export type CertificateErrorReason =
  | 'unreadable'
  | 'notCertificate'
  | 'noKey'
  | 'severalKeys'
  | 'noPassword'
  | 'wrongPassword'
  | 'unsupported'
  | 'changed'
  | 'keyMismatch'
  | 'chainOrder'
  | 'chainBroken'
  | 'expired'
  | 'notYetValid'
  | 'wrongName'
  | 'notServer'
  | 'weak';

export class CertificateError extends SwapdeckError<CertificateErrorReason> {}
