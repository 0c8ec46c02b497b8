import { randomBytes } from 'node:crypto';
import type { Plan } from '../contracts/deploy';
import { operationPlan, type OperationInput } from '../deploy/operationPlan';
import { Deployable, type DeployableOptions } from './deployable';
import { probeOf } from './look';
import { subjectOf, type OperationKind } from './operations';

/** A change of an environment that puts no release there; plans are made and executed as those of applications. */
export abstract class Operation<
  Options extends DeployableOptions = DeployableOptions,
> extends Deployable<Options> {
  /** What it is about, as the configuration calls it. */
  readonly name: string;

  /** Throws `EnvironmentError` `unknownEnvironment`. */
  constructor(kind: OperationKind, name: string, options: Options) {
    super(subjectOf(name, kind), options);
    this.name = name;
  }

  /** Throws `DeployError` `invalidPlan`. */
  protected planOf(
    parts: Pick<OperationInput, 'intent' | 'about' | 'before' | 'inspection' | 'steps' | 'notes'> &
      Partial<Pick<OperationInput, 'planId'>>,
  ): Plan {
    const probe = probeOf(this.environment);
    return operationPlan({
      planId: randomBytes(4).toString('hex'),
      ...parts,
      environment: this.options.environment,
      subject: this.subject,
      ...(probe && { probe }),
      journalHost: this.journalHost,
    });
  }
}
