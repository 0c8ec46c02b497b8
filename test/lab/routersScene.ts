import type { RouterState } from '../../src/contracts/deploy';
import type { Router } from '../../src/contracts/deployTarget';
import { apacheBalancer } from '../../src/routers/apacheBalancer';
import { apacheTemplate } from '../../src/routers/apacheTemplate';
import type { Ask } from '../../src/routers/asking';
import { haproxy } from '../../src/routers/haproxy';
import { nginx } from '../../src/routers/nginx';
import { skip } from '../support/skip';
import { RouterLab, type Backend, type LabRouter } from './routers';
import { findRouterPrograms, type RouterPrograms } from './routersInstall';
import { RouterRunner } from './routersRunner';

export const routerKinds = ['apache-template', 'apache-balancer', 'haproxy', 'nginx'] as const;
export type RouterKind = (typeof routerKinds)[number];

/** A real router that sends everybody to one release, and ours that switches it. */
export interface RouterScene {
  readonly real: LabRouter;
  readonly router: Router;
  readonly runner: RouterRunner;
}

export interface SceneOptions {
  /** Whether switches are proven by asking; they are unless `false`. */
  readonly asks?: boolean;
  /** Ports at which other releases will be, for the router that must know them beforehand. */
  readonly spare?: readonly number[];
}

/** How users recognise a release. */
export function askAt(url: string): Ask {
  return { url: `${url}/`, recognise: { by: 'header', name: 'X-Release' } };
}

/** Starts a router of a kind that serves `first`. */
export async function scene(
  lab: RouterLab,
  kind: RouterKind,
  first: Backend,
  { asks = true, spare = [] }: SceneOptions = {},
): Promise<RouterScene> {
  const runner = new RouterRunner();
  const ask = (real: LabRouter): { ask?: Ask } => (asks ? { ask: askAt(real.url) } : {});
  switch (kind) {
    case 'apache-template': {
      const real = await lab.apacheTemplate(first.port);
      const templates = `${real.folder}/sites/*.conf.template`;
      const options = { templates, variables: { ADARA_PORT: '${port}' }, control: real.control };
      return { real, runner, router: apacheTemplate('front', { host: 'lab', ...options, ...ask(real) }) };
    }
    case 'apache-balancer': {
      const real = await lab.apacheBalancer([first.port, ...spare], { persist: true });
      const options = { url: `${real.url}/balancer-manager`, balancer: 'adara' };
      return { real, runner, router: apacheBalancer('balancer', { host: 'lab', ...options, ...ask(real) }) };
    }
    case 'haproxy': {
      const real = await lab.haproxy([first.port, 1]);
      const options = { socket: real.socket, backend: 'web' };
      return { real, runner, router: haproxy('edge', { host: 'lab', ...options, ...ask(real) }) };
    }
    case 'nginx': {
      const real = await lab.nginx(first.port);
      const options = { include: real.include, control: real.control };
      return { real, runner, router: nginx('proxy', { host: 'lab', ...options, ...ask(real) }) };
    }
  }
}

/** Who answers a user now. */
export async function releaseAt(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  await response.arrayBuffer();
  return response.headers.get('x-release') ?? `status ${response.status}`;
}

/** Ports that get users, as a router's state has them. */
export function admitted({ backends }: RouterState): string[] {
  return backends.filter(({ weight }) => weight > 0).map(({ address }) => address.port);
}

/** To be called in a `describe`: a new lab for each test, closed after it; skips where the routers can't be had. */
export function useRouterLab(): () => RouterLab {
  let programs: RouterPrograms;
  let lab: RouterLab | undefined;
  before(async function () {
    this.timeout(300_000);
    const found = await findRouterPrograms();
    if (typeof found === 'string') skip(this, found);
    programs = found;
  });
  beforeEach(async () => {
    lab = await RouterLab.create(programs);
  });
  afterEach(async () => {
    await lab?.close();
    lab = undefined;
  });
  return () => lab!;
}
