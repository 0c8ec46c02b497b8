import type { Inspection, Intent, Plan, PlanNote, ProbePlan, Release, Step } from '../contracts/deploy';
import type { HostName } from '../contracts/deployCall';
import { checkPlan } from './check';

/** All that the plan of an operation is made of. */
export interface OperationInput {
  readonly planId: string;
  readonly environment: string;
  /** `vip@address` */
  readonly subject: string;
  readonly intent: Intent;
  /** As `Intent` says; `artifact` where something is installed, such as the fingerprint of a certificate. */
  readonly about: Pick<Release, 'version'> & Partial<Pick<Release, 'artifact'>>;
  /** The same of what was there before. */
  readonly before?: OperationInput['about'];
  readonly inspection: Inspection;
  readonly steps: readonly Step[];
  readonly notes?: readonly PlanNote[];
  readonly probe?: ProbePlan;
  readonly journalHost: HostName;
}

/** The plan of an operation, which puts no release anywhere. Pure. Throws `DeployError` `invalidPlan`. */
export function operationPlan(input: OperationInput): Plan {
  const { planId, environment, subject, intent, about, before, inspection, steps, notes, probe } = input;
  const release = ({ version, artifact = '' }: OperationInput['about']): Release => ({
    application: subject,
    version,
    artifact,
    configuration: '',
  });
  const plan: Plan = {
    format: 1,
    id: planId,
    environment,
    application: subject,
    intent,
    release: release(about),
    ...(before && { from: release(before) }),
    targets: inspection.targets.map(({ target }) => target),
    ...(inspection.router && { router: inspection.router.router }),
    journalHost: input.journalHost,
    inspection,
    ...(probe && { probe }),
    notes: steps.length === 0 ? [{ kind: 'alreadyLive' }] : (notes ?? []),
    steps,
  };
  checkPlan(plan);
  return plan;
}
