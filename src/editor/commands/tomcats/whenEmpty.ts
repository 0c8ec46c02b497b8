import * as vscode from 'vscode';
import { systemClock } from '../../../contracts/clock';
import { emptyInMinutes } from '../../../targets/tomcat/details';
import { waitUntilEmpty } from '../../../targets/tomcat/fleet/whenEmpty';
import { AbortedError } from '../../../util/errors';
import type { App } from '../../app';
import { t } from '../../text';
import { minutes, nodeName, sessionCount } from '../../tomcats/words';
import { versionOf } from './choose';
import { foreignWords, fresh, protection } from './life';

/** The longest wait that is offered, in minutes: two weeks. */
const LONGEST = 14 * 24 * 60;

/** Undeploys a version once its last session has gone; gives up at a deadline, and leaves it as it is then. */
export async function undeployWhenEmpty(app: App, node?: unknown): Promise<void> {
  const chosen = versionOf(node);
  if (!chosen) return;
  const { server } = chosen;
  const name = nodeName(chosen);
  const tree = await app.tomcats.tree();
  const version = await fresh(chosen);
  const typed = await app.dialogs.input({
    title: t('Undeploy {0} When Empty', name),
    prompt: t('Wait at most so many minutes for its last session to end. Then it is left as it is.'),
    value: '60',
    validateInput: (text) =>
      Number(text) > 0 && Number(text) <= LONGEST ? undefined : t('Minutes, 1 to {0}.', LONGEST),
  });
  if (typed === undefined) return;
  const deadline = Number(typed);
  const left = leftWords(chosen);
  const detail = [
    version.sessions === 0
      ? t('It has no session now.')
      : t('{0} now. {1}', sessionCount(version.sessions), left),
    version.isNewest ? t('It gets all new users: it will hardly ever be empty.') : '',
    t('It is stopped then, and its files are removed from the server.'),
    foreignWords(version),
    await protection(app, chosen),
  ];
  const question = t('Undeploy {0} when its last session has ended?', name);
  if (!(await app.dialogs.confirm(question, detail.filter(Boolean).join('\n\n'), t('Undeploy When Empty'))))
    return;
  const remaining = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Undeploying {0} when it is empty', name),
      cancellable: true,
    },
    (progress, token) =>
      tree.during(chosen, t('waits until it is empty'), async () => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort(new AbortedError(name)));
        const onSessions = (sessions: number): void => {
          progress.report({
            message: [sessionCount(sessions), leftWords(chosen)].filter(Boolean).join(', '),
          });
          void server.ask();
        };
        const waiting = { clock: systemClock, deadlineMs: deadline * 60_000, onSessions };
        const sessions = await waitUntilEmpty(server, version, waiting, abort.signal);
        if (sessions === 0) await server.perform((calls) => calls.undeploy(version), abort.signal);
        return sessions;
      }),
  );
  if (remaining > 0)
    app.notifier.tell(
      'warning',
      {
        title: t('{0} still has {1} after {2}.', name, sessionCount(remaining), minutes(deadline)),
        detail: t('It was left as it is.'),
        next: [{ id: 'retry', title: t('Wait Again') }],
      },
      { retry: () => undeployWhenEmpty(app, chosen) },
    );
}

/** How long its sessions last at most, as far as that is known. */
function leftWords({ server, version }: NonNullable<ReturnType<typeof versionOf>>): string {
  const info = server.sessionsOf(version);
  const left = info && emptyInMinutes(info);
  if (left === undefined || left === 0) return '';
  return left === null ? t('its sessions never end') : t('unused, they end within {0}', minutes(left));
}
