import type { TargetBranches } from '../../environments/branches';
import { describe } from '../../messages/describe';
import { examples, ExitCode, type Context, type Register } from '../command';
import { table } from '../output';
import { EXIT_CODES, executePlan, type ChangeOptions } from './execute';
import { withApplications, type Names } from './open';

interface BranchesOptions extends ChangeOptions {
  readonly remove?: string;
}

/** `swapdeck branches` and `versions`. */
export const registerBranches: Register = (program, action) => {
  program
    .command('branches')
    .description('list the branches of a web application, each at a context of its own, or remove one')
    .argument('<environment>')
    .argument('<application>')
    .option('--remove <branch>', 'undeploy all its releases from all servers')
    .option('--yes', 'go on without a question')
    .addHelpText(
      'after',
      `${examples('branches staging quotes', 'branches staging quotes --remove myfeature')}\n\n${EXIT_CODES}`,
    )
    .action(
      action((context, environment: string, application: string, options: BranchesOptions) =>
        options.remove === undefined
          ? list(context, { environment, application })
          : remove(context, { environment, application }, options.remove, options),
      ),
    );
  program
    .command('versions')
    .description(
      'list the versions that a Maven repository has, and those that the environment does not take',
    )
    .argument('<environment>')
    .argument('<application>')
    .addHelpText('after', examples('versions production quotes'))
    .action(
      action((context, environment: string, application: string) =>
        versions(context, { environment, application }),
      ),
    );
};

function remove(
  context: Context,
  { environment, application }: Names,
  branch: string,
  options: ChangeOptions,
): Promise<ExitCode> {
  return withApplications(context, (open) =>
    executePlan(
      context,
      (observers) => open({ environment, application }, observers),
      (opened, signal) => opened.removeBranchPlan(branch, signal),
      options,
    ),
  );
}

async function list(context: Context, names: Names): Promise<ExitCode> {
  const { output, signal } = context;
  return withApplications(context, async (open) => {
    const found = await open(names).branches(signal);
    const rows = found.flatMap(rowsOf);
    if (rows.length === 0) output.line('There are no branches.');
    else
      for (const row of table([
        ['BRANCH', 'TARGET', 'VERSION', 'CONTEXT', 'STATE', 'SESSIONS', 'SINCE (UTC)'],
        ...rows,
      ]))
        output.line(row);
    const branches = found.map(({ target, versions: there, error }) =>
      error === undefined
        ? { target, versions: there.map((each) => ({ ...each, since: new Date(each.since).toISOString() })) }
        : { target, error: describe(error, { where: target }).title },
    );
    output.result({ branches });
    return found.some(({ error }) => error !== undefined) ? ExitCode.failed : ExitCode.done;
  });
}

function rowsOf({ target, versions: found, error }: TargetBranches): string[][] {
  if (error !== undefined)
    return [['-', target, '-', '-', describe(error, { where: target }).title, '-', '-']];
  return found.map(({ branch, context, version, running, sessions, since }) => [
    branch,
    target,
    version,
    context,
    running ? 'running' : 'stopped',
    String(sessions),
    new Date(since).toISOString().slice(0, 16).replace('T', ' '),
  ]);
}

async function versions(context: Context, names: Names): Promise<ExitCode> {
  const { output, signal } = context;
  return withApplications(context, async (open) => {
    const offered = await open(names).versions(signal);
    if (!offered) {
      output.line(`${names.application} is not from a Maven repository.`);
      output.result({ versions: [] });
      return ExitCode.done;
    }
    if (offered.offline) output.note(`${describe(offered.offline).title} These are on this machine:`);
    for (const { version, refused } of offered.versions)
      output.line(refused ? `${version}  (not taken: ${refused.rule} ${refused.wanted})` : version);
    output.result({
      versions: offered.versions,
      ...(offered.offline && { offline: offered.offline.reason }),
    });
    return ExitCode.done;
  });
}
