import * as vscode from 'vscode';
import type { Plan } from '../../contracts/deploy';
import { renderPlan } from '../../deploy/render';
import { Deferred } from '../../util/async';
import type { App } from '../app';
import { t } from '../text';
import type { PlacedApplication } from './placed';
import { isOperation, nameOf } from '../../environments/operations';
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
  const title = questionOf(plan);
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

function questionOf({ intent, release, environment }: Plan): string {
  const { version } = release;
  const name = nameOf(release.application);
  return {
    deploy: t('Deploy {0} {1} to {2}?', name, version, environment),
    rollback: t('Roll {0} back to {1} in {2}?', name, version, environment),
    switch: t('Send all users of {0} in {2} to {1}?', name, version, environment),
    pull: t('Pull {0} {1} out of service in {2}?', name, version, environment),
    remove: t('Remove {0} {1} from {2}?', name, version, environment),
    move: t('Move {0} to {1} in {2}?', name, version, environment),
    restart: t('Restart {1} behind {0} in {2}?', name, version, environment),
    drain: t('Drain {1} behind {0} in {2}?', name, version, environment),
    activate: t('Send users to {1} behind {0} in {2} again?', name, version, environment),
    reload: t('Reload {1} on {0} in {2}?', name, version, environment),
    renew: t('Renew {0} in {2}, until {1}?', name, version, environment),
  }[intent];
}

/** What will change for users, in a sentence or two. */
function effect(plan: Plan): string {
  const { targets, probe, notes } = plan;
  const where = targets.join(', ');
  const proof = probe
    ? t('Requests to {0} are counted meanwhile.', probe.url)
    : t('No probe watches: lost requests will not be seen.');
  const gap = notes.some(({ kind }) => kind === 'interrupts')
    ? ` ${t('Users are without an answer for a while.')}`
    : '';
  const what = isOperation(plan.application) ? t('It is about {0}.', where) : replacement(plan, where);
  return `${what}${gap} ${proof}`;
}

function replacement({ intent, from, release, router, strategy }: Plan, where: string): string {
  if (intent === 'pull' || intent === 'remove') return t('It is taken from {0}.', where);
  const through = router === undefined ? '' : ` ${t('Users come through {0}.', router)}`;
  const what = from
    ? t('{0} takes the place of {1} on {2}, {3}.', release.version, from.version, where, strategy!)
    : t('{0} is the first release on {1}.', release.version, where);
  return `${what}${through}`;
}

function offer(plan: Plan): string {
  const count = plan.steps.length;
  return `${t('The plan is ready: {0}, {1} steps.', planTitle(plan), count)} ${effect(plan)}`;
}
