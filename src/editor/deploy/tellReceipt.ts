import type { Receipt } from '../../contracts/deployRecord';
import { isOperation, nameOf } from '../../environments/operations';
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
  const { environment, release, intent } = plan;
  const { version } = release;
  const name = nameOf(release.application);
  const took = duration(durationMs);
  if (outcome !== 'done')
    return t('{0} {1} in {2}: {3}, {4}.', name, version, environment, outcomeText(outcome, t), took);
  const isLive = t('{0} {1} is live in {2}, {3}.', name, version, environment, took);
  return {
    deploy: isLive,
    rollback: isLive,
    switch: isLive,
    pull: t('{0} {1} is out of service in {2}, {3}.', name, version, environment, took),
    remove: t('{0} {1} was removed from {2}, {3}.', name, version, environment, took),
    move: t('{0} in {2} is at {1} now, {3}.', name, version, environment, took),
    restart: t('{1} behind {0} in {2} started again, {3}.', name, version, environment, took),
    drain: t('{1} behind {0} in {2} gets no new users, {3}.', name, version, environment, took),
    activate: t('{1} behind {0} in {2} gets users again, {3}.', name, version, environment, took),
    reload: t('{1} on {0} runs again in {2}, {3}.', name, version, environment, took),
    renew: t('{0} in {2} is served until {1}, {3}.', name, version, environment, took),
  }[intent];
}

/** At most three: what helps most comes first. */
function nextOf(
  { applications }: App,
  { placed, plan }: RunningDeployment,
  { outcome }: Receipt,
): NextStepId[] {
  switch (outcome) {
    case 'done': {
      const canGoBack =
        !isOperation(plan.application) &&
        plan.from !== undefined &&
        keptReleases(applications.status.look(placed).value).length > 0;
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
