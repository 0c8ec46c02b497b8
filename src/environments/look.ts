import type { Environment, SwapdeckConfig } from '../config/model';
import type {
  Inspection,
  Instance,
  Intent,
  PlanNote,
  ProbePlan,
  Release,
  TargetState,
} from '../contracts/deploy';
import { THIS_MACHINE, type Runner } from '../contracts/deployCall';
import type { Target } from '../contracts/deployTarget';
import { mayPass } from '../contracts/transportError';
import { perform } from '../deploy/inspect';
import type { Reader } from '../deploy/reread';
import type { RouterInput } from '../deploy/strategies/input';
import { withReleases } from '../routers/addresses';
import type { Ask } from '../routers/asking';
import { routerHints } from '../routers/hints';
import type { ValueProviders } from '../config/resolve';
import type { ImageOrigin } from '../targets/docker/model';
import { DockerTarget } from '../targets/docker/target';
import type { TomcatApplication } from '../targets/tomcat/model';
import { toError } from '../util/errors';
import { dockerApplication } from './dockerApplication';
import { EnvironmentError } from './errors';
import { reachedAt, type Placed } from './lookUp';
import type { Places } from './places';
import { makeRouter } from './routers';
import { tomcatAddresses, tomcatTargets } from './tomcatApplication';

/** The header by which an application tells its release. */
const RELEASE_HEADER = 'x-release';

/** How everything of an application in an environment looks, and what a plan needs to change it. */
export interface Looked {
  readonly inspection: Inspection;
  readonly router?: RouterInput;
  readonly probe?: ProbePlan;
}

/** What a release is made of, where one is to be brought: an image's origin, or a WAR. `uncounted` as of Tomcats. */
export interface Brought extends Pick<TomcatApplication, 'war' | 'uncounted'> {
  readonly origin?: ImageOrigin;
  /** What is to be known of where it is from. */
  readonly notes?: readonly PlanNote[];
}

/** What targets and routers are made of. */
export interface Surroundings {
  readonly config: SwapdeckConfig;
  readonly places: Places;
  readonly providers: ValueProviders;
  readonly application: string;
}

/** What the application is put on. */
export async function targetsOf(
  { config, places, providers, application: name }: Surroundings,
  placed: Placed,
  { origin = { kind: 'transfer' }, ...brought }: Brought,
): Promise<Target[]> {
  const { targets, sessions = 'keep' } = placed.placement;
  if (placed.application.kind === 'war')
    return tomcatTargets(name, placed.application, { config, providers, targets }, sessions, brought);
  const application = dockerApplication(placed.application, origin);
  return Promise.all(
    targets.map(
      async (host) => new DockerTarget(host, application, await reachedAt(config, places, placed, host)),
    ),
  );
}

/** Looks at the targets and the router; only reads. */
export async function lookAround(
  { application, config, providers }: Surroundings,
  placed: Placed,
  targets: readonly Target[],
  runner: Reader,
  signal: AbortSignal | undefined,
): Promise<Looked> {
  const asked = probeOf(placed.environment);
  const { router: named } = placed;
  const addresses =
    placed.application.kind === 'war'
      ? tomcatAddresses({ config, providers, targets: placed.environment.applications[application]!.targets })
      : undefined;
  const looked = Promise.all(
    targets.map((target) =>
      perform(target.inspect(application), runner, signal).catch((error: unknown) => {
        // The others may do without it where each sends users to its newest release by itself.
        if (!target.routesItself || targets.length === 1 || !mayPass(error)) throw toError(error);
        const details = { target: target.name };
        throw new EnvironmentError('targetDown', `${target.name} can't be looked at`, details, error);
      }),
    ),
  );
  const [states, ask, read] = await Promise.all([
    looked,
    // Where nothing runs a question only has the router mark the address as one that does not answer.
    looked.then((all) => (all.some(serves) ? asked && findAsk(asked, runner, signal) : undefined)),
    // How it looks does not depend on whom it can be asked about.
    named && perform(makeRouter(named.name, named.config, undefined, addresses).read(), runner, signal),
  ]);
  const probe = asked && (ask ? asked : { ...asked, silent: true as const });
  const shown = probe && { probe };
  if (!named || !read) return { inspection: { targets: states }, ...shown };
  const router = makeRouter(named.name, named.config, ask, addresses);
  const known = states.flatMap(instancesOf).map(({ address, target, release }) => ({
    address,
    target,
    release: release.version,
  }));
  const state = withReleases(read, known);
  return { inspection: { targets: states, router: state }, router: { router, state }, ...shown };
}

/** What the targets have to say before a release is put on them. */
export async function notesOf(
  targets: readonly Target[],
  { targets: fleet }: Inspection,
  { intent, release }: { readonly intent: Intent; readonly release: Release },
  runner: Runner,
  signal: AbortSignal | undefined,
): Promise<PlanNote[]> {
  const notes = await Promise.all(
    targets.map(async (target, i) => {
      const reading = target.notes?.(fleet[i]!, { release, fleet, intent });
      return reading ? perform(reading, runner, signal) : [];
    }),
  );
  return notes.flat();
}

/** What is good to know of a router before it is switched. */
export function hintsOf(input: RouterInput | undefined): PlanNote[] {
  if (!input) return [];
  const { router, state } = input;
  return routerHints(router.kind, state).map((kind) => ({ kind, subject: router.name }));
}

/** How users reach what is in an environment, where it says so. */
export function probeOf({ probe }: Environment): ProbePlan | undefined {
  return probe && { url: probe.url, everyMs: probe.every, recognise: { by: 'header', name: RELEASE_HEADER } };
}

/** A router can be asked who serves where the live release tells; nobody knows that of a first one. */
async function findAsk(
  { url, recognise }: ProbePlan,
  runner: Reader,
  signal: AbortSignal | undefined,
): Promise<Ask | undefined> {
  try {
    await runner.perform(
      {
        via: 'http',
        from: THIS_MACHINE,
        method: 'HEAD',
        url,
        timeoutMs: 5000,
        expect: [
          { path: 'status', is: 'atLeast', value: 100 },
          { path: `headers.${RELEASE_HEADER}`, is: 'present' },
        ],
      },
      {},
      signal,
    );
    return { url, recognise };
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function serves({ live }: TargetState): boolean {
  return live?.state === 'running';
}

function instancesOf({ live, older, pending }: TargetState): Instance[] {
  return [...(live ? [live] : []), ...older, ...pending];
}
