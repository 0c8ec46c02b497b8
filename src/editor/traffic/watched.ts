import type { AuditRecord, StepReceipt } from '../../contracts/deployRecord';
import { outcomeText } from '../../messages/deploy';
import { stepWords } from '../deploy/progress';
import type { RunningDeployment, RunningStep } from '../deploy/running';
import { duration, t } from '../text';
import type { WatchedDeployment, WatchedStep } from './boardOf';

/** A deployment of this window, as it is now; once it is over, as its receipt has it. */
export function watchedRunning(deployment: RunningDeployment): WatchedDeployment {
  const { placed, plan, startedAt, receipt, probe } = deployment;
  const seen = receipt?.probe ?? probe;
  return {
    application: placed.application,
    environment: placed.environment,
    release: plan.release.version,
    ...(plan.from && { from: plan.from.version }),
    state: receipt ? endedWords(receipt) : stepWords(deployment),
    isRunning: receipt === undefined,
    startedAt: receipt?.startedAt ?? startedAt,
    steps: receipt ? inOrder(receipt.steps) : begunSteps(deployment.steps),
    ...(seen && { probe: seen }),
  };
}

/** One of the audit log. */
export function watchedRecord({
  application,
  environment,
  release,
  from,
  receipt,
}: AuditRecord): WatchedDeployment {
  return {
    application,
    environment,
    release: release.version,
    ...(from && { from: from.version }),
    state: endedWords(receipt),
    isRunning: false,
    startedAt: receipt.startedAt,
    steps: inOrder(receipt.steps),
    ...(receipt.probe && { probe: receipt.probe }),
  };
}

function endedWords({ outcome, durationMs }: Pick<AuditRecord['receipt'], 'outcome' | 'durationMs'>): string {
  return `${outcomeText(outcome, t)}, ${duration(durationMs)}`;
}

function begunSteps(steps: readonly RunningStep[]): WatchedStep[] {
  return inOrder(
    steps.flatMap(({ title, state, startedMs, durationMs }) =>
      startedMs === undefined || state === 'waiting'
        ? []
        : [{ title, state, startedMs, ...(durationMs !== undefined && { durationMs }) }],
    ),
  );
}

/** Those that were not performed in this run have no time in it. */
function inOrder<T extends WatchedStep | StepReceipt>(steps: readonly T[]): T[] {
  return steps.filter(({ state }) => state !== 'skipped').sort((a, b) => a.startedMs - b.startedMs);
}
