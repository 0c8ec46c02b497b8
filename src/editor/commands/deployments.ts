import type { App } from '../app';

/** Commands of deployments. Each loads what it needs when it is first called. */
export const deployHandlers = {
  'swapdeck.deploy': async (app: App, node?: unknown, version?: unknown) =>
    (await import('./deploy')).deploy(app, node, version),
  'swapdeck.rollBack': async (app: App, node?: unknown, version?: unknown) =>
    (await import('./goToRelease')).rollBack(app, node, version),
  'swapdeck.switchTraffic': async (app: App, node?: unknown, version?: unknown) =>
    (await import('./goToRelease')).switchTraffic(app, node, version),
  'swapdeck.pullRelease': async (app: App, node?: unknown, version?: unknown) =>
    (await import('./goToRelease')).pullRelease(app, node, version),
  'swapdeck.removeBranch': async (app: App, node?: unknown) =>
    (await import('./removeBranch')).removeBranch(app, node),
  'swapdeck.openPlan': async (app: App, node?: unknown, version?: unknown) =>
    (await import('./openPlan')).openPlan(app, node, version),
  'swapdeck.executePlan': async (app: App, uri?: unknown) =>
    (await import('./openPlan')).answerPlan(app, uri, 'execute'),
  'swapdeck.discardPlan': async (app: App, uri?: unknown) =>
    (await import('./openPlan')).answerPlan(app, uri, 'discard'),
  'swapdeck.cancelDeployment': async (app: App, node?: unknown) =>
    (await import('./recoverDeployment')).cancelDeployment(app, node),
  'swapdeck.resumeDeployment': async (app: App, node?: unknown) =>
    (await import('./recoverDeployment')).resumeDeployment(app, node),
  'swapdeck.undoDeployment': async (app: App, node?: unknown) =>
    (await import('./recoverDeployment')).undoDeployment(app, node),
  'swapdeck.unlock': async (app: App, node?: unknown) => (await import('./unlock')).unlock(app, node),
  'swapdeck.showHistory': async (app: App, node?: unknown) =>
    (await import('./showDeployment')).showHistory(app, node),
  'swapdeck.showApplicationLog': async (app: App, node?: unknown) =>
    (await import('./showDeployment')).showApplicationLog(app, node),
  'swapdeck.showReceipt': async (app: App, node?: unknown) =>
    (await import('./showDeployment')).showReceipt(app, node),
  'swapdeck.showTraffic': async (app: App, node?: unknown) =>
    (await import('./showDeployment')).showTraffic(app, node),
  'swapdeck.showPlan': async (app: App, node?: unknown) =>
    (await import('./showDeployment')).showDeploymentPlan(app, node),
  'swapdeck.showStepLog': async (app: App, node?: unknown) =>
    (await import('./showDeployment')).showStepLog(app, node),
  'swapdeck.groupDeployments': ({ deployments }: App) => deployments.group(true),
  'swapdeck.ungroupDeployments': ({ deployments }: App) => deployments.group(false),
  'swapdeck.refreshDeployments': ({ applications }: App, node?: { readonly placed?: never }) =>
    applications.refresh(node?.placed),
};
