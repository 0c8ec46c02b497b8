import type { RouterState } from '../contracts/deploy';

/**
 * What is good to know before a switch. `balancerForgets`, `serversForgotten`, `workersForgotten`: what is set is
 * lost with a restart or a reload. `closesKept`: connections that clients keep open are closed.
 */
export type RouterHint = 'balancerForgets' | 'serversForgotten' | 'workersForgotten' | 'closesKept';

/** The hints of a router as it was read. */
export function routerHints(kind: string, { facts }: RouterState): RouterHint[] {
  switch (kind) {
    case 'apache-template':
    case 'nginx':
      return ['closesKept'];
    case 'apache-balancer':
      return facts?.persists === true ? [] : ['balancerForgets'];
    case 'haproxy':
      return facts?.stateFile === undefined ? ['serversForgotten'] : [];
    case 'mod-jk':
      return ['workersForgotten'];
    default:
      return [];
  }
}
