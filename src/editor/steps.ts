import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { JVM_ARGUMENTS } from '../messages/jdwp';
import type { NextStepId } from '../messages/message';
import type { StepContext } from './notify';

/** What a button of a next step does; advice that only a person can follow has none. */
export function runStep(
  id: NextStepId,
  { retry, goOnWithout, bringLive, jvm, deployment, receipt, war, converted }: StepContext,
): (() => unknown) | undefined {
  const run =
    (command: string, ...args: unknown[]) =>
    () =>
      vscode.commands.executeCommand(command, ...args);
  switch (id) {
    case 'retry':
      return retry;
    case 'bringLive':
      return bringLive;
    case 'goOnWithout':
      return goOnWithout;
    case 'showLog':
      return run('swapdeck.showLog');
    case 'showSwaps':
      return run('swapdeck.showSwaps');
    case 'openConfiguration':
    case 'createConfiguration':
    case 'configureClasses':
    case 'checkAddress':
      return run('swapdeck.openConfiguration');
    case 'openSettings':
      return run('workbench.action.openSettings', 'swapdeck');
    case 'chooseJdk':
      return run('workbench.action.openSettings', 'swapdeck.jdks');
    case 'copyJvmArguments':
    case 'bindToLoopback':
      return () => vscode.env.clipboard.writeText(JVM_ARGUMENTS);
    case 'resume':
      return run('swapdeck.resumeJvm');
    case 'attach':
      return run('swapdeck.attach');
    case 'detach':
      return jvm === undefined ? undefined : run('swapdeck.detach');
    case 'compare':
      return run('swapdeck.swapNow');
    case 'undoEdit':
      return run('swapdeck.undoEdit');
    case 'rebuild':
      return run('workbench.action.tasks.build');
    case 'restartJvm':
      return run('swapdeck.restartJvm');
    case 'resumeDeployment':
      return deployment && run('swapdeck.resumeDeployment', deployment);
    case 'undoDeployment':
      return deployment && run('swapdeck.undoDeployment', deployment);
    case 'unlock':
      return deployment && run('swapdeck.unlock', deployment);
    case 'rollBack':
      return deployment && run('swapdeck.rollBack', deployment);
    case 'renewCertificate':
      return deployment && run('swapdeck.renewCertificate', deployment);
    case 'showReceipt':
      return receipt;
    case 'openMavenSettings':
      return run('vscode.open', vscode.Uri.file(join(homedir(), '.m2', 'settings.xml')));
    case 'convertWar':
      return war === undefined ? undefined : run('swapdeck.convertWar', war, converted);
    case 'showDeployments':
      return run('swapdeck.deployments.focus');
    case 'detachOther':
    case 'checkNetwork':
    case 'fixSignIn':
    case 'compareFingerprint':
    case 'openKnownHosts':
    case 'openSshConfig':
    case 'setValue':
    case 'freeSpace':
    case 'installTool':
      return undefined;
  }
}
