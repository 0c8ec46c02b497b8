import type { AuditRecord, RecordedFailure } from '../../contracts/deployRecord';
import type { HeldLock } from '../../deploy/lock';
import type { Standing } from '../../deploy/recover';
import type { PlacedApplication } from '../deploy/placed';
import type { RunningDeployment, RunningStepState } from '../deploy/running';

/** A deployment: one that this window executes, one that was interrupted, or one that is over. */
export interface DeploymentNode {
  readonly kind: 'deployment';
  readonly placed: PlacedApplication;
  readonly plan: string;
  /** When it began, milliseconds of its deployer's clock; Infinity for what is not over. */
  readonly at: number;
  /** While this window executes it. */
  readonly running?: RunningDeployment;
  /** As the audit log has it. */
  readonly record?: AuditRecord;
  /** Where it stands, when it waits to be resumed or undone. */
  readonly standing?: Standing;
  /** Who executes it, elsewhere. */
  readonly holder?: HeldLock;
}

export interface DeploymentStep {
  readonly id: string;
  readonly title: string;
  readonly state: RunningStepState | 'skipped';
  readonly durationMs?: number;
  readonly failure?: RecordedFailure;
}

export interface DeploymentStepNode {
  readonly kind: 'step';
  readonly deployment: DeploymentNode;
  readonly step: DeploymentStep;
}
export interface DeploymentEnvironmentNode {
  readonly kind: 'environment';
  readonly name: string;
  readonly deployments: readonly DeploymentNode[];
}
/** What the journal host of an application could not tell. */
export interface DeploymentProblemNode {
  readonly kind: 'problem';
  readonly placed: PlacedApplication;
  readonly error: unknown;
}
export interface DeploymentsLoadingNode {
  readonly kind: 'loading';
}
export type DeploymentsNode =
  | DeploymentNode
  | DeploymentStepNode
  | DeploymentEnvironmentNode
  | DeploymentProblemNode
  | DeploymentsLoadingNode;

/** Its steps, as far as they are known: those that were begun, or all of one that goes on. */
export function stepsOf({ running, record, standing, holder }: DeploymentNode): readonly DeploymentStep[] {
  if (running) return running.steps;
  if (standing)
    return standing.plan.steps.map(({ id, title }) => {
      const status = standing.statuses.get(id) ?? 'pending';
      const known = record?.receipt.steps.find(({ step }) => step === id);
      // What was begun and never ended stopped there, unless somebody is at it.
      const under = status === 'begun' ? 'running' : 'undoing';
      const state =
        status === 'pending'
          ? 'waiting'
          : status === 'begun' || status === 'undoing'
            ? holder
              ? under
              : 'failed'
            : status;
      return { id, title, state, ...(known && { durationMs: known.durationMs }) };
    });
  return (record?.receipt.steps ?? []).map(({ step, title, state, durationMs }) => ({
    id: step,
    title,
    state,
    durationMs,
  }));
}
