import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../util/disposables';
import type { App } from './app';
import type { ContextKeys } from './contextKeys';
import type { SwapDecorations } from './decorations';

/** Connects swaps and comparisons with what tells of them, and with the keys of the menus. */
export function connectSwaps(app: App, decorations: SwapDecorations, keys: ContextKeys): Disposable {
  const { jvms, swaps, comparisons, environments, containers, notifier } = app;
  const store = new DisposableStore();
  store.add(
    jvms.onDidSwap((record) => {
      void import('./tellSwap').then(({ tellSwap }) => tellSwap(record, app));
      // What an undo puts back is not what the source says.
      if (record.origin !== 'undo') void decorations.mark(record);
    }),
  );
  store.add(
    swaps.onDidFilter((filter) => keys.set('swapdeck.swapsFiltered', Object.keys(filter).length > 0)),
  );
  store.add(jvms.onDidFail((error) => notifier.error(error)));
  store.add(comparisons.onDidChange(() => keys.set('swapdeck.compared', comparisons.all.length > 0)));
  store.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      environments.refresh();
      containers.refresh();
    }),
  );
  return store;
}
