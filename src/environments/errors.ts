import { SwapdeckError } from '../util/errors';

/**
 * Why an application can't be opened, built or planned where the configuration says.
 *
 * `unknownEnvironment`, `unknownApplication` (`name`, `known`); `notPlaced` (the environment does not have the
 * application: also `environment`); `unsupportedTarget`, `unsupportedRouter`, `unsupportedStrategy` (`name`, `kind`);
 * `noGit` (no version can be made up: `folder`); `buildFailed` (`command`, `code`, `said`); `noRelease` (nothing to
 * roll back to, or no such version: `version`, `known`).
 */
export type EnvironmentErrorReason =
  | 'unknownEnvironment'
  | 'unknownApplication'
  | 'notPlaced'
  | 'unsupportedTarget'
  | 'unsupportedRouter'
  | 'unsupportedStrategy'
  | 'noGit'
  | 'buildFailed'
  | 'noRelease';

export class EnvironmentError extends SwapdeckError<EnvironmentErrorReason> {}
