import type { SwapdeckConfig } from '../config/model';

/** The load balancers of mod_jk that applications of an environment are behind. */
export function fleetsIn(config: SwapdeckConfig, environment: string): string[] {
  const placements = Object.values(config.environments[environment]?.applications ?? {});
  const routers = placements.flatMap(({ router }) => (router === undefined ? [] : [router]));
  return [...new Set(routers)].filter((name) => config.routers[name]?.kind === 'mod-jk');
}
