import * as vscode from 'vscode';
import type { Plan } from '../../contracts/deploy';
import { renderPlan } from '../../deploy/render';
import { Deferred } from '../../util/async';
import type { App } from '../app';
import { t } from '../text';
import type { PlacedApplication } from './placed';
import { planTitle, verb } from './planWords';

type Answer = 'execute' | 'discard';

/** Opens the preview of a plan. */
export async function showPlan({ deployDocuments }: App, plan: Plan): Promise<vscode.Uri> {
  const { uri } = await deployDocuments.show('plan', planTitle(plan), renderPlan(plan));
  return uri;
}

/**
 * Shows a plan and resolves to whether a person wants it executed. A notification asks, and so do the buttons in the
 * document's title, which stay for as long as nobody answered; then the environment's protection asks once more.
 */
export async function approve(app: App, placed: PlacedApplication, plan: Plan): Promise<boolean> {
  const { deployDocuments, dialogs } = app;
  const uri = await showPlan(app, plan);
  let answered = new Deferred<Answer>();
  deployDocuments.wait(uri, { answer: (how) => answered.resolve(how) });
  const choices = [
    { title: verb(plan.intent), value: 'execute' as const },
    { title: t('Discard'), value: 'discard' as const },
  ];
  void dialogs.show('info', offer(plan), choices).then((answer) => {
    if (answer) deployDocuments.answer(uri, answer);
  });
  while ((await answered.promise) === 'execute') {
    if (await isSure(app, placed, plan)) return true;
    // The preview goes on waiting.
    answered = new Deferred<Answer>();
    deployDocuments.wait(uri, { answer: (how) => answered.resolve(how) });
  }
  return false;
}

async function isSure({ dialogs }: App, placed: PlacedApplication, plan: Plan): Promise<boolean> {
  const { environment } = placed;
  const { protection } = placed.configuration.config!.environments[environment]!;
  const { application, version } = plan.release;
  const title = {
    deploy: t('Deploy {0} {1} to {2}?', application, version, environment),
    rollback: t('Roll {0} back to {1} in {2}?', application, version, environment),
    switch: t('Send all users of {0} in {2} to {1}?', application, version, environment),
  }[plan.intent];
  if (protection === 'none') return true;
  if (protection === 'confirm') return dialogs.confirm(title, effect(plan), verb(plan.intent));
  const typed = await vscode.window.showInputBox({
    title,
    prompt: t('{0} Type the name of the environment to go on.', effect(plan)),
    placeHolder: environment,
    ignoreFocusOut: true,
    validateInput: (text) => (text === environment ? undefined : t('Type "{0}".', environment)),
  });
  return typed === environment;
}

/** What will change for users, in a sentence or two. */
function effect({ from, release, targets, router, strategy, probe, notes }: Plan): string {
  const where = targets.join(', ');
  const through = router === undefined ? '' : ` ${t('Users come through {0}.', router)}`;
  const what = from
    ? t('{0} takes the place of {1} on {2}, {3}.', release.version, from.version, where, strategy)
    : t('{0} is the first release on {1}.', release.version, where);
  const proof = probe
    ? t('Requests to {0} are counted meanwhile.', probe.url)
    : t('No probe watches: lost requests will not be seen.');
  const gap = notes.some(({ kind }) => kind === 'interrupts')
    ? ` ${t('Users are without an answer for a while.')}`
    : '';
  return `${what}${through}${gap} ${proof}`;
}

function offer(plan: Plan): string {
  const count = plan.steps.length;
  return `${t('The plan is ready: {0}, {1} steps.', planTitle(plan), count)} ${effect(plan)}`;
}
