import * as vscode from 'vscode';
import { deployedBy, receiptText } from '../../messages/receipt';
import type { App } from '../app';
import { showPlan } from '../deploy/approve';
import { choosePlaced } from '../deploy/choose';
import { journalOf } from '../deploy/journal';
import { planTitle, receiptTitle } from '../deploy/planWords';
import { stepLog } from '../deploy/stepLog';
import { t } from '../text';
import type { DeploymentNode, DeploymentStepNode } from '../views/deploymentNodes';
import { placedOf } from './placedOf';

/** Lines of an application's log that are shown. */
const logLines = 500;

/** The deployments of an application in their view. */
export async function showHistory(app: App, node?: unknown): Promise<void> {
  const placed = placedOf(node) ?? (await choosePlaced(app, t('Show History')));
  if (placed) await app.deployments.reveal(placed);
}

/** The end of the log of what is live, of each host, as a document. */
export async function showApplicationLog(app: App, node?: unknown): Promise<void> {
  const placed = placedOf(node) ?? (await choosePlaced(app, t('Show Log of Application')));
  if (!placed) return;
  const logs = await vscode.window.withProgress({ location: { viewId: 'swapdeck.environments' } }, async () =>
    (await app.applications.openApplication(placed)).logs(logLines),
  );
  const text = logs.map(({ target, text: log }) => `# ${target}\n${log.trimEnd()}\n`).join('\n');
  await app.deployDocuments.show('log', t('log of {0} in {1}', placed.application, placed.environment), text);
}

export async function showReceipt(app: App, node?: unknown): Promise<void> {
  const { record, running } = node as DeploymentNode;
  const receipt = record?.receipt ?? running?.receipt;
  const of = record ?? (running && deployedBy(running.plan, app.applications.actor));
  if (!receipt || !of) return;
  await app.deployDocuments.show('receipt', receiptTitle(of), receiptText(of, receipt, t));
}

/** Requests by release, losses and latency: live, or as the receipt has them. */
export async function showTraffic(app: App, node?: unknown): Promise<void> {
  const { running, record, plan } = node as DeploymentNode;
  const deployment = running ?? record ?? app.applications.endedOf(plan);
  if (deployment) await app.trafficBoards.show(deployment);
}

export async function showDeploymentPlan(app: App, node?: unknown): Promise<void> {
  const deployment = node as DeploymentNode;
  const { plan } = await journalOf(app.applications, deployment);
  if (plan) await showPlan(app, plan);
  else tellNoJournal(app, deployment);
}

/** What a step did: its calls, what it bound, why it failed and what was asked then. */
export async function showStepLog(app: App, node?: unknown): Promise<void> {
  const { deployment, step } = node as DeploymentStepNode;
  const { plan, records } = await journalOf(app.applications, deployment);
  if (!plan) {
    tellNoJournal(app, deployment);
    return;
  }
  const inWindow = deployment.running ?? app.applications.endedOf(deployment.plan);
  const text = stepLog(plan, step.id, records, inWindow?.step(step.id));
  await app.deployDocuments.show('receipt', `${step.id.replaceAll('/', ' ')}, ${planTitle(plan)}`, text);
}

function tellNoJournal({ notifier }: App, { plan }: DeploymentNode): void {
  notifier.tell('info', {
    title: t('The journal of {0} is no longer kept.', plan),
    detail: t('Its receipt is all there is.'),
    next: [],
  });
}
