import * as vscode from 'vscode';
import type { Receipt } from '../../contracts/deployRecord';
import type { DeployedApplication } from '../../environments/application';
import type { Ladder, Rung } from '../../environments/ladder';
import type { TomcatContexts } from '../../environments/tomcatContext';
import type { JvmSession } from '../../hotswap/model';
import { rungCost, rungSessions, rungTitle } from '../../messages/ladder';
import type { App } from '../app';
import { deployByPlan } from '../deploy/flow';
import { findLadderOf, webApplicationOfAny } from '../deploy/ladder';
import type { PlacedApplication } from '../deploy/placed';
import { t } from '../text';

const icons: Readonly<Record<Rung['kind'], string>> = {
  reload: 'refresh',
  parallel: 'versions',
  recreate: 'replace-all',
};

/** Offers what brings classes live that the JVM does not take, from the least to the most, and does what is chosen. */
export async function bringLive(
  app: App,
  jvm: string,
  classNames: readonly string[],
): Promise<Receipt | undefined> {
  const session = app.jvms.session(jvm);
  const web = await webApplicationOfAny(session, classNames);
  const found = session && web && (await findLadderOf(app, session, web));
  if (!found) {
    app.notifier.tell('warning', {
      title: t('No Tomcat of swapdeck.yaml is the server of {0}.', web?.path ?? jvm),
      detail: t(
        'It is found by its machine and by the port of its Manager, in an environment that has its application.',
      ),
      next: [{ id: 'openConfiguration', title: t('Open swapdeck.yaml') }],
    });
    return undefined;
  }
  const { ladder, placedOf } = found;
  const items = ladder.rungs.map((rung) => ({
    label: `$(${icons[rung.kind]}) ${rungTitle(rung, ladder, t)}`,
    description: rungCost(rung, t),
    detail: rungSessions(rung, t),
    rung,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: t(
      'Bring {0} live',
      classNames.length === 1 ? classNames[0]! : t('{0} classes', classNames.length),
    ),
    placeHolder: t('What the JVM does not take comes live with its application'),
  });
  const placed = chosen && placedOf(chosen.rung.subject);
  return placed && climb(app, session, placed, chosen.rung, ladder);
}

function climb(
  app: App,
  { classRoots }: JvmSession,
  placed: PlacedApplication,
  rung: Rung,
  ladder: Ladder,
): Promise<Receipt | undefined> {
  const title = t('Planning: {0}', rungTitle(rung, ladder, t));
  if (rung.kind === 'reload') {
    const folders = classRoots.filter(({ kind }) => kind === 'folder').map(({ path }) => path);
    return deployByPlan<TomcatContexts>(app, placed, title, (contexts, signal) =>
      contexts.reloadPlan(ladder.web, folders, signal),
    );
  }
  return deployByPlan<DeployedApplication>(app, placed, title, (application, signal) =>
    (rung.kind === 'recreate' ? application.inPlace() : application).plan(undefined, signal),
  );
}
