import type { Instance, PlanNote, Release, RouterState, Step } from '../../contracts/deploy';
import { THIS_MACHINE, type Call, type Expectation } from '../../contracts/deployCall';
import { DeployError } from '../../contracts/deployError';
import type { Route, TargetDeployment } from '../../contracts/deployTarget';
import type { RouterInput, StrategyInput, TargetInput } from './input';

/** A target with the steps it gave for this release. */
export interface Placed extends TargetInput {
  readonly deployment: TargetDeployment;
}

/** Until users see a release. An address at which nobody answered so far may be left alone by a router for a minute. */
const SEEN_MS = 15_000;
const FIRST_MS = 75_000;

/** The weight of an instance that gets all it can. */
export const FULL = 100;

/** Asks every target for its steps. Throws what they throw: `foreign`, `releaseGone`, `unsupported`. */
export function place(input: StrategyInput, beside: boolean): Placed[] {
  const { planId, environment, application, release, options } = input;
  const { drainMs, standby, keep } = options;
  const fleet = input.targets.map(({ state }) => state);
  const { at } = input;
  const request = {
    ...{ planId, environment, application, release, beside, drainMs, standby, keep, fleet },
    ...(at !== undefined && { at }),
  };
  return input.targets.map(({ target, state }) => ({
    target,
    state,
    deployment: target.deployment(state, request),
  }));
}

export function sameRelease(a: Release, b: Release): boolean {
  return (
    a.application === b.application &&
    a.version === b.version &&
    a.artifact === b.artifact &&
    a.configuration === b.configuration
  );
}

/** Whether there is nothing to do: the release runs everywhere and all users are sent to it. */
export function isLive({ targets, router, release }: StrategyInput): boolean {
  const everywhere = targets.every(
    ({ state }) => state.live?.state === 'running' && sameRelease(state.live.release, release),
  );
  if (!everywhere || !router) return everywhere;
  const admitted = router.state.backends.filter(({ weight }) => weight > 0).map(keyOf);
  const live = targets.map(({ state }) => keyOf(state.live!));
  return admitted.length === live.length && live.every((key) => admitted.includes(key));
}

function keyOf({ address }: Pick<Instance, 'address'>): string {
  return `${address.host} ${address.port}`;
}

/** The router, or a refusal of a strategy that can't do without one. */
export function needRouter({ router }: StrategyInput, strategy: string): RouterInput {
  if (router) return router;
  throw new DeployError('unsupported', `${strategy} needs a router`, { problem: 'routerMissing', strategy });
}

export type RouteBackend = Route['backends'][number];

export function backendOf(instance: Instance, weight: number): RouteBackend {
  const { target, address, release } = instance;
  return { target, address, weight, release: release.version };
}

/** Where the router sends users, followed through the changes of one plan. */
export class RouterCourse {
  readonly #input: StrategyInput;
  readonly #router: RouterInput;
  #state: RouterState;
  #changes = 0;

  constructor(input: StrategyInput, router: RouterInput) {
    this.#input = input;
    this.#router = router;
    this.#state = router.state;
  }

  get name(): string {
    return this.#router.router.name;
  }

  /**
   * A step that sends users where `backends` say. `brings` are instances that nobody was sent to before: taking the
   * step back waits until they have finished. `proven` lets the step ask, as a user would, until the new release
   * answers: a router may report success and serve the old one. `sameAddress`: as `Route` says.
   */
  step(
    title: string,
    backends: readonly RouteBackend[],
    {
      brings = [],
      proven = false,
      sameAddress = false,
    }: { brings?: readonly Placed[]; proven?: boolean; sameAddress?: boolean } = {},
  ): Step {
    const { router } = this.#router;
    if (router.abilities.backends === 'one' && backends.filter(({ weight }) => weight > 0).length > 1)
      throw new DeployError('unsupported', `${router.name} sends users to one address`, {
        problem: 'oneBackend',
        router: router.name,
      });
    const change = router.change(
      this.#state,
      { backends, ...(sameAddress && { sameAddress }) },
      this.#input.planId,
    );
    const { after } = change;
    this.#state = after;
    const leftover = brings.flatMap((placed) => this.#drain(placed, placed.deployment.instance, after));
    return {
      id: `${router.name}/route-${++this.#changes}`,
      title,
      on: router.name,
      phase: 'route',
      do: change.do,
      verify: [...change.verify, ...(proven ? asUser(this.#input) : [])],
      undo: [...change.undo, ...leftover],
      again: 'repeat',
      ...(change.diagnose && { diagnose: change.diagnose }),
    };
  }

  /** A step that waits until an instance, to which nobody new is sent, has finished. */
  drain(placed: Placed, instance: Instance): Step[] {
    const calls = this.#drain(placed, instance, this.#state);
    if (calls.length === 0) return [];
    return [
      {
        id: `${placed.target.name}/drain`,
        title: `Wait until ${describe(instance)} has no request left`,
        on: placed.target.name,
        phase: 'drain',
        do: calls,
        verify: [],
        undo: [],
        again: 'repeat',
      },
    ];
  }

  /** What sends users back to an instance that answers again, after they met nobody there. */
  readmit({ address }: Instance): readonly Call[] {
    return this.#router.router.readmit?.(this.#state, address) ?? [];
  }

  #drain(placed: Placed, instance: Instance, state: RouterState): Call[] {
    const { router } = this.#router;
    return [
      ...(router.drained?.(state, instance.address, this.#input.options.drainMs) ?? []),
      ...(router.abilities.requests ? [] : placed.deployment.drain(instance)),
    ];
  }
}

/** Asks as a user would, until the new release answers. Nothing without a probe. */
export function asUser({ probe, release, targets }: StrategyInput): Call[] {
  if (!probe) return [];
  const { recognise, silent } = probe;
  const path = recognise.by === 'header' ? `headers.${recognise.name.toLowerCase()}` : 'body';
  const old = targets.find(({ state }) => state.live)?.state.live?.release.version;
  // Releases that don't say who they are prove at best that the old one is not asked any more.
  const silentExpect: Expectation[] =
    old === undefined || old === release.version
      ? [{ path: 'status', is: 'atMost', value: 499 }]
      : [{ path, is: recognise.by === 'header' ? 'differs' : 'lacks', value: old }];
  return [
    {
      via: 'http',
      note: silent === true ? 'as a user: the old release is gone' : 'as a user: the new release answers',
      from: THIS_MACHINE,
      method: 'GET',
      url: probe.url,
      expect:
        silent === true
          ? silentExpect
          : [{ path, is: recognise.by === 'header' ? 'equals' : 'contains', value: release.version }],
      until: { intervalMs: 50, deadlineMs: old === undefined ? FIRST_MS : SEEN_MS },
    },
  ];
}

/** `adara 3f2c1ab on web-1`. */
export function describe({ release, target }: Instance): string {
  return `${release.application} ${release.version} on ${target}`;
}

/** Puts the old instance aside, once it has drained. */
export function retire({ state, deployment }: Placed, standby: number): readonly Step[] {
  const { live } = state;
  if (!live || live.id === deployment.instance.id) return [];
  return deployment.retire(live, standby > 0 ? 'standby' : 'stop');
}

/** What every strategy has to say about its targets. */
export function commonNotes(input: StrategyInput): PlanNote[] {
  const { targets, router, probe } = input;
  const pending = targets.flatMap(({ state }) => state.pending.map(({ id, target }) => `${target}: ${id}`));
  return [
    ...(targets.every(({ state }) => !state.live) ? [{ kind: 'first' as const }] : []),
    ...(pending.length > 0 ? [{ kind: 'clearsPending' as const, subject: pending.join(', ') }] : []),
    ...(router && !probe ? [{ kind: 'unproven' as const }] : []),
  ];
}

export function prepareAll(placed: readonly Placed[]): Step[] {
  return [
    ...placed.flatMap(({ deployment }) => deployment.prepare),
    ...placed.flatMap(({ deployment }) => deployment.transfer),
  ];
}

/** Starts the new instance of a target and makes sure that it serves. */
export function bringUp({ deployment }: Placed): Step[] {
  return [...deployment.start, ...deployment.check];
}

/** What can't be taken back comes last of all. */
export function pruneAll(placed: readonly Placed[]): Step[] {
  return placed.flatMap(({ deployment }) => deployment.prune);
}

/** Lists of steps of targets, the first ones of each at once, then the second ones, and so on. */
export function together(lists: readonly (readonly Step[])[], name: string): Step[] {
  const rounds = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => {
    const steps = lists.flatMap((list) => list.slice(round, round + 1));
    return steps.length > 1 ? steps.map((step) => ({ ...step, together: `${name}-${round + 1}` })) : steps;
  }).flat();
}
