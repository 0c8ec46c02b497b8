import { SwapdeckError } from '../util/errors';

/**
 * Why a configuration can't be used although its text is right, or why it can't be read.
 *
 * - `notFound`: no `swapdeck.yaml`; `details.directory` is where the search began.
 * - `unreadable`: `details.file`, `details.code` (such as `EACCES`).
 * - `variableMissing`, `secretMissing`, `valueMissing`: nothing to fill a placeholder with; `details.name`, and
 *   for a secret `details.variable`, which stands in for it in a pipeline.
 * - `badPlaceholder`: `details.placeholder`.
 * - `badAddress`: an address that is none after its placeholders were filled in; `details.address` is the text
 *   before that.
 * - `invalid`: `details.file` has `details.errors` errors.
 * - `unknownJvm`, `ambiguousJvm`: `details.name` is the name of no JVM, or of several; `details.known` are those to
 *   choose from.
 * - `unsupportedRoute`: the JVM `details.name` is in a pod.
 */
export type ConfigErrorReason =
  | 'notFound'
  | 'unreadable'
  | 'variableMissing'
  | 'secretMissing'
  | 'valueMissing'
  | 'badPlaceholder'
  | 'badAddress'
  | 'invalid'
  | 'unknownJvm'
  | 'ambiguousJvm'
  | 'unsupportedRoute';

export class ConfigError extends SwapdeckError<ConfigErrorReason> {}
