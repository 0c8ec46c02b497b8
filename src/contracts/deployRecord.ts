import type { Intent, Plan, Release, StrategyName } from './deploy';
import type { Bindings } from './deployCall';
import type { DeployErrorReason } from './deployError';

/** Who does something, for colleagues to read. */
export interface Actor {
  /** `user@machine`. */
  readonly name: string;
  readonly machine: string;
  readonly processId: number;
}

export type Direction = 'do' | 'undo';

/** What a person reads about a failure later; secrets blacked out. */
export interface RecordedFailure {
  readonly reason: string;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/**
 * A line of the journal. `fence` is the lock's token. Times are milliseconds of the writer's clock, for people only.
 *
 * `plan` comes first, `finish` last. Around each step `begin` and `end`, in either direction; what stands between
 * them happened in part, in whole or not at all. `turn` says that the deployment goes on after an interruption or
 * now goes back.
 */
export type JournalRecord = { readonly at: number; readonly fence: number } & (
  | {
      readonly kind: 'plan';
      readonly plan: Plan;
      readonly digest: string;
      readonly actor: Actor;
      readonly approvedBy?: readonly string[];
    }
  | {
      readonly kind: 'turn';
      readonly to: Direction;
      readonly actor: Actor;
      readonly why: TurnReason;
      /** Targets that are left out from here on: their steps stay as they are. */
      readonly without?: readonly string[];
    }
  | { readonly kind: 'begin'; readonly step: string; readonly direction: Direction }
  | {
      readonly kind: 'end';
      readonly step: string;
      readonly direction: Direction;
      readonly ok: boolean;
      /** Bound by the step; absent when it bound nothing or was undone. */
      readonly bound?: Bindings;
      readonly failure?: RecordedFailure;
      readonly durationMs: number;
    }
  | { readonly kind: 'finish'; readonly outcome: Outcome; readonly receipt: Receipt }
);
export type JournalKind = JournalRecord['kind'];

/** `resumed`, `undoChosen`: by a person, after an interruption or cancelling. `failed`: a step did. */
export type TurnReason = 'resumed' | 'undoChosen' | 'failed';

/**
 * `done`; `undone`: all as before; `stayed`: ended in the middle on purpose; `stuck`: undoing failed too;
 * `interrupted`: not over, to be resumed or undone.
 */
export type Outcome = 'done' | 'undone' | 'stayed' | 'stuck' | 'interrupted';

/** Where records go. `append` resolves once they would survive a loss of power. */
export interface JournalSink {
  /**
   * In their order; a kill in the middle may leave the first of them only. Rejects with `DeployError` `leaseLost` when
   * their fence is no longer the lock's.
   */
  append(records: readonly JournalRecord[], signal?: AbortSignal): Promise<void>;
}

/** Requests that one release answered during a probe, or that nobody did. */
export interface ReleaseTraffic {
  /** As the answer said; absent for answers that name no release. */
  readonly release?: string;
  readonly answered: number;
  /** Answers with a status of 500 or more. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

/** What the probe saw. Requests are made alternately over fresh and kept connections. */
export interface ProbeReceipt {
  readonly url: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly sent: number;
  readonly answered: number;
  /** Without an answer, or with a status of 500 or more. */
  readonly lost: number;
  readonly lostFresh: number;
  readonly lostKept: number;
  /**
   * Made a second time, over a fresh connection, because the kept one was closed before a byte of the answer, as clients
   * do by themselves (RFC 9112 section 9.3.1); lost only where that failed too. Absent for none.
   */
  readonly repeated?: number;
  readonly slowestMs: number;
  readonly p99Ms: number;
  /** The longest time without a good answer. */
  readonly gapMs: number;
  readonly releases: readonly ReleaseTraffic[];
  /** The first lost requests: when, milliseconds after the start, and why. */
  readonly losses: readonly { readonly atMs: number; readonly kept: boolean; readonly why: string }[];
  /** Length of each of `intervals`; the longer the probe, the longer they are. */
  readonly intervalMs: number;
  /** For charts; those in which nothing ended are left out. */
  readonly intervals: readonly ProbeInterval[];
}

/** What ended within a short time. */
export interface ProbeInterval {
  /** Its beginning, milliseconds after the start. */
  readonly atMs: number;
  readonly lost: number;
  readonly p99Ms: number;
  /** Good answers by release; the empty name for answers that name none. */
  readonly by: Readonly<Record<string, number>>;
}

/** What a deployment did. */
export interface Receipt {
  readonly outcome: Outcome;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly steps: readonly StepReceipt[];
  /** Absent when there was no probe: the switch is unproven. */
  readonly probe?: ProbeReceipt;
  /** After undoing: whether everything looks as it did before. Absent when it could not be told. */
  readonly exact?: boolean;
  readonly failure?: RecordedFailure;
  /** Targets of the plan that were left out. */
  readonly without?: readonly string[];
}

export interface StepReceipt {
  readonly step: string;
  readonly title: string;
  readonly state: 'done' | 'failed' | 'undone' | 'undoFailed' | 'skipped';
  /** After the deployment began, or went on; an undone step has the times of its undo. */
  readonly startedMs: number;
  readonly durationMs: number;
}

/** One line of the audit log: who put what where, when, and how it went. */
export interface AuditRecord {
  readonly plan: string;
  readonly digest: string;
  readonly at: number;
  readonly actor: Actor;
  readonly environment: string;
  readonly application: string;
  /** Absent from operations. */
  readonly strategy?: StrategyName;
  readonly intent: Intent;
  readonly release: Release;
  readonly from?: Release;
  readonly targets: readonly string[];
  /** Targets that were left out, by the plan or by who went on with it or took it back. */
  readonly without?: readonly string[];
  /** Others who approved the plan, where somebody had to. */
  readonly approvedBy?: readonly string[];
  readonly outcome: Outcome;
  readonly receipt: Receipt;
}

/** What happens while a plan is executed, for views. */
export type DeployEvent =
  | { readonly kind: 'turn'; readonly to: Direction; readonly why: TurnReason | 'begun' }
  | { readonly kind: 'stepBegan'; readonly step: string; readonly direction: Direction }
  | {
      readonly kind: 'stepEnded';
      readonly step: string;
      readonly direction: Direction;
      readonly ok: boolean;
      readonly durationMs: number;
      readonly failure?: RecordedFailure;
    }
  | {
      readonly kind: 'progress';
      readonly step: string;
      readonly bytes: number;
      readonly total?: number;
    }
  /** The answer to a `diagnose` call, such as the end of a log. */
  | { readonly kind: 'diagnosis'; readonly step: string; readonly note: string; readonly text: string }
  | { readonly kind: 'probe'; readonly so: ProbeReceipt }
  | { readonly kind: 'lease'; readonly state: 'lost'; readonly reason: DeployErrorReason }
  | { readonly kind: 'finished'; readonly receipt: Receipt };
