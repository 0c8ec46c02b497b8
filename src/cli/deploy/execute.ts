import { CertificateError } from '../../certificates/errors';
import type { Plan } from '../../contracts/deploy';
import type { DeployErrorReason } from '../../contracts/deployError';
import type { Deployable } from '../../environments/deployable';
import type { EnvironmentErrorReason } from '../../environments/errors';
import type { RouterErrorReason } from '../../routers/errors';
import { SwapdeckError } from '../../util/errors';
import { ExitCode, type Context } from '../command';
import { ask, askWhoApproved, confirm } from './ask';
import type { Observers } from './open';

export interface ChangeOptions {
  readonly yes?: boolean;
  readonly approvedBy?: readonly string[];
  /** Targets that take no part. */
  readonly without?: readonly string[];
}

/** What is said about leaving a target out by each command that can. */
export const WITHOUT = 'leave out a target that is down; once for each';

/** What is said about exit codes by each command that executes a plan. */
export const EXIT_CODES =
  'Exit codes: 0 done, 1 usage or connection, 3 refused, or failed and taken back, 4 interrupted, 5 requests were lost.';

/** Makes a plan, shows it, asks, executes it and prints how it went. */
export async function executePlan<D extends Deployable>(
  context: Context,
  open: (observers: Observers) => D | Promise<D>,
  make: (deployable: D, signal: AbortSignal) => Promise<Plan>,
  { yes, approvedBy }: ChangeOptions,
): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ renderPlan }, { exitOf, printReceipt, progressTo, titlesOf }] = await Promise.all([
    import('../../deploy/render'),
    import('./report'),
  ]);
  return refusing(context, async () => {
    let onEvent: ReturnType<typeof progressTo> = () => undefined;
    const deployable = await open({
      onEvent: (event) => onEvent(event),
      decide: () => undoOrStay(context, yes === true),
      approvals: async (_plan, needed) => approvedBy ?? askWhoApproved(context, needed),
    });
    const plan = await make(deployable, signal);
    output.line(renderPlan(plan));
    if (plan.steps.length === 0) {
      output.result({ plan: plan.id, outcome: 'done', steps: [] });
      return ExitCode.done;
    }
    if (yes !== true && !(await confirm(context, plan.environment, deployable.protection))) {
      output.result({ error: { reason: 'notConfirmed', message: 'nothing was done' } });
      return ExitCode.failed;
    }
    onEvent = progressTo(output, titlesOf(plan));
    const receipt = await deployable.execute(plan, signal);
    printReceipt(plan, receipt, output);
    output.result({ plan: plan.id, release: plan.release, ...receipt });
    return exitOf(receipt);
  });
}

type Refusal = DeployErrorReason | EnvironmentErrorReason | RouterErrorReason;

/** Nothing was begun, because of how things stand and not because something can't be reached or was written wrongly. */
const refusals: ReadonlySet<string> = new Set<Refusal>([
  'locked',
  'unfinished',
  'worldChanged',
  'notApproved',
  'invalidPlan',
  'foreign',
  'releaseGone',
  'nothingTakesOver',
  'outsideWindow',
  'notPromoted',
  'smokeMissing',
  'approvalsMissing',
  'targetDown',
  'lastNode',
  'sessionsAtRisk',
  'notRoot',
  'inFault',
  'notPreempting',
  'syncGroup',
  'noTrackFile',
  'noHeadroom',
  'notHeld',
  'heldTwice',
  'outsideChannel',
  'notBranch',
  'contextTaken',
  'noBranch',
]);

export async function refusing(context: Context, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SwapdeckError)) throw error;
    const reason = error.reason as string;
    // A certificate that can't be served is refused, whatever is wrong with it.
    if (!refusals.has(reason) && !(error instanceof CertificateError)) throw error;
    const { describe } = await import('../../messages/describe');
    const message = describe(error);
    context.output.failure(message);
    const { title, detail } = message;
    context.output.result({ error: { reason, message: title, detail } });
    return ExitCode.refused;
  }
}

/** After Ctrl-C. Without anybody to ask, what was begun is taken back. */
async function undoOrStay(context: Context, yes: boolean): Promise<'undo' | 'stay'> {
  if (yes || !context.terminal) return 'undo';
  // The signal of the command is spent; a second Ctrl-C ends the process.
  const { terminal, output, cwd, env } = context;
  const fresh = { terminal, output, cwd, env, signal: new AbortController().signal };
  const answer = await ask(fresh, 'Stopped. Take everything back, or stay here? (undo/stay) ');
  return /^s/i.test(answer ?? '') ? 'stay' : 'undo';
}
