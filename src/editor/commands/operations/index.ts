import type { App } from '../../app';

/** Commands of operations. Each loads what it needs when it is first called. */
export const operationHandlers = {
  'swapdeck.restartNodes': async (app: App, node?: unknown) =>
    (await import('./fleet')).restartNodes(app, node),
  'swapdeck.drainNode': async (app: App, node?: unknown) => (await import('./fleet')).drainNode(app, node),
  'swapdeck.moveAddress': async (app: App, node?: unknown) =>
    (await import('./address')).moveAddress(app, node),
  'swapdeck.moveAddressHere': async (app: App, node?: unknown) =>
    (await import('./address')).moveAddress(app, node),
  'swapdeck.activateNode': async (app: App, node?: unknown) =>
    (await import('./fleet')).activateNode(app, node),
  'swapdeck.renewCertificate': async (app: App, node?: unknown) =>
    (await import('./certificate')).renewCertificate(app, node),
};
