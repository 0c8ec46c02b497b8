import type {
  Intent,
  Plan,
  PlanNote,
  ProbePlan,
  Release,
  RouterState,
  Step,
  StrategyName,
  TargetState,
} from '../../contracts/deploy';
import type { HostName, WatchLimits } from '../../contracts/deployCall';
import type { Router, Target } from '../../contracts/deployTarget';

export interface TargetInput {
  readonly target: Target;
  readonly state: TargetState;
}

export interface RouterInput {
  readonly router: Router;
  readonly state: RouterState;
}

export interface StrategyOptions {
  /** The longest time an instance that gets no new requests has for those it has. */
  readonly drainMs: number;
  /** How many older instances keep running for a roll back by router alone; how many stay, stopped. */
  readonly standby: number;
  readonly keep: number;
  /** Shares of the users that get the new release, 0 to 100, rising; how long each is watched (canary). */
  readonly shares?: readonly number[];
  readonly holdMs?: number;
  /** When the new release is taken back. */
  readonly limits?: WatchLimits;
}

/** All that a plan depends on: equal inputs make equal plans. */
export interface StrategyInput {
  readonly planId: string;
  readonly environment: string;
  readonly application: string;
  readonly intent: Intent;
  readonly release: Release;
  readonly targets: readonly TargetInput[];
  /** Targets that are left out. */
  readonly without?: readonly string[];
  readonly router?: RouterInput;
  readonly options: StrategyOptions;
  readonly probe?: ProbePlan;
  readonly journalHost?: HostName;
  /** When the plan is made, in milliseconds since the epoch; for targets that name what they make by it. */
  readonly at?: number;
  /** What the caller wants done once the release is live; all `final`. */
  readonly finish?: readonly Step[];
  /** What the caller knows besides; shown after what the strategy has to say. */
  readonly notes?: readonly PlanNote[];
}

/** What a strategy contributes to a plan. */
export interface Course {
  readonly steps: readonly Step[];
  readonly notes: readonly PlanNote[];
}

/**
 * Puts the steps of targets and router in order. Pure. Throws `DeployError` (`unsupported`, `foreign`, `unroutable`,
 * `releaseGone`).
 */
export type Strategy = (input: StrategyInput) => Course;
export type Strategies = Readonly<Record<StrategyName, Strategy>>;
export type { Plan };
