import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../util/disposables';
import type { App } from '../app';
import type { ContextKeys } from '../contextKeys';
import { warnOfEnding } from '../operations/warnOfEnding';
import { t } from '../text';
import { planTitle } from './planWords';

/** Connects deployments with the keys of the menus and with the person who is asked after cancelling. */
export function connectDeployments(app: App, keys: ContextKeys): Disposable {
  const { applications, deployments, deployDocuments, dialogs } = app;
  const store = new DisposableStore();
  const update = (): void => {
    keys.set('swapdeck.applications', applications.deployable.length > 0);
    keys.set('swapdeck.deploying', applications.running.length > 0);
  };
  store.add(applications.onDidChange(update));
  store.add(applications.onDidEnd(update));
  store.add(warnOfEnding(app));
  store.add(deployments.onDidGroup((grouped) => keys.set('swapdeck.deploymentsGrouped', grouped)));
  store.add(deployDocuments.onDidChangePending((uris) => keys.set('swapdeck.pendingPlans', uris)));
  applications.decide = async ({ plan }) => {
    const choices = [
      { title: t('Undo All'), value: 'undo' as const },
      { title: t('Stay Here'), value: 'stay' as const },
    ];
    const text = t('{0} was stopped. Take back what was done, or stay here?', planTitle(plan));
    // Put aside, it stays: it can be resumed or undone at any time.
    return (await dialogs.show('warning', text, choices)) ?? 'stay';
  };
  applications.approvals = async (plan, needed) => {
    const names = await vscode.window.showInputBox({
      title: t('Who approved: {0}?', planTitle(plan)),
      prompt:
        needed === 1
          ? t('Somebody else must approve it. Type their name; it is kept in the audit log.')
          : t(
              '{0} others must approve it. Type their names, with commas; they are kept in the audit log.',
              needed,
            ),
      ignoreFocusOut: true,
    });
    return (names ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
  };
  update();
  return store;
}
