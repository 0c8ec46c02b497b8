import { join } from 'node:path';
import * as vscode from 'vscode';
import { stateFolder } from '../../../environments/stateFolder';
import { migrateWar } from '../../../targets/tomcat/migrate';
import { AbortedError } from '../../../util/errors';
import type { App } from '../../app';
import { t } from '../../text';

/**
 * Converts a WAR to `jakarta.servlet` beside it; `war` is its path, or asked for. `then` goes on with the new one;
 * without it the person is told where it is. Resolves to its path.
 */
export async function convertWar(app: App, war?: unknown, then?: unknown): Promise<string | undefined> {
  const file = typeof war === 'string' ? war : await chooseWar(t('Convert WAR to Jakarta EE'));
  if (file === undefined) return undefined;
  const shown = vscode.workspace.asRelativePath(file);
  const { fleet } = await app.tomcats.tree();
  // A server of this machine has the tool.
  const homes = fleet.servers.flatMap(({ server }) => server.details?.vm?.home ?? []);
  const target = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Converting {0} to Jakarta EE', shown),
      cancellable: true,
    },
    (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort(new AbortedError(shown)));
      const onLine = (message: string): void => {
        progress.report({ message });
        app.log.info(message);
      };
      const cache = join(stateFolder(process.env), 'artifacts');
      return migrateWar({ war: file, homes, cache, onLine, log: app.log }, abort.signal);
    },
  );
  if (typeof then === 'function') await (then as (converted: string) => unknown)(target);
  else
    app.notifier.tell('info', {
      title: t('{0} was converted to {1}.', shown, vscode.workspace.asRelativePath(target)),
      detail: t(
        'Let "war" in swapdeck.yaml name it, and convert it again after each build, or build for jakarta.servlet.',
      ),
      next: [{ id: 'openConfiguration', title: t('Open swapdeck.yaml') }],
    });
  return target;
}

export async function chooseWar(title: string): Promise<string | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      canSelectMany: false,
      filters: { [t('Web applications')]: ['war'] },
    })) ?? [];
  return chosen?.fsPath;
}
