import type { Router as RouterConfig } from '../config/model';
import type { Address } from '../contracts/deploy';
import { THIS_MACHINE, type HostName } from '../contracts/deployCall';
import type { Router } from '../contracts/deployTarget';
import { apacheBalancer } from '../routers/apacheBalancer';
import { apacheTemplate } from '../routers/apacheTemplate';
import type { Ask } from '../routers/asking';
import { haproxy } from '../routers/haproxy';
import { modJk, type ModJkOptions } from '../routers/modJk';
import { nginx } from '../routers/nginx';
import { EnvironmentError } from './errors';

/** The host that a router of the configuration runs on; undefined for routers that run on none. */
export function routerHost(config: RouterConfig): HostName | undefined {
  return 'host' in config ? config.host : undefined;
}

/** `addresses` are those of targets that a router knows by their names. Throws `EnvironmentError` `unsupportedRouter`. */
export function makeRouter(
  name: string,
  config: RouterConfig,
  ask: Ask | undefined,
  addresses?: Readonly<Record<string, Address>>,
): Router {
  const asking = ask && { ask };
  switch (config.kind) {
    case 'apache-template': {
      const { host, templates, variables, command: control } = config;
      return apacheTemplate(name, { host, templates, variables, ...(control && { control }), ...asking });
    }
    case 'apache-balancer': {
      const { host, url, balancer } = config;
      return apacheBalancer(name, { host, url, balancer, ...asking });
    }
    case 'haproxy': {
      const { host, socket, backend, state: stateFile } = config;
      const kept = stateFile !== undefined && { stateFile };
      return haproxy(name, { host, socket, backend, ...kept, ...asking });
    }
    case 'nginx': {
      const { host, include, command: control } = config;
      return nginx(name, { host, include, ...(control && { control }), ...asking });
    }
    case 'mod-jk': {
      const targets = addresses && { targets: addresses };
      return modJk(name, { ...modJkOptions(config), ...targets, ...asking });
    }
    case 'floating-ip':
    case 'virtual-service':
    case 'http-route':
      throw new EnvironmentError('unsupportedRouter', `${name} is of kind ${config.kind}`, {
        name,
        kind: config.kind,
      });
  }
}

/** How a load balancer of mod_jk is reached. */
export function modJkOptions({
  url,
  worker,
  through = THIS_MACHINE,
  also,
}: Extract<RouterConfig, { kind: 'mod-jk' }>): ModJkOptions {
  return { host: through, url, worker, ...(also && { also }) };
}
