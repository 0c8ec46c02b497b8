import type { App } from '../../app';

/** Commands of Tomcats. Each loads what it needs when it is first called. */
export const tomcatHandlers = {
  'swapdeck.deployWar': async (app: App, node?: unknown, war?: unknown) =>
    (await import('./deployWar')).deployWar(app, node, war),
  'swapdeck.attachTomcat': async (app: App, node?: unknown) =>
    (await import('./hotSwap')).attachTomcat(app, node),
  'swapdeck.detachTomcat': async (app: App, node?: unknown) =>
    (await import('./hotSwap')).detachTomcat(app, node),
  'swapdeck.refreshTomcat': async (app: App, node?: unknown) => (await import('./look')).refresh(app, node),
  'swapdeck.cancelTomcat': async (app: App, node?: unknown) => (await import('./look')).cancel(app, node),
  'swapdeck.threadDump': async (app: App, node?: unknown) => (await import('./look')).threadDump(app, node),
  'swapdeck.findLeaks': async (app: App, node?: unknown) => (await import('./look')).findLeaks(app, node),
  'swapdeck.openContext': async (app: App, node?: unknown) => (await import('./look')).openContext(app, node),
  'swapdeck.startContext': async (app: App, node?: unknown) => (await import('./life')).start(app, node),
  'swapdeck.stopContext': async (app: App, node?: unknown) => (await import('./life')).stop(app, node),
  'swapdeck.reloadContext': async (app: App, node?: unknown) => (await import('./life')).reload(app, node),
  'swapdeck.expireSessions': async (app: App, node?: unknown) =>
    (await import('./life')).expireSessions(app, node),
  'swapdeck.undeployContext': async (app: App, node?: unknown) =>
    (await import('./life')).undeploy(app, node),
  'swapdeck.undeployWhenEmpty': async (app: App, node?: unknown) =>
    (await import('./whenEmpty')).undeployWhenEmpty(app, node),
  'swapdeck.refreshTomcats': async (app: App) => (await import('./look')).refreshAll(app),
  'swapdeck.convertWar': async (app: App, war?: unknown, then?: unknown) =>
    (await import('./convert')).convertWar(app, war, then),
};
