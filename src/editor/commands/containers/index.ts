import type { App } from '../../app';

/** Commands of containers. Each loads what it needs when it is first called. */
export const containerHandlers = {
  'swapdeck.followLogs': async (app: App, node?: unknown) =>
    (await import('./look')).followContainerLogs(app, node),
  'swapdeck.openShell': async (app: App, node?: unknown) =>
    (await import('./look')).openContainerShell(app, node),
  'swapdeck.showUsage': async (app: App, node?: unknown) => (await import('./look')).showUsage(app, node),
  'swapdeck.inspectContainer': async (app: App, node?: unknown) =>
    (await import('./look')).inspect(app, node),
  'swapdeck.openContainerPort': async (_: App, node?: unknown) => (await import('./look')).openPort(node),
  'swapdeck.attachContainer': async (app: App, node?: unknown) =>
    (await import('./hotSwap')).attachContainer(app, node),
  'swapdeck.detachContainer': async (app: App, node?: unknown) =>
    (await import('./hotSwap')).detachContainer(app, node),
  'swapdeck.startContainer': async (app: App, node?: unknown) => (await import('./life')).start(app, node),
  'swapdeck.stopContainer': async (app: App, node?: unknown) => (await import('./life')).stop(app, node),
  'swapdeck.restartContainer': async (app: App, node?: unknown) =>
    (await import('./life')).restart(app, node),
  'swapdeck.removeContainer': async (app: App, node?: unknown) => (await import('./life')).remove(app, node),
  'swapdeck.copyName': async (_: App, node?: unknown) => (await import('./look')).copyName(node),
  'swapdeck.copyId': async (_: App, node?: unknown) => (await import('./look')).copyId(node),
  'swapdeck.refreshContainers': async (_: App, node?: unknown) => (await import('./look')).connectAgain(node),
};
