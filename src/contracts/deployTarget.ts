import type {
  Address,
  Backend,
  Instance,
  Intent,
  PlanNote,
  Release,
  RouterState,
  Step,
  TargetState,
} from './deploy';
import type { Answer, Call } from './deployCall';

/**
 * Something to find out by reading calls, in rounds where later questions depend on earlier answers. `next` is pure;
 * it gets the answers to `calls` in their order and gives the result or the next round.
 */
export interface Reading<T> {
  readonly calls: readonly Call[];
  next(answers: readonly Answer[]): { readonly result: T } | { readonly more: Reading<T> };
}

/** What a target is asked to make steps for. */
export interface TargetRequest {
  readonly planId: string;
  readonly environment: string;
  readonly application: string;
  readonly release: Release;
  /** The new instance is started while the live one still runs; else the live one was put aside before. */
  readonly beside: boolean;
  /** The longest time the old instance gets to finish its requests. */
  readonly drainMs: number;
  /** How many older instances keep running, and how many stay stopped, once the plan is done. */
  readonly standby: number;
  readonly keep: number;
  /** When the plan is made, in milliseconds since the epoch, of one clock for all targets. */
  readonly at?: number;
  /** How all targets of the plan look, this one included. */
  readonly fleet?: readonly TargetState[];
}

export type NotesRequest = Required<Pick<TargetRequest, 'release' | 'fleet'>> & {
  /** `deploy` unless given. */
  readonly intent?: Intent;
};

/** Something a release is put on. Makes calls and steps, performs nothing: pure functions of what they are given. */
export interface Target {
  readonly name: string;
  /** Such as `docker`. */
  readonly kind: string;
  /** A new instance gets users as soon as it runs, old ones keep theirs (strategy `parallel`). */
  readonly routesItself?: true;
  inspect(application: string): Reading<TargetState>;
  /** What a person should know before, and what changes by itself: no part of the state. */
  notes?(state: TargetState, request: NotesRequest): Reading<readonly PlanNote[]>;
  /**
   * Throws `DeployError`: `foreign`, `unsupported`, `releaseGone` (a roll back to what is no longer kept), ...
   * Where an instance of the release exists already (standby, kept), the steps make use of it.
   */
  deployment(state: TargetState, request: TargetRequest): TargetDeployment;
  /**
   * Takes a release out of service; nothing where it does not run. Throws `DeployError` `nothingTakesOver` where no other
   * one runs.
   */
  withdraw?(state: TargetState, release: Release): readonly Step[];
  /** Takes away all that is ours of the application. All `final`. */
  removal?(state: TargetState): readonly Step[];
}

/**
 * The steps of one target, which a strategy puts in order with those of the other targets and of the router. Each
 * list may be empty. Ids begin with the target's name.
 */
export interface TargetDeployment {
  /** What will serve; its address may hold placeholders that `start` binds. */
  readonly instance: Instance;
  /** Makes room: builds, removes what an earlier failure left. Users notice nothing. */
  readonly prepare: readonly Step[];
  readonly transfer: readonly Step[];
  /** Starts the instance beside the live one. Undo takes it away. */
  readonly start: readonly Step[];
  /** Health, smoke tests, warm-up. */
  readonly check: readonly Step[];
  /** Waits until an instance has no request in flight, at most `drainMs`; reads only. */
  drain(instance: Instance): readonly Call[];
  /**
   * Puts an instance that users no longer reach aside: stopped (`stop`), or running for a roll back by router alone
   * (`standby`; often nothing to do). Undo brings it back, healthy. Removes nothing.
   */
  retire(instance: Instance, how: 'stop' | 'standby'): readonly Step[];
  /** Gives `instance` the application's name, the live one gives it up. */
  readonly adopt: readonly Step[];
  /** Stops and removes what is more than `standby` and `keep`. All `final`. */
  readonly prune: readonly Step[];
}

/** What a router can do; a strategy that needs more is refused. */
export interface RouterAbilities {
  /** `one`: a single address at a time. */
  readonly backends: 'one' | 'many';
  /** Shares other than all or nothing. */
  readonly weights: boolean;
  /**
   * `drained` counts requests. Then connections to the instance are not waited for: the router keeps idle ones for
   * later, long after nobody is sent there.
   */
  readonly requests?: true;
}

/** Where users should go: each backend's `weight` in relation to the others; one with 0 gets nobody new. */
export interface Route {
  readonly backends: readonly (Backend & { readonly target: string; readonly release: string })[];
  /** What is to get users may have the very address of what had them: who answers does not tell where they are sent. */
  readonly sameAddress?: true;
}

/**
 * One change of a router: calls as of a `Step`, with the same rules. `verify` reads back what the router does (not
 * what it was told). `undo` leads to the state the change was planned from.
 */
export interface RouteChange {
  readonly do: readonly Call[];
  readonly verify: readonly Call[];
  readonly undo: readonly Call[];
  /** As of a `Step`. */
  readonly diagnose?: readonly Call[];
  /** What `read` would find after the change; a further change of the same plan starts from here. */
  readonly after: RouterState;
}

/** What sends users to one release or another. Makes calls, performs nothing. */
export interface Router {
  readonly name: string;
  /** Such as `haproxy`. */
  readonly kind: string;
  readonly abilities: RouterAbilities;
  read(): Reading<RouterState>;
  /** Throws `DeployError` (`unsupported`, `unroutable`, ...). */
  change(state: RouterState, to: Route, planId: string): RouteChange;
  /** Waits until the router has no request in flight to an address, at most `deadlineMs`; reads only. */
  drained?(state: RouterState, address: Address, deadlineMs: number): readonly Call[];
  /**
   * Sends users at once to an address of `state` that answers again. Nobody did for a while, and users may have met that:
   * a router may leave such an address alone for some time.
   */
  readmit?(state: RouterState, address: Address): readonly Call[];
}
