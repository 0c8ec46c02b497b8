import type { Environment, Placement, SwapdeckConfig } from '../config/model';
import type { Router as RouterConfig } from '../config/model';
import type { StrategyName } from '../contracts/deploy';
import { STRATEGIES } from '../contracts/deploy';
import type { HostName } from '../contracts/deployCall';
import type { ImageApplication } from './dockerApplication';
import type { WarApplication } from './tomcatApplication';
import { isLoopbackHost } from '../targets/jvm/jdwpOptions';
import { EnvironmentError } from './errors';
import type { Places } from './places';
import { routerHost } from './routers';

/** An application in an environment, as the configuration has it: everything that was named is there. */
export interface Placed {
  readonly environment: Environment;
  readonly application: ImageApplication | WarApplication;
  readonly placement: Placement;
  readonly router?: { readonly name: string; readonly config: RouterConfig };
  readonly strategy: StrategyName;
}

/** Throws `EnvironmentError` with the names there are. */
export function lookUp(
  config: SwapdeckConfig,
  { environment, application }: { readonly environment: string; readonly application: string },
): Placed {
  const place = config.environments[environment];
  if (!place)
    throw new EnvironmentError('unknownEnvironment', `no environment ${environment}`, {
      name: environment,
      known: Object.keys(config.environments).join(', '),
    });
  const kept = config.applications[application];
  if (!kept)
    throw new EnvironmentError('unknownApplication', `no application ${application}`, {
      name: application,
      known: Object.keys(config.applications).join(', '),
    });
  const placement = place.applications[application];
  if (!placement)
    throw new EnvironmentError('notPlaced', `${environment} has no ${application}`, {
      name: application,
      environment,
      known: Object.keys(place.applications).join(', '),
    });
  const known = kept.kind === 'war' ? config.tomcats : config.hosts;
  const stranger = placement.targets.find((target) => !(target in known));
  if ((kept.kind !== 'image' && kept.kind !== 'war') || stranger !== undefined)
    throw new EnvironmentError('unsupportedTarget', `${application} can't be put on ${stranger ?? 'hosts'}`, {
      name: stranger ?? application,
      kind: kept.kind,
    });
  const router = placement.router;
  return {
    environment: place,
    application: kept,
    placement,
    ...(router !== undefined && { router: { name: router, config: config.routers[router]! } }),
    strategy: strategyOf(placement, kept.kind),
  };
}

/** Web applications in Tomcat are versions side by side, or take turns; containers have routers for that. */
function strategyOf({ strategy }: Placement, kind: 'image' | 'war'): StrategyName {
  // A branch is a version side by side at a context of its own.
  if (strategy === 'branch' && kind === 'war') return 'parallel';
  const known = STRATEGIES.find((each) => each === strategy);
  const fits = kind === 'war' ? known === 'parallel' || known === 'recreate' : known !== 'parallel';
  if (known && fits) return known;
  throw new EnvironmentError('unsupportedStrategy', `${strategy} is not for ${kind}`, {
    name: strategy,
    kind,
  });
}

/**
 * How the router reaches a target: on the same machine by loopback, else by the address that was written down, or the
 * one that we reach it by too. Rejects with `EnvironmentError` `noAddress` where that is the router's own loopback, as
 * behind a forwarded port.
 */
export async function reachedAt(
  config: SwapdeckConfig,
  places: Pick<Places, 'addressOf'>,
  placed: Placed,
  target: HostName,
): Promise<string> {
  const from = placed.router && routerHost(placed.router.config);
  if (from === undefined || from === target) return '127.0.0.1';
  const written = config.hosts[target]?.reachedAt;
  if (written !== undefined) return written;
  // A host without a way to it is told as such by whoever asks it something.
  const address = await places.addressOf(target).catch(() => target);
  if (!isLoopbackHost(address)) return address;
  throw new EnvironmentError('noAddress', `${target} has no address that ${from} reaches it by`, {
    name: target,
    router: from,
    found: address,
  });
}

/** The same, with what is live stopped first, whose sessions end. */
export function inPlace(placed: Placed): Placed {
  const placement = { ...placed.placement, sessions: 'expire' as const, drain: 0 };
  return { ...placed, placement, strategy: 'recreate' };
}

/** The same with some of its targets. */
export function withTargets(placed: Placed, isPart: (name: string) => boolean): Placed {
  const { placement } = placed;
  return { ...placed, placement: { ...placement, targets: placement.targets.filter(isPart) } };
}
