import { SwapdeckError } from '../../util/errors';

/**
 * Why a Tomcat could not be asked through its Manager, or did not do what it was asked. `peer` is the Manager's address.
 *
 * What answers (`peer`, `status`):
 * - `unauthorized`: user or password is wrong (401).
 * - `forbidden`: the user lacks the role `manager-script`, or the Manager does not take requests from there (403).
 * - `noManager`: the server has no Manager at that address (404).
 * - `tooLarge`: something refuses a body of that size (413).
 * - `loginPage`: a page to sign in at is in front of the Manager. Details: `location` where it redirects to.
 * - `proxy`: something in between answers and not the Manager (407, 502, 503, 504). Details: `said`.
 * - `notManager`: what answers is not the Manager's text interface. Details: `said`, its beginning.
 *
 * What it says:
 * - `refused`: it said no. Details: `said`.
 * - `startFailed`: the application was deployed, or was there, and does not start. Details: `said`.
 * - `unreadable`: an answer that is not understood. Details: `said`.
 *
 * Planning:
 * - `notWar`: the file is no WAR. Details: `file`, `problem`.
 * - `wrongNamespace`: the WAR is for `javax.servlet` and the server for `jakarta.servlet`, or the other way round; most
 *   servers report success and then answer 404. Details: `target`, `server`, `namespace`, `wanted`; `file` where it is
 *   one of the workspace.
 * - `foreign`: someone else deployed a newer version, which would keep all users. Details: `subject`, `target`.
 * - `versionText`: a version that can't be part of a file's name. Details: `version`.
 * - `warChanged`: the WAR is not the one that was planned with. Details: `file`.
 *
 * Conversion to `jakarta.servlet`:
 * - `noJava`: no Java on this machine to run it with.
 * - `migrationFailed`: the tool did not convert the file. Details: `file`, `said`.
 */
export type TomcatErrorReason =
  | 'unauthorized'
  | 'forbidden'
  | 'noManager'
  | 'tooLarge'
  | 'loginPage'
  | 'proxy'
  | 'notManager'
  | 'refused'
  | 'startFailed'
  | 'unreadable'
  | 'notWar'
  | 'wrongNamespace'
  | 'foreign'
  | 'versionText'
  | 'warChanged'
  | 'noJava'
  | 'migrationFailed';

export class TomcatError extends SwapdeckError<TomcatErrorReason> {
  /** Whether it may be gone when the same is tried again in a moment: a proxy whose server is just starting. */
  get mayPass(): boolean {
    return this.reason === 'proxy' && Number(this.details.status) >= 500;
  }
}
