import * as vscode from 'vscode';
import { AbortedError } from '../../../util/errors';
import type { App } from '../../app';
import { t } from '../../text';
import { protectedAt } from '../../tomcats/place';
import { chooseServer, pathOf, serverOf, versionOf } from './choose';

export async function refresh(_: App, node?: unknown): Promise<void> {
  await serverOf(node)?.ask();
}

export async function refreshAll(app: App): Promise<void> {
  const { fleet } = await app.tomcats.tree();
  await vscode.window.withProgress({ location: { viewId: 'swapdeck.tomcats' } }, () => fleet.askAll());
}

export function cancel(_: App, node?: unknown): void {
  serverOf(node)?.cancel();
}

/** Every thread of a server's JVM as a document. */
export async function threadDump(app: App, node?: unknown): Promise<vscode.TextDocument | undefined> {
  const chosen = await chooseServer(app, node, t('Thread Dump'));
  if (!chosen) return undefined;
  const { server } = chosen;
  const tree = await app.tomcats.tree();
  const lines = await cancellable(t('Asking {0} for its threads', server.name), (signal) =>
    server.perform<string[]>((calls) => calls.threadDump(), signal),
  );
  const at = new Date().toISOString().slice(0, 19).replaceAll(':', '.').replace('T', ' ');
  return tree.documents.show(`/${server.name} ${at}.threaddump`, `${lines.join('\n')}\n`);
}

/** Applications that were stopped and still are in memory. The server collects all garbage for that. */
export async function findLeaks(app: App, node?: unknown): Promise<void> {
  const chosen = await chooseServer(app, node, t('Find Leaks'));
  if (!chosen) return;
  const { server } = chosen;
  const environments = protectedAt((await app.tomcats.tree()).placeOf(chosen));
  const detail = t(
    'The server collects all garbage first: requests may wait meanwhile. {0} is protected.',
    environments.join(', '),
  );
  if (
    environments.length > 0 &&
    !(await app.dialogs.confirm(t('Find leaks on {0}?', server.name), detail, t('Find Leaks')))
  )
    return;
  const lines = await cancellable(t('Looking for leaks on {0}', server.name), (signal) =>
    server.perform<string[]>((calls) => calls.findLeaks(), signal),
  );
  const leaks = lines.filter((line) => line.trim() !== '');
  if (leaks.length === 0)
    app.notifier.tell('info', { title: t('No application leaks memory on {0}.', server.name), next: [] });
  else
    app.notifier.tell('warning', {
      title: t('Stopped applications are still in the memory of {0}: {1}.', server.name, leaks.join(', ')),
      detail: t('Something holds their class loader; only a restart of the server frees it.'),
      next: [],
    });
}

/** Opens the page that users without a session get. */
export async function openContext(app: App, node?: unknown): Promise<void> {
  const chosen = pathOf(node) ?? versionOf(node);
  if (!chosen) return;
  const tree = await app.tomcats.tree();
  if (!tree.isReachable(chosen)) return;
  const path = chosen.kind === 'path' ? chosen.context.path : chosen.version.path;
  const { origin } = new URL(chosen.server.calls.manager.url);
  await vscode.env.openExternal(vscode.Uri.parse(`${origin}${path === '/' ? '' : path}/`));
}

async function cancellable<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort(new AbortedError(title)));
      return work(abort.signal);
    },
  );
}
