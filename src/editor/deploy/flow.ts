import * as vscode from 'vscode';
import type { Intent, Plan } from '../../contracts/deploy';
import { DeployError } from '../../contracts/deployError';
import type { Receipt } from '../../contracts/deployRecord';
import type { DeployedApplication } from '../../environments/application';
import type { Deployable } from '../../environments/deployable';
import { EnvironmentError } from '../../environments/errors';
import { isOperation, nameOf } from '../../environments/operations';
import { AbortedError } from '../../util/errors';
import type { App } from '../app';
import type { StepContext } from '../notify';
import { t } from '../text';
import { approve, showPlan } from './approve';
import { isGone } from './holder';
import type { PlacedApplication } from './placed';
import { planTitle, verb } from './planWords';
import { stepWords } from './progress';
import { RunningDeployment, type RunningStepState } from './running';
import { tellReceipt } from './tellReceipt';

export type MakePlan<D extends Deployable> = (deployable: D, signal: AbortSignal) => Promise<Plan>;

/**
 * A version that hosts keep is gone back to, one that is new there is brought; without one, a deployment builds the
 * workspace.
 */
export function planOf(
  intent: Intent,
  version: string | undefined,
  isNew = false,
): MakePlan<DeployedApplication> {
  return (application, signal) => {
    if (version === undefined || isNew) return application.plan(version, signal);
    if (intent === 'pull') return application.pullPlan(version, signal);
    return intent === 'switch'
      ? application.switchPlan(version, signal)
      : application.rollbackPlan(version, signal);
  };
}

const views = ['swapdeck.environments', 'swapdeck.deployments'] as const;

/**
 * Makes a plan, shows it, asks, executes it and tells how it went. `D` is what `placed` names. Where the world changed meanwhile the plan is made
 * and shown again. `context`: for the buttons of an error. Resolves to the receipt; undefined when nothing was done. Never rejects: errors are told.
 */
export async function deployByPlan<D extends Deployable>(
  app: App,
  placed: PlacedApplication,
  title: string,
  make: MakePlan<D>,
  context: StepContext = {},
): Promise<Receipt | undefined> {
  if (isBusy(app, placed)) return undefined;
  try {
    for (;;) {
      const plan = await planned(app, placed, title, make);
      if (plan.steps.length === 0) {
        tellNothingToDo(app, plan);
        return undefined;
      }
      if (!(await approve(app, placed, plan)) || isBusy(app, placed)) return undefined;
      try {
        return await executed(app, placed, plan);
      } catch (error) {
        if (!(error instanceof DeployError) || error.reason !== 'worldChanged') throw error;
        app.notifier.error(error);
      }
    }
  } catch (error) {
    const retry = (): unknown => deployByPlan(app, placed, title, make, context);
    const down = error instanceof EnvironmentError && error.reason === 'targetDown' && error.details.target;
    const goOnWithout = (): unknown =>
      deployByPlan<D>(
        app,
        placed,
        title,
        (deployable, signal) => make(deployable.leavingOut([String(down)]), signal),
        context,
      );
    const steps = { retry, ...(down !== false && { goOnWithout }) };
    app.notifier.error(error, { ...context, deployment: placed, ...steps });
    return undefined;
  }
}

/** Makes a plan and shows it, and that is all. Never rejects: errors are told. */
export async function previewPlan<D extends Deployable>(
  app: App,
  placed: PlacedApplication,
  make: MakePlan<D>,
): Promise<void> {
  const title = t('Planning a deployment of {0} to {1}', placed.application, placed.environment);
  try {
    await showPlan(app, await planned(app, placed, title, make));
  } catch (error) {
    app.notifier.error(error, { deployment: placed, retry: () => previewPlan(app, placed, make) });
  }
}

/** Goes on with what was interrupted, or takes it back. Resolves and tells as `deployByPlan`. */
export async function recover(
  app: App,
  placed: PlacedApplication,
  how: 'resume' | 'undo',
): Promise<Receipt | undefined> {
  if (isBusy(app, placed)) return undefined;
  const { applications, notifier } = app;
  try {
    const standing = await (await applications.open(placed)).interrupted();
    if (!standing) throw new DeployError('nothingToRecover', 'no deployment was interrupted');
    const before = new Map<string, RunningStepState>();
    for (const [step, status] of standing.statuses)
      before.set(step, status === 'pending' ? 'waiting' : status === 'begun' ? 'running' : status);
    const deployment = new RunningDeployment(placed, standing.plan, how, before);
    return await run(app, deployment, (application, signal) =>
      how === 'resume' ? application.resume(signal) : application.undo(signal),
    );
  } catch (error) {
    const retry = (): unknown => recover(app, placed, how);
    notifier.error(error, { deployment: placed, retry });
    return undefined;
  }
}

/** One deployment at a time for an application; who asks for another is shown the one that runs. */
function isBusy({ applications, notifier }: App, placed: PlacedApplication): boolean {
  const running = applications.runningOf(placed.id);
  if (!running) return false;
  notifier.tell('info', { title: t('{0} runs already.', planTitle(running.plan)), next: [] });
  void vscode.commands.executeCommand('swapdeck.deployments.focus');
  return true;
}

function planned<D extends Deployable>(
  app: App,
  placed: PlacedApplication,
  title: string,
  make: MakePlan<D>,
): Promise<Plan> {
  return withProgress(title, true, async (progress, signal) => {
    progress.report({ message: t('looking at the hosts') });
    const application = await app.applications.open(placed, signal, (stage) =>
      progress.report({ message: stage }),
    );
    await refuseUnfinished(application, signal);
    return make(application as D, signal);
  });
}

/** The engine refuses too, but only once a person has read and approved a plan. */
async function refuseUnfinished(application: Deployable, signal: AbortSignal): Promise<void> {
  const [open, held] = await Promise.all([application.interrupted(signal), application.holder(signal)]);
  if (!open || open.outcome === 'stayed' || (held && !isGone(held))) return;
  const { id, release } = open.plan;
  throw new DeployError('unfinished', `plan ${id} was interrupted`, { plan: id, version: release.version });
}

function executed(app: App, placed: PlacedApplication, plan: Plan): Promise<Receipt> {
  return run(app, new RunningDeployment(placed, plan, 'execute'), (application, signal) =>
    application.execute(plan, signal),
  );
}

async function run(
  app: App,
  deployment: RunningDeployment,
  perform: (deployable: Deployable, signal: AbortSignal) => Promise<Receipt>,
): Promise<Receipt> {
  const { applications } = app;
  const { plan, how } = deployment;
  const doing = {
    execute: verb(plan.intent),
    resume: t('Resume'),
    undo: t('Undo'),
  }[how];
  const name = nameOf(plan.application);
  const title = t('{0}: {1} {2} in {3}', doing, name, plan.release.version, plan.environment);
  const receipt = await withProgress(title, how !== 'undo', async (progress, cancelled) => {
    const cancel = (): void => deployment.cancel();
    cancelled.addEventListener('abort', cancel, { once: true });
    let done = 0;
    const listening = deployment.onDidChange(() => {
      const over = deployment.steps.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
      const increment = (Math.max(0, over - done) / plan.steps.length) * 100;
      done = Math.max(done, over);
      progress.report({ message: stepWords(deployment), increment });
    });
    try {
      return await applications.run(deployment, perform);
    } finally {
      listening.dispose();
      cancelled.removeEventListener('abort', cancel);
    }
  });
  tellReceipt(app, deployment, receipt);
  return receipt;
}

/** Progress in both views, and in a notification with a way to cancel. */
function withProgress<T>(
  title: string,
  cancellable: boolean,
  task: (
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    signal: AbortSignal,
  ) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const work = Promise.resolve(
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable },
      (progress, token) => {
        token.onCancellationRequested(() => abort.abort(new AbortedError(title)));
        return task(progress, abort.signal);
      },
    ),
  );
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  for (const viewId of views) void vscode.window.withProgress({ location: { viewId } }, () => settled);
  return work;
}

function tellNothingToDo({ notifier }: App, { release, environment }: Plan): void {
  notifier.tell('info', {
    title: isOperation(release.application)
      ? t('{0} in {1}: {2} already.', nameOf(release.application), environment, release.version)
      : t('{0} {1} is live in {2} already.', release.application, release.version, environment),
    detail: t('There is nothing to do.'),
    next: [],
  });
}
