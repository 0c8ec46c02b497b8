import type { Plan } from '../../contracts/deploy';
import type { DeployedApplication } from '../../environments/application';
import { collect, examples, ExitCode, type Context, type Register } from '../command';
import { EXIT_CODES, executePlan, refusing, WITHOUT, type ChangeOptions } from './execute';
import { withApplications, type Names } from './open';

type MakePlan = (
  application: DeployedApplication,
  version: string | undefined,
  signal: AbortSignal,
) => Promise<Plan>;

const makers = {
  deploy: (application, version, signal) => application.plan(version, signal),
  rollback: (application, version, signal) => application.rollbackPlan(version, signal),
  switch: (application, version, signal) => application.switchPlan(version!, signal),
  pull: (application, version, signal) => application.pullPlan(version!, signal),
} satisfies Record<string, MakePlan>;

/** `swapdeck plan`, `deploy`, `rollback`, `switch` and `pull`. */
export const registerPlans: Register = (program, action) => {
  program
    .command('plan')
    .description('show what a deployment would do, call by call; changes nothing on the hosts')
    .argument('<environment>')
    .argument('<application>')
    .argument(
      '[version]',
      'a version that was built before; else the workspace is built, or the newest release fetched',
    )
    .option('--without <target>', WITHOUT, collect)
    .addHelpText('after', examples('plan staging adara', 'plan production adara 3f2c1ab --json'))
    .action(
      action(
        (
          context,
          environment: string,
          application: string,
          version: string | undefined,
          { without = [] }: Pick<ChangeOptions, 'without'>,
        ) => show(context, { environment, application }, version, without),
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
      .option('--without <target>', WITHOUT, collect)
      .option(
        '--approved-by <name>',
        'who approved, where the environment wants that; once for each',
        collect,
      )
      .addHelpText(
        'after',
        `${examples(`${name} staging adara${version.startsWith('<') ? ' 3f2c1ab' : ''}`)}\n\n${EXIT_CODES}`,
      )
      .action(
        action(
          (
            context,
            environment: string,
            application: string,
            chosen: string | undefined,
            options: ChangeOptions,
          ) =>
            withApplications(
              context,
              async (open) =>
                executePlan(
                  context,
                  (observers) =>
                    open({ environment, application }, observers).leavingOut(options.without ?? []),
                  (opened, signal) => makers[name](opened, chosen, signal),
                  options,
                ),
              { environment, application },
            ),
        ),
      );
  };
  change('deploy', 'build a release, show the plan, and put it into an environment', '[version]');
  change('rollback', 'go back to the release before, or to one that is kept', '[version]');
  change('switch', 'send all users to a release that runs beside the live one', '<version>');
  change('pull', 'stop a release everywhere, where another one that runs takes its users', '<version>');
};

async function show(
  context: Context,
  names: Names,
  version: string | undefined,
  without: readonly string[],
): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ renderPlan }, { planDigest }] = await Promise.all([
    import('../../deploy/render'),
    import('../../deploy/digest'),
  ]);
  return refusing(context, () =>
    withApplications(context, async (open) => {
      const plan = await open(names).leavingOut(without).plan(version, signal);
      output.line(renderPlan(plan));
      output.result({ plan, digest: planDigest(plan) });
      return ExitCode.done;
    }),
  );
}
