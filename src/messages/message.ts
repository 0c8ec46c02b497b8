import type { ErrorDetails } from '../util/errors';
import type { Translate } from './translate';

/** What a person can do next: a button in the editor, a line on the command line. */
export type NextStepId =
  | 'retry'
  | 'goOnWithout'
  | 'showLog'
  | 'showSwaps'
  | 'openConfiguration'
  | 'createConfiguration'
  | 'openSettings'
  | 'copyJvmArguments'
  | 'bindToLoopback'
  | 'detachOther'
  | 'checkAddress'
  | 'checkNetwork'
  | 'resume'
  | 'attach'
  | 'detach'
  | 'restartJvm'
  | 'bringLive'
  | 'undoEdit'
  | 'rebuild'
  | 'chooseJdk'
  | 'configureClasses'
  | 'compare'
  | 'fixSignIn'
  | 'compareFingerprint'
  | 'openKnownHosts'
  | 'openSshConfig'
  | 'openMavenSettings'
  | 'setValue'
  | 'freeSpace'
  | 'installTool'
  | 'resumeDeployment'
  | 'undoDeployment'
  | 'unlock'
  | 'rollBack'
  | 'showReceipt'
  | 'showDeployments'
  | 'convertWar'
  | 'renewCertificate';

export interface NextStep {
  readonly id: NextStepId;
  /** An imperative of a few words. */
  readonly title: string;
}

/** What a person reads: what happened in one sentence, why and what it means, what to do. */
export interface Message {
  readonly title: string;
  readonly detail?: string;
  readonly next: readonly NextStep[];
}

/** A message before its next steps have their words. */
export interface Draft {
  readonly title: string;
  readonly detail?: string | undefined;
  readonly next: readonly NextStepId[];
}

/** What the text of an error is made of. */
export interface Facts {
  readonly t: Translate;
  /** What a person calls the place it happened at: a JVM's name, `localhost:5005`, a host. */
  readonly where: string;
  readonly details: ErrorDetails;
}

/** One text for every reason of a union. */
export type Texts<R extends string> = Readonly<Record<R, (facts: Facts) => Draft>>;

/** A detail as text; empty when it is not there. */
export function fact({ details }: Pick<Facts, 'details'>, name: string): string {
  return details[name] === undefined ? '' : String(details[name]);
}

export function toMessage({ title, detail, next }: Draft, t: Translate): Message {
  return {
    title,
    ...(detail !== undefined && { detail }),
    next: next.map((id) => ({ id, title: nextStepTitle(id, t) })),
  };
}

export function nextStepTitle(id: NextStepId, t: Translate): string {
  return nextStepTitles[id](t);
}

const nextStepTitles: Readonly<Record<NextStepId, (t: Translate) => string>> = {
  retry: (t) => t('Try Again'),
  goOnWithout: (t) => t('Go On Without It'),
  showLog: (t) => t('Show Log'),
  showSwaps: (t) => t('Show Swaps'),
  openConfiguration: (t) => t('Open swapdeck.yaml'),
  createConfiguration: (t) => t('Create swapdeck.yaml'),
  openSettings: (t) => t('Open Settings'),
  copyJvmArguments: (t) => t('Copy JVM Arguments'),
  bindToLoopback: (t) => t('Bind the Debug Port to 127.0.0.1'),
  detachOther: (t) => t('Detach the Other Debugger'),
  checkAddress: (t) => t('Check the Address'),
  checkNetwork: (t) => t('Check Name, Network and Firewall'),
  resume: (t) => t('Resume the JVM'),
  attach: (t) => t('Attach to a JVM'),
  detach: (t) => t('Detach'),
  bringLive: (t) => t('Reload or Deploy It...'),
  restartJvm: (t) => t('Restart the JVM'),
  undoEdit: (t) => t('Undo the Edit'),
  rebuild: (t) => t('Rebuild the Classes'),
  chooseJdk: (t) => t('Choose Another JDK'),
  configureClasses: (t) => t('Name the Class Folders in swapdeck.yaml'),
  compare: (t) => t('Swap What Still Differs'),
  fixSignIn: (t) => t('Check User, Key and Agent'),
  compareFingerprint: (t) => t('Compare the Fingerprint'),
  openKnownHosts: (t) => t('Open known_hosts'),
  openSshConfig: (t) => t('Open the SSH Configuration'),
  openMavenSettings: (t) => t("Open Maven's Settings"),
  setValue: (t) => t('Set the Missing Value'),
  freeSpace: (t) => t('Check Disk Space and Permissions'),
  installTool: (t) => t('Install the Build Tool'),
  resumeDeployment: (t) => t('Resume'),
  undoDeployment: (t) => t('Undo'),
  unlock: (t) => t('Take the Lock Away'),
  rollBack: (t) => t('Roll Back'),
  showReceipt: (t) => t('Show Receipt'),
  showDeployments: (t) => t('Show Deployments'),
  convertWar: (t) => t('Convert to Jakarta EE'),
  renewCertificate: (t) => t('Renew'),
};

/** Every next step, for tables that must know them all. */
export const nextStepIds = Object.keys(nextStepTitles) as NextStepId[];
