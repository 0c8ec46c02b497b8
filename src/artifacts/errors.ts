import { SwapdeckError } from '../util/errors';

/**
 * Why an artifact can't be had. `artifact` is `group:artifact`, `version` a version of it, `repository` the id of a
 * repository (or of the mirror in its place), `url` what was asked for, without credentials.
 *
 * - `unknownArtifact`: no repository has any version. Details: `artifact`, `asked` (the repositories' ids).
 * - `unknownVersion`: it has others. Details: `artifact`, `version`, `known` (the newest).
 * - `badVersion`: a text that can't be the version of a file. Details: `version`.
 * - `unauthorized`: the repository wants other credentials (401, 403). Details: `repository`, `url`, `status`, `user`.
 * - `unreachable`: no connection, or none that lasted. Details: `repository`, `url`, `code`.
 * - `refused`: another status than a repository gives. Details: `repository`, `url`, `status`.
 * - `unreadable`: what came is not what was asked for. Details: `repository`, `url`.
 * - `checksumMismatch`: the file is not what its checksum says. Details: `file` or `url`, `algorithm`, `wanted`, `found`.
 * - `noChecksum`: the repository has none that is known. Details: `repository`, `url`.
 * - `offline`: no repository is to be asked, or could be, and this machine has it not. Details: `artifact`, `version`,
 *   `folder`, `asked`: whether one was.
 * - `encryptedPassword`: the password of a server or a proxy is encrypted. Details: `server`, `file`.
 * - `blocked`: the settings forbid the repository. Details: `repository`, `mirror`, `url`.
 * - `settings`: the settings are no settings. Details: `file`, `code`.
 * - `notKept`: the cache can't be written. Details: `file`, `code`.
 */
export type ArtifactErrorReason =
  | 'unknownArtifact'
  | 'unknownVersion'
  | 'badVersion'
  | 'unauthorized'
  | 'unreachable'
  | 'refused'
  | 'unreadable'
  | 'checksumMismatch'
  | 'noChecksum'
  | 'offline'
  | 'encryptedPassword'
  | 'blocked'
  | 'settings'
  | 'notKept';

export class ArtifactError extends SwapdeckError<ArtifactErrorReason> {}
