import type { ApplicationStatus } from '../../environments/application';
import { describe } from '../../messages/describe';
import { outcomeText, probeText } from '../../messages/deploy';
import { english } from '../../messages/translate';
import { examples, ExitCode, type Context, type Register } from '../command';
import { table } from '../output';
import { withApplications, withDeployable, type Names } from './open';

/** `swapdeck status` and `logs`; `history ENVIRONMENT APPLICATION` is in `../history.ts`. */
export const registerStatus: Register = (program, action) => {
  program
    .command('status')
    .description('show what runs where, since when, and what was interrupted')
    .argument('[environment]', 'else every environment')
    .argument('[application]', 'else every application')
    .addHelpText('after', examples('status', 'status production adara --json'))
    .action(
      action((context, environment: string | undefined, application: string | undefined) =>
        status(context, environment, application),
      ),
    );
  program
    .command('logs')
    .description('show the end of the log of what is live')
    .argument('<environment>')
    .argument('<application>')
    .option('--lines <count>', 'how many lines', '100')
    .addHelpText('after', examples('logs staging adara', 'logs production adara --lines 500'))
    .action(
      action((context, environment: string, application: string, { lines }: { readonly lines: string }) =>
        logs(context, { environment, application }, Number(lines)),
      ),
    );
};

async function status(
  context: Context,
  environment: string | undefined,
  application: string | undefined,
): Promise<ExitCode> {
  const { output, signal } = context;
  return withApplications(context, async (open, { config }) => {
    const names = Object.entries(config.environments)
      .filter(([name]) => environment === undefined || name === environment)
      .flatMap(([name, { applications }]) =>
        Object.keys(applications)
          .filter((each) => application === undefined || each === application)
          .map((each): Names => ({ environment: name, application: each })),
      );
    if (names.length === 0 && environment !== undefined)
      open({ environment, application: application ?? '' });
    const statuses = await Promise.all(
      names.map(async (each) => {
        try {
          return { ...each, status: await open(each).status(signal) };
        } catch (error) {
          signal.throwIfAborted();
          return { ...each, error: describe(error).title };
        }
      }),
    );
    const rows = statuses.flatMap((each) =>
      'error' in each
        ? [[each.environment, each.application, '', '', each.error]]
        : rowsOf(each, each.status),
    );
    for (const row of table([['ENVIRONMENT', 'APPLICATION', 'TARGET', 'LIVE', 'STATE'], ...rows]))
      output.line(row);
    output.result({ applications: statuses.map(toJson) });
    return ExitCode.done;
  });
}

function rowsOf({ environment, application }: Names, status: ApplicationStatus): string[][] {
  const { targets, interrupted, holder, drifted, branches } = status;
  const remarks = [
    ...(drifted ? ['not what was deployed'] : []),
    ...(interrupted ? ['a deployment was interrupted'] : []),
    ...(holder ? [`${holder.owner?.actor.name ?? 'somebody'} is at it`] : []),
  ];
  const branchesAt = new Map(
    branches.map((each) => [each.target, [...new Set(each.versions.map(({ branch }) => branch))]]),
  );
  return targets.map(({ target, state, error, missed }) => {
    const live = state?.live;
    const kept = state?.older.map(({ release, state: how }) => `${release.version} ${how}`) ?? [];
    const said =
      error === undefined
        ? [
            live?.state ?? 'nothing runs',
            ...(missed ? [`behind: missed ${missed.version}`] : []),
            ...(kept.length > 0 ? [`kept: ${kept.join(', ')}`] : []),
            ...(branchesAt.get(target)?.length ? [`branches: ${branchesAt.get(target)!.join(', ')}`] : []),
            ...remarks,
          ]
        : [describe(error).title];
    return [environment, application, target, live?.release.version ?? '-', said.join('; ')];
  });
}

function toJson(each: Names & ({ status: ApplicationStatus } | { error: string })): unknown {
  if ('error' in each) return each;
  const { environment, application, status } = each;
  const { targets, live, lastDeployment, drifted, interrupted, holder, branches } = status;
  return {
    environment,
    application,
    ...(live && { live }),
    drifted,
    targets: targets.map(({ target, state, error, missed }) =>
      error === undefined
        ? { ...state, ...(missed && { missed }) }
        : { target, error: describe(error).title },
    ),
    ...(branches.length > 0 && {
      branches: branches.map(({ target, versions }) => ({ target, versions })),
    }),
    ...(lastDeployment && {
      lastDeployment: {
        plan: lastDeployment.plan,
        at: new Date(lastDeployment.at).toISOString(),
        who: lastDeployment.actor.name,
        release: lastDeployment.release,
        outcome: lastDeployment.outcome,
      },
    }),
    ...(interrupted && {
      interrupted: { plan: interrupted.plan.id, version: interrupted.plan.release.version },
    }),
    ...(holder && { lockedBy: holder.owner?.actor.name }),
  };
}

async function logs(context: Context, names: Names, lines: number): Promise<ExitCode> {
  const { output, signal } = context;
  return withApplications(context, async (open) => {
    const found = await open(names).logs(Number.isInteger(lines) && lines > 0 ? lines : 100, signal);
    for (const { target, text } of found) {
      output.line(`# ${target}`);
      output.line(text.trimEnd());
    }
    output.result({ logs: found });
    return ExitCode.done;
  });
}

/** The deployments of an application, or the operations of a subject, the newest first. */
export async function deploymentHistory(context: Context, names: Names): Promise<ExitCode> {
  const { output, signal } = context;
  return withDeployable(context, names, {}, async (deployable) => {
    const records = await deployable.history(50, signal);
    const rows = records.map(({ at, actor, intent, release, outcome, receipt }) => [
      new Date(at).toISOString().slice(0, 16).replace('T', ' '),
      actor.name,
      intent,
      release.version,
      outcomeText(outcome, english),
      probeText(receipt.probe, english),
    ]);
    if (rows.length === 0) output.note('Nothing was deployed there yet.');
    else
      for (const row of table([['WHEN (UTC)', 'WHO', 'WHAT', 'RELEASE', 'OUTCOME', 'PROOF'], ...rows]))
        output.line(row);
    output.result({ deployments: records });
    return ExitCode.done;
  });
}
