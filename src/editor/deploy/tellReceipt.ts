import type { Receipt } from '../../contracts/deployRecord';
import { outcomeText } from '../../messages/deploy';
import type { Message } from '../../messages/message';
import { nextStepTitle, type NextStepId } from '../../messages/message';
import { deployedBy, proofText, receiptText } from '../../messages/receipt';
import type { App } from '../app';
import { duration, t } from '../text';
import { receiptTitle } from './planWords';
import { keptReleases } from './choose';
import type { RunningDeployment } from './running';

/** Tells how a deployment went, in one notification with what can be done next. */
export function tellReceipt(app: App, deployment: RunningDeployment, receipt: Receipt): void {
  const { placed, plan } = deployment;
  const { outcome, probe, failure } = receipt;
  const lost = probe?.lost ?? 0;
  const kind = outcome === 'done' && lost === 0 ? 'info' : outcome === 'stuck' ? 'error' : 'warning';
  const next = nextOf(app, deployment, receipt).map((id) => ({ id, title: nextStepTitle(id, t) }));
  const detail = [
    ...(failure ? [`${failure.message}.`.replace(/\.\.$/, '.')] : []),
    ...(receipt.exact === true ? [t('Everything is as it was before.')] : []),
    ...(receipt.exact === false ? [t('Not everything is as it was before.')] : []),
    probe ? proofText(probe, t) : t('Unproven: no probe watched.'),
  ].join(' ');
  const message: Message = { title: headline(deployment, receipt), detail, next };
  app.notifier.tell(kind, message, {
    deployment: placed,
    receipt: () =>
      app.deployDocuments.show(
        'receipt',
        receiptTitle(plan),
        receiptText(deployedBy(plan, app.applications.actor), receipt, t),
      ),
  });
}

function headline({ plan }: RunningDeployment, { outcome, durationMs }: Receipt): string {
  const { application, version } = plan.release;
  const { environment } = plan;
  const took = duration(durationMs);
  if (outcome === 'done' && plan.intent === 'pull')
    return t('{0} {1} is out of service in {2}, {3}.', application, version, environment, took);
  if (outcome === 'done') return t('{0} {1} is live in {2}, {3}.', application, version, environment, took);
  return t('{0} {1} in {2}: {3}, {4}.', application, version, environment, outcomeText(outcome, t), took);
}

/** At most three: what helps most comes first. */
function nextOf(
  { applications }: App,
  { placed, plan }: RunningDeployment,
  { outcome }: Receipt,
): NextStepId[] {
  switch (outcome) {
    case 'done': {
      const { value: status } = applications.status.look(placed);
      const canGoBack = plan.from !== undefined && keptReleases(status).length > 0;
      return ['showReceipt', ...(canGoBack ? (['rollBack'] as const) : []), 'showDeployments'];
    }
    case 'undone':
      return ['showReceipt', 'showDeployments'];
    case 'stayed':
    case 'interrupted':
    case 'stuck':
      return ['resumeDeployment', 'undoDeployment', 'showReceipt'];
  }
}
