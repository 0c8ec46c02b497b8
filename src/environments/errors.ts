import { SwapdeckError } from '../util/errors';

/**
 * Why an application can't be opened, built or planned where the configuration says.
 *
 * `unknownEnvironment`, `unknownApplication` (`name`, `known`); `notPlaced` (the environment does not have the
 * application: also `environment`); `unsupportedTarget`, `unsupportedRouter`, `unsupportedStrategy` (`name`, `kind`);
 * `noGit` (no version can be made up: `folder`); `buildFailed` (`command`, `code`, `said`); `noRelease` (nothing to
 * roll back to, or no such version: `version`, `known`); `outsideWindow` (releases are not allowed now: `environment`,
 * `window`, `now`); `notPromoted` (the release was not live in the environment before: `environment`, `version`, `after`);
 * `smokeMissing` (its tests did not pass in `gate`: `environment`, `version`); `approvalsMissing` (`environment`, `wanted`,
 * `given`); `noAddress` (a router can't reach the host by the address that it is reached by from here: `name`, `router`,
 * `found`); `targetDown` (one of several targets can't be looked at, and can be left out: `target`; `cause` says why);
 * `unknownTarget` (`name`, `known`); `noTargetLeft`; `noFolder`
 * (a web application runs from its WAR, whose classes can't be changed one by one: `name`, `context`).
 *
 * Of fleets: `unknownFleet` (no such load balancer of mod_jk: `name`, `environment`, `known`); `unknownNode` (`name`,
 * `router`, `known`); `noRestart` (no command starts the node again: `name`); `lastNode` (no other node would serve:
 * `name`, `router`); `sessionsAtRisk` (sessions would not survive: `name`; `lacks`, lines of text with what is missing;
 * `unchecked`, nodes of which nobody can tell).
 *
 * Of certificates: `unknownCertificate` (`name`, `known`); `noCertificate` (the environment does not have it: also
 * `environment`).
 *
 * Of addresses: `unknownAddress` (the environment has no such address: `name`, `environment`, `known`); `unknownHost`
 * (the address can't be there, or several hosts are possible and none was said: `name`, `host`, `known`).
 *
 * Of versions: `outsideChannel` (the environment takes no releases of that name: `environment`, `version`, `rule`:
 * `prerelease` or `versions`, `wanted`); `noLatest` (no release of a repository fits: `environment`, `artifact`, `known`);
 * `notBranch` (only branches go there: `environment`, `version`); `contextTaken` (the context of a branch is another
 * application's: `name`, `version`, `context`, `other`); `noBranch` (there is no such branch: `environment`, `name`,
 * `branch`, `known`).
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
  | 'noRelease'
  | 'outsideWindow'
  | 'notPromoted'
  | 'smokeMissing'
  | 'approvalsMissing'
  | 'noAddress'
  | 'targetDown'
  | 'unknownTarget'
  | 'noTargetLeft'
  | 'noFolder'
  | 'unknownFleet'
  | 'unknownNode'
  | 'noRestart'
  | 'lastNode'
  | 'sessionsAtRisk'
  | 'unknownCertificate'
  | 'noCertificate'
  | 'unknownAddress'
  | 'unknownHost'
  | 'outsideChannel'
  | 'noLatest'
  | 'notBranch'
  | 'contextTaken'
  | 'noBranch';

export class EnvironmentError extends SwapdeckError<EnvironmentErrorReason> {}
