import type { JsonObject } from '../util/json';
import type { Call, HostName, WatchLimits } from './deployCall';

/** What is put into an environment: which code, built into what, with which configuration. */
export interface Release {
  readonly application: string;
  /** As people say it and as answers carry it: `1.4.2`, `3f2c1ab`, `3f2c1ab-dirty`. */
  readonly version: string;
  /** Digest of the artifact (an image id, the hash of a WAR); releases are the same when all three digests are. */
  readonly artifact: string;
  /** Digest of what the configuration says about running it; secrets by name only. */
  readonly configuration: string;
  readonly git?: { readonly sha: string; readonly branch?: string; readonly dirty: boolean };
}

/** Where an instance answers. Either text may hold a placeholder of a value known only later: `${web-1.port}`. */
export interface Address {
  readonly host: string;
  readonly port: string;
}

/** A release that runs, or could run again, or is to run on a target. */
export interface Instance {
  /** Unique on its target and stable: a name or label that the target finds it by. */
  readonly id: string;
  readonly target: string;
  readonly release: Release;
  readonly address: Address;
  readonly state: 'running' | 'stopped' | 'planned';
  /** What its target needs to know about it; nothing that changes by itself. */
  readonly facts?: JsonObject;
}

/**
 * What a target looks like for one application. Holds nothing that changes by itself (ages, counters): two readings
 * of an untouched target are equal, which is how a changed world is noticed and an exact undo is proven.
 */
export interface TargetState {
  readonly target: string;
  /** The one that has the application's name. */
  readonly live?: Instance;
  /** Earlier ones that still run (standby) or are stopped (kept); the one that was live last comes first. */
  readonly older: readonly Instance[];
  /** What an earlier deployment left half done. */
  readonly pending: readonly Instance[];
  /** Something that isn't ours is in the way, such as a container with our name: what it is called. */
  readonly foreign?: string;
  readonly facts?: JsonObject;
}

/** One of the places a router sends users to. */
export interface Backend {
  readonly address: Address;
  /** Share of the users, in relation to the other weights; 0 admits nobody new. */
  readonly weight: number;
  /** Whose instance it is; absent for an address nobody of ours has. */
  readonly target?: string;
  /** The version that answers there, where it is known; routers don't tell, who inspects finds it by the address. */
  readonly release?: string;
  /** What the router itself calls it, where it has names. */
  readonly name?: string;
}

/** What a router does for one application; like `TargetState`, without anything that changes by itself. */
export interface RouterState {
  readonly router: string;
  readonly backends: readonly Backend[];
  readonly facts?: JsonObject;
}

/** How everything looked when a plan was made. */
export interface Inspection {
  readonly targets: readonly TargetState[];
  readonly router?: RouterState;
}

export type Phase =
  | 'build'
  | 'prepare'
  | 'transfer'
  | 'start'
  | 'health'
  | 'smoke'
  | 'warmup'
  | 'route'
  | 'watch'
  | 'drain'
  | 'retire'
  | 'adopt'
  | 'prune';

/**
 * One step of a plan. The rules that make it possible to be killed anywhere and go on:
 *
 * - `do` may be performed again after it was performed in part or in whole, at once (`again: 'repeat'`) or after
 *   `undo` (`again: 'undoFirst'`). Names and labels of what it makes carry the plan's id or are fixed.
 * - `undo` may be performed after any part of `do`, or none, and again after any part of itself; it leads to what
 *   was before the step. It uses only bindings of *earlier* steps, never the step's own: those may be lost.
 * - `verify` and `diagnose` only read.
 */
export interface Step {
  /** Unique in the plan: `web-1/start`. */
  readonly id: string;
  /** An imperative of a few words: `Start adara 3f2c1ab beside the live one`. */
  readonly title: string;
  /** The target or router it is about. */
  readonly on: string;
  readonly phase: Phase;
  readonly do: readonly Call[];
  readonly verify: readonly Call[];
  readonly undo: readonly Call[];
  readonly again: 'repeat' | 'undoFirst';
  /**
   * Asked when the step failed, after `undo`; when all of it holds it was bad luck, and the step is performed again, a few
   * times. Only reads; uses the bindings of the step.
   */
  readonly retryIf?: readonly Call[];
  /** Performed when the step failed, before anything is undone, or its undo did: their answers are shown, such as the end of a log. */
  readonly diagnose?: readonly Call[];
  /** Steps in a row with the same text here don't depend on each other: they are performed, and taken back, at once. */
  readonly together?: string;
  /** Nothing leads back: once it began, the deployment counts as done and only goes on. Only at the end of a plan. */
  readonly final?: boolean;
}

export const STRATEGIES = ['recreate', 'rolling', 'blue-green', 'canary', 'parallel'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/**
 * What a plan is for. `switch`: only the router changes, between releases that run. `pull`: a release is taken out of
 * service. `remove`: what a branch left is removed. The others are operations, which put no release anywhere; their
 * `release` has the subject as its application, and as its version what it is about:
 * - `move`: an address goes to the host `version`.
 * - `restart`: the nodes `version` of a router start again, one after another.
 * - `drain`, `activate`: the node `version` of a router gets no users, or gets them again.
 * - `reload`: the web application `version` of a Tomcat, `/shop##261121183000`, starts again with other classes.
 * - `renew`: a certificate; `version` is when it ends, as `2026-11-29`.
 */
export const INTENTS = [
  'deploy',
  'rollback',
  'switch',
  'pull',
  'remove',
  'move',
  'restart',
  'drain',
  'activate',
  'reload',
  'renew',
] as const;
export type Intent = (typeof INTENTS)[number];

/**
 * Requests through the router's public address while a plan changes anything users could notice. The release that
 * answered is recognised by `recognise`: a response header, or a text of the body (`pattern`, its first group, or
 * all of the match).
 */
export interface ProbePlan {
  readonly url: string;
  readonly everyMs: number;
  readonly recognise:
    { readonly by: 'header'; readonly name: string } | { readonly by: 'body'; readonly pattern: string };
  /** Nobody has seen a release of this application say who it is: an answer may name none. */
  readonly silent?: true;
  /** For one answer; 10,000 unless given. */
  readonly timeoutMs?: number;
  readonly limits?: WatchLimits;
}

/**
 * What a person should know before approving.
 * - `alreadyLive`: nothing to do. `first`: nothing is there yet. `unproven`: no probe, so lost requests aren't seen.
 * - `interrupts`: users are without an answer for a while, which this strategy or a lone target can't avoid.
 * - `endsSessions`: users lose what their sessions hold; `subject` says how many and where.
 * - `leavesOut`: the target `subject` is left out, and stays behind.
 * - `clearsPending`: leftovers of an earlier deployment are removed; `subject` names them.
 * - `promoted`, `tested`: the release was live, or passed its smoke tests, in the environment `subject`.
 *   `needsApproval`: `subject` others must approve. `window`: releases are allowed in it only.
 * - `balancerForgets`, `serversForgotten`, `workersForgotten`: what is set in the router `subject` is lost when it
 *   starts again or reads its configuration again. `closesKept`: connections that its clients keep open are closed.
 * - `routeMissing`, `routeDiffers`, `routeBinderMissing`, `storeMissing`, `storeValveMissing`: what the nodes `subject` of
 *   a fleet lack, as `FleetLack` says. `fleetUnchecked`: how nodes keep their sessions could not be read.
 * - `sessionsUncounted`: the sessions of old versions are in a store, and servers count none of them.
 * - `startsAll`: versions that were stopped start with their server; they are stopped again: `subject`.
 * - `branch`: the release is of the branch `subject`, beside the others. `unasked`: no repository could say whether the
 *   artifact `subject` of this machine is the right one.
 */
export interface PlanNote {
  readonly kind:
    | 'alreadyLive'
    | 'first'
    | 'unproven'
    | 'interrupts'
    | 'endsSessions'
    | 'leavesOut'
    | 'clearsPending'
    | 'promoted'
    | 'tested'
    | 'needsApproval'
    | 'window'
    | 'balancerForgets'
    | 'serversForgotten'
    | 'workersForgotten'
    | 'closesKept'
    | 'routeMissing'
    | 'routeDiffers'
    | 'routeBinderMissing'
    | 'storeMissing'
    | 'storeValveMissing'
    | 'fleetUnchecked'
    | 'sessionsUncounted'
    | 'startsAll'
    | 'branch'
    | 'unasked';
  readonly subject?: string;
}

/** The exact steps that put a release into an environment. Plain JSON; its digest is what a person approves. */
export interface Plan {
  readonly format: 1;
  /** Short and unique; part of the names of what the plan makes. */
  readonly id: string;
  readonly environment: string;
  /** An application, or the subject of an operation: `vip@address`. */
  readonly application: string;
  /** Absent from operations. */
  readonly strategy?: StrategyName;
  readonly intent: Intent;
  readonly release: Release;
  /** What is live before, where there is one. */
  readonly from?: Release;
  readonly targets: readonly string[];
  /** Targets of the application that a person left out, such as one that is down. */
  readonly without?: readonly string[];
  readonly router?: string;
  /** Where lock, journal and audit log that everyone shares live. */
  readonly journalHost?: HostName;
  readonly inspection: Inspection;
  readonly probe?: ProbePlan;
  readonly notes: readonly PlanNote[];
  readonly steps: readonly Step[];
}
