import type { Plan } from '../../contracts/deploy';
import type { DeployErrorReason } from '../../contracts/deployError';
import type { DeployedApplication } from '../../environments/application';
import type { EnvironmentErrorReason } from '../../environments/errors';
import { SwapdeckError } from '../../util/errors';
import { collect, examples, ExitCode, type Context, type Register } from '../command';
import { ask, askWhoApproved, confirm } from './ask';
import { withApplications, type Names } from './open';

interface ChangeOptions {
  readonly yes?: boolean;
  readonly approvedBy?: readonly string[];
}

type MakePlan = (
  application: DeployedApplication,
  version: string | undefined,
  signal: AbortSignal,
) => Promise<Plan>;

const makers = {
  deploy: (application, version, signal) => application.plan(version, signal),
  rollback: (application, version, signal) => application.rollbackPlan(version, signal),
  switch: (application, version, signal) => application.switchPlan(version!, signal),
} satisfies Record<string, MakePlan>;

/** `swapdeck plan`, `deploy`, `rollback` and `switch`. */
export const registerPlans: Register = (program, action) => {
  program
    .command('plan')
    .description('show what a deployment would do, call by call; changes nothing on the hosts')
    .argument('<environment>')
    .argument('<application>')
    .argument('[version]', 'a version that was built before; else the workspace is built')
    .addHelpText('after', examples('plan staging adara', 'plan production adara 3f2c1ab --json'))
    .action(
      action((context, environment: string, application: string, version: string | undefined) =>
        show(context, { environment, application }, version),
      ),
    );
  const change = (name: keyof typeof makers, description: string, version: string): void => {
    program
      .command(name)
      .description(description)
      .argument('<environment>')
      .argument('<application>')
      .argument(version, 'the version; `swapdeck status` lists those that are kept')
      .option('--yes', 'go on without a question')
      .option(
        '--approved-by <name>',
        'who approved, where the environment wants that; once for each',
        collect,
      )
      .addHelpText(
        'after',
        `${examples(`${name} staging adara${version.startsWith('<') ? ' 3f2c1ab' : ''}`)}\n\n` +
          'Exit codes: 0 done, 1 usage or connection, 3 refused, or failed and taken back, 4 interrupted, 5 requests were lost.',
      )
      .action(
        action(
          (
            context,
            environment: string,
            application: string,
            chosen: string | undefined,
            options: ChangeOptions,
          ) => execute(context, { environment, application }, makers[name], chosen, options),
        ),
      );
  };
  change('deploy', 'build a release, show the plan, and put it into an environment', '[version]');
  change('rollback', 'go back to the release before, or to one that is kept', '[version]');
  change('switch', 'send all users to a release that runs beside the live one', '<version>');
};

async function show(context: Context, names: Names, version: string | undefined): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ renderPlan }, { planDigest }] = await Promise.all([
    import('../../deploy/render'),
    import('../../deploy/digest'),
  ]);
  return refusing(context, () =>
    withApplications(context, async (open) => {
      const plan = await open(names).plan(version, signal);
      output.line(renderPlan(plan));
      output.result({ plan, digest: planDigest(plan) });
      return ExitCode.done;
    }),
  );
}

async function execute(
  context: Context,
  names: Names,
  make: MakePlan,
  version: string | undefined,
  { yes, approvedBy }: ChangeOptions,
): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ renderPlan }, { exitOf, printReceipt, progressTo, titlesOf }] = await Promise.all([
    import('../../deploy/render'),
    import('./report'),
  ]);
  return refusing(context, () =>
    withApplications(context, async (open) => {
      let onEvent: ReturnType<typeof progressTo> = () => undefined;
      const application = open(names, {
        onEvent: (event) => onEvent(event),
        decide: () => undoOrStay(context, yes === true),
        approvals: async (_plan, needed) => approvedBy ?? askWhoApproved(context, needed),
      });
      const plan = await make(application, version, signal);
      output.line(renderPlan(plan));
      if (plan.steps.length === 0) {
        output.result({ plan: plan.id, outcome: 'done', steps: [] });
        return ExitCode.done;
      }
      if (yes !== true && !(await confirm(context, names.environment, application.protection))) {
        output.result({ error: { reason: 'notConfirmed', message: 'nothing was done' } });
        return ExitCode.failed;
      }
      onEvent = progressTo(output, titlesOf(plan));
      const receipt = await application.execute(plan, signal);
      printReceipt(plan, receipt, output);
      output.result({ plan: plan.id, release: plan.release, ...receipt });
      return exitOf(receipt);
    }),
  );
}

/** Nothing was begun, because of how things stand and not because something can't be reached or was written wrongly. */
const refusals: ReadonlySet<string> = new Set<DeployErrorReason | EnvironmentErrorReason>([
  'locked',
  'unfinished',
  'worldChanged',
  'notApproved',
  'invalidPlan',
  'foreign',
  'releaseGone',
  'outsideWindow',
  'notPromoted',
  'smokeMissing',
  'approvalsMissing',
]);

async function refusing(context: Context, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SwapdeckError) || !refusals.has(error.reason as string)) throw error;
    const { describe } = await import('../../messages/describe');
    const message = describe(error);
    context.output.failure(message);
    const { title, detail } = message;
    context.output.result({ error: { reason: error.reason as string, message: title, detail } });
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
