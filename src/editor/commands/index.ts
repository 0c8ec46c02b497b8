import * as vscode from 'vscode';
import type { App } from '../app';
import type { CommandId } from '../contributions';
import { t } from '../text';
import { containerHandlers } from './containers';
import { deployHandlers } from './deployments';
import { operationHandlers } from './operations';
import { tomcatHandlers } from './tomcats';
import type { EnvironmentsNode } from '../views/environments';

type Handler = (app: App, ...args: never[]) => unknown;

/** A command whose code is loaded when it is first called. */
function later<N extends string>(load: () => Promise<Record<N, Handler>>, name: N): Handler {
  return async (app, ...args) => (await load())[name](app, ...args);
}

const handlers: Readonly<Record<CommandId, Handler>> = {
  'swapdeck.attach': later(() => import('./attach'), 'attach'),
  'swapdeck.detach': later(() => import('./attach'), 'detach'),
  'swapdeck.retry': later(() => import('./attach'), 'retry'),
  'swapdeck.resumeJvm': later(() => import('./attach'), 'resumeJvm'),
  'swapdeck.swapNow': later(() => import('./swap'), 'swapNow'),
  'swapdeck.previewSwap': later(() => import('./preview'), 'previewSwap'),
  'swapdeck.compareClass': later(() => import('./compareClass'), 'compareClass'),
  'swapdeck.undoEdit': later(() => import('./undoEdit'), 'undoEdit'),
  'swapdeck.restartJvm': later(() => import('./restartJvm'), 'restartJvm'),
  'swapdeck.chooseRestartTask': later(() => import('./restartJvm'), 'chooseRestartTask'),
  'swapdeck.cancel': later(() => import('./swap'), 'cancel'),
  'swapdeck.compareWithRunning': later(() => import('./compare'), 'compareWithRunning'),
  'swapdeck.compareAgain': later(() => import('./compare'), 'compareAgain'),
  'swapdeck.makeEqual': later(() => import('./compare'), 'makeEqual'),
  'swapdeck.openComparison': later(() => import('./compare'), 'openComparison'),
  'swapdeck.closeComparison': later(() => import('./compare'), 'closeComparison'),
  'swapdeck.pause': later(() => import('./swap'), 'pause'),
  'swapdeck.unpause': later(() => import('./swap'), 'unpause'),
  'swapdeck.undoSwap': later(() => import('./undo'), 'undoSwap'),
  'swapdeck.redoSwap': later(() => import('./undo'), 'redoSwap'),
  'swapdeck.undoAll': later(() => import('./undo'), 'undoAll'),
  'swapdeck.openSwappedClass': later(() => import('./undo'), 'openSwappedClass'),
  'swapdeck.filterSwaps': later(() => import('./filterSwaps'), 'filterSwaps'),
  'swapdeck.clearSwapFilter': later(() => import('./filterSwaps'), 'clearSwapFilter'),
  'swapdeck.showSwaps': () => vscode.commands.executeCommand('swapdeck.swaps.focus'),
  'swapdeck.showLog': ({ log }) => log.show(),
  'swapdeck.openConfiguration': later(() => import('./open'), 'openConfiguration'),
  'swapdeck.startSample': ({ sample }) => sample.start(),
  'swapdeck.stopSample': ({ sample }) => sample.stop(),
  'swapdeck.refresh': ({ environments }, node?: EnvironmentsNode) => environments.refresh(node),
  'swapdeck.openClass': later(() => import('./open'), 'openClass'),
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
