import * as vscode from 'vscode';
import type { App } from '../app';
import type { CommandId } from '../contributions';
import { t } from '../text';
import { attach, detach, resumeJvm, retry } from './attach';
import { closeComparison, compareAgain, compareWithRunning, makeEqual, openComparison } from './compare';
import { containerHandlers } from './containers';
import { deployHandlers } from './deployments';
import { clearSwapFilter, filterSwaps } from './filterSwaps';
import { openClass, openConfiguration } from './open';
import { compareClass } from './compareClass';
import { operationHandlers } from './operations';
import { tomcatHandlers } from './tomcats';
import { chooseRestartTask, restartJvm } from './restartJvm';
import { cancel, pause, swapNow, unpause } from './swap';
import { openSwappedClass, redoSwap, undoAll, undoSwap } from './undo';
import { undoEdit } from './undoEdit';
import type { EnvironmentsNode } from '../views/environments';

type Handler = (app: App, ...args: never[]) => unknown;

const handlers: Readonly<Record<CommandId, Handler>> = {
  'swapdeck.attach': attach,
  'swapdeck.detach': detach,
  'swapdeck.retry': retry,
  'swapdeck.resumeJvm': resumeJvm,
  'swapdeck.swapNow': swapNow,
  'swapdeck.previewSwap': async (app, node?: unknown) => (await import('./preview')).previewSwap(app, node),
  'swapdeck.compareClass': compareClass,
  'swapdeck.undoEdit': undoEdit,
  'swapdeck.restartJvm': restartJvm,
  'swapdeck.chooseRestartTask': chooseRestartTask,
  'swapdeck.cancel': cancel,
  'swapdeck.compareWithRunning': compareWithRunning,
  'swapdeck.compareAgain': compareAgain,
  'swapdeck.makeEqual': makeEqual,
  'swapdeck.openComparison': openComparison,
  'swapdeck.closeComparison': closeComparison,
  'swapdeck.pause': pause,
  'swapdeck.unpause': unpause,
  'swapdeck.undoSwap': undoSwap,
  'swapdeck.redoSwap': redoSwap,
  'swapdeck.undoAll': undoAll,
  'swapdeck.openSwappedClass': openSwappedClass,
  'swapdeck.filterSwaps': filterSwaps,
  'swapdeck.clearSwapFilter': clearSwapFilter,
  'swapdeck.showSwaps': () => vscode.commands.executeCommand('swapdeck.swaps.focus'),
  'swapdeck.showLog': ({ log }) => log.show(),
  'swapdeck.openConfiguration': openConfiguration,
  'swapdeck.startSample': ({ sample }) => sample.start(),
  'swapdeck.stopSample': ({ sample }) => sample.stop(),
  'swapdeck.refresh': ({ environments }, node?: EnvironmentsNode) => environments.refresh(node),
  'swapdeck.openClass': openClass,
  'swapdeck.openWalkthrough': ({ context }) =>
    vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      `${context.extension.id}#swapdeck.start`,
    ),
  ...deployHandlers,
  ...containerHandlers,
  ...operationHandlers,
  ...tomcatHandlers,
};

/** Commands that work in a folder nobody trusts yet. */
const harmless: readonly CommandId[] = [
  'swapdeck.showLog',
  'swapdeck.openConfiguration',
  'swapdeck.openWalkthrough',
];

/** Registers every command of the table; what one throws is told with its next steps. */
export function registerCommands(app: App): vscode.Disposable {
  const all = (Object.keys(handlers) as CommandId[]).map((id) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      if (!vscode.workspace.isTrusted && !harmless.includes(id)) {
        app.notifier.tell('warning', {
          title: t('Swapdeck does this only in a trusted workspace.'),
          next: [],
        });
        return undefined;
      }
      try {
        return await (handlers[id] as (app: App, ...args: unknown[]) => unknown)(app, ...args);
      } catch (error) {
        app.notifier.error(error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...all);
}
