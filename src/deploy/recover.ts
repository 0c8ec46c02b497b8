import type { Plan, Step } from '../contracts/deploy';
import type { Bindings } from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import type { Direction, JournalRecord, Outcome } from '../contracts/deployRecord';
import { planDigest } from './digest';

/** `begun` and `undoing` may have happened in part, in whole or not at all; so may `failed` and `undoFailed`. */
export type StepStatus = 'pending' | 'begun' | 'done' | 'failed' | 'undoing' | 'undone' | 'undoFailed';

/** Where a deployment stands, as its journal tells. */
export interface Standing {
  readonly plan: Plan;
  readonly digest: string;
  readonly statuses: ReadonlyMap<string, StepStatus>;
  readonly bindings: Bindings;
  readonly direction: Direction;
  /** The last `finish`; absent when it never came so far. */
  readonly outcome?: Outcome;
  /** The first step that leads nowhere back and was begun. */
  readonly committed?: string;
}

/** A step to perform. `undoFirst`: it may have been performed in part, and is taken back before. */
export interface Work {
  readonly step: Step;
  readonly undoFirst: boolean;
}

/**
 * Reads a journal. Pure; the same record twice is taken once, since a writer that did not hear back writes again.
 * Throws `DeployError` `journal`: `empty`, `noPlan`, `altered` (the plan is not the one that was approved),
 * `unknownStep`.
 */
export function standingOf(records: readonly JournalRecord[]): Standing {
  const first = records[0];
  if (!first) throw new DeployError('journal', 'no records', { problem: 'empty' });
  if (first.kind !== 'plan')
    throw new DeployError('journal', 'it does not begin with a plan', { problem: 'noPlan' });
  const { plan, digest } = first;
  if (planDigest(plan) !== digest)
    throw new DeployError('journal', 'the plan was altered', { problem: 'altered', plan: plan.id });

  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const statuses = new Map<string, StepStatus>(plan.steps.map(({ id }) => [id, 'pending']));
  const bindings: Record<string, string> = {};
  let direction: Direction = 'do';
  let outcome: Outcome | undefined;
  let committed: string | undefined;
  for (const record of records) {
    if (record.kind === 'turn') {
      direction = record.to;
      outcome = undefined;
    } else if (record.kind === 'finish') outcome = record.outcome;
    else if (record.kind === 'begin' || record.kind === 'end') {
      const step = steps.get(record.step);
      if (!step) throw new DeployError('journal', record.step, { problem: 'unknownStep', step: record.step });
      statuses.set(step.id, statusAfter(record));
      if (record.kind === 'end' && record.ok) Object.assign(bindings, record.bound);
      if (step.final) committed ??= step.id;
    }
  }
  return {
    plan,
    digest,
    statuses,
    bindings,
    direction,
    ...(outcome && { outcome }),
    ...(committed !== undefined && { committed }),
  };
}

function statusAfter(record: JournalRecord & { kind: 'begin' | 'end' }): StepStatus {
  if (record.kind === 'begin') return record.direction === 'do' ? 'begun' : 'undoing';
  if (record.direction === 'do') return record.ok ? 'done' : 'failed';
  return record.ok ? 'undone' : 'undoFailed';
}

/** Whether nothing is left to choose: done, or all taken back. */
export function isOver({ outcome }: Standing): boolean {
  return outcome === 'done' || outcome === 'undone';
}

/** What is left to do for the plan to succeed. `without`: targets whose steps stay as they are. */
export function remainingSteps({ plan, statuses }: Standing, without: readonly string[] = []): Work[] {
  return plan.steps.flatMap((step) => {
    if (without.includes(step.on)) return [];
    const status = statuses.get(step.id) ?? 'pending';
    if (status === 'done') return [];
    const untouched = status === 'pending' || status === 'undone';
    return [{ step, undoFirst: !untouched && step.again === 'undoFirst' }];
  });
}

/** What is to be taken back, the last first. `without` as of `remainingSteps`. Throws `DeployError` `committed`. */
export function undoList({ plan, statuses, committed }: Standing, without: readonly string[] = []): Work[] {
  if (committed !== undefined)
    throw new DeployError('committed', `${committed} can't be taken back`, { step: committed });
  return plan.steps
    .filter(({ id, on }) => {
      if (without.includes(on)) return false;
      const status = statuses.get(id) ?? 'pending';
      return status !== 'pending' && status !== 'undone';
    })
    .reverse()
    .map((step) => ({ step, undoFirst: false }));
}
