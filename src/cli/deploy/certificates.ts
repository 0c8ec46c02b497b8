import { daysLeft, endsSoon, WARNING_DAYS } from '../../certificates/expiry';
import type { CertificateStatus } from '../../environments/certificateRenewal';
import { describe } from '../../messages/describe';
import { collect, examples, ExitCode, type Context, type Register } from '../command';
import { table } from '../output';
import { EXIT_CODES, executePlan, type ChangeOptions } from './execute';
import { withEnvironments } from './open';

/** `swapdeck certificates` and `renew`. */
export const registerCertificates: Register = (program, action) => {
  program
    .command('certificates')
    .description('show which certificates are served where, and until when')
    .argument('[environment]', 'else every environment')
    .addHelpText(
      'after',
      `${examples('certificates', 'certificates production --json')}\n\n` +
        `Exit codes: 0 all is well, 1 usage or configuration, 3 one ends within ${WARNING_DAYS} days, can't be used, is not served, or could not be asked for.`,
    )
    .action(action((context, environment: string | undefined) => certificates(context, environment)));
  program
    .command('renew')
    .description('have a certificate served that was put into its files: all its servers or none')
    .argument('<environment>')
    .argument('<certificate>')
    .option('--yes', 'go on without a question')
    .option('--approved-by <name>', 'who approved, where the environment wants that; once for each', collect)
    .addHelpText('after', `${examples('renew production www')}\n\n${EXIT_CODES}`)
    .action(
      action((context, environment: string, certificate: string, options: ChangeOptions) =>
        renew(context, environment, certificate, options),
      ),
    );
};

async function renew(
  context: Context,
  environment: string,
  certificate: string,
  options: ChangeOptions,
): Promise<ExitCode> {
  const { CertificateRenewal } = await import('../../environments/certificateRenewal');
  return withEnvironments(context, (optionsOf) =>
    executePlan(
      context,
      (observers) => new CertificateRenewal(certificate, optionsOf(environment, observers)),
      (renewal, signal) => renewal.plan(signal),
      options,
    ),
  );
}

interface Listed {
  readonly environment: string;
  readonly status: CertificateStatus;
}

async function certificates(context: Context, chosen: string | undefined): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ CertificateRenewal }, { requireEnvironment }] = await Promise.all([
    import('../../environments/certificateRenewal'),
    import('../../environments/deployable'),
  ]);
  return withEnvironments(context, async (optionsOf, { config }) => {
    if (chosen !== undefined) requireEnvironment(config, chosen);
    const names = Object.entries(config.environments)
      .filter(([name]) => chosen === undefined || name === chosen)
      .flatMap(([environment, { certificates: all }]) => all.map((name) => ({ environment, name })));
    const listed = await Promise.all(
      names.map(async ({ environment, name }): Promise<Listed> => {
        const renewal = new CertificateRenewal(name, optionsOf(environment));
        return { environment, status: await renewal.status({ secrets: true }, signal) };
      }),
    );
    const now = Date.now();
    const rows = listed.flatMap((each) => rowsOf(each, now));
    if (rows.length === 0) output.note('No environment has certificates.');
    else
      for (const row of table([['ENVIRONMENT', 'CERTIFICATE', 'WHERE', 'UNTIL', 'DAYS', 'STATE'], ...rows]))
        output.line(row);
    output.result({ certificates: listed.map((each) => toJson(each, now)) });
    return listed.every(({ status }) => isWell(status, now)) ? ExitCode.done : ExitCode.refused;
  });
}

function isWell({ held, problem, places }: CertificateStatus, now: number): boolean {
  if (problem !== undefined || !held || endsSoon(held.validTo, now)) return false;
  return places.every(({ served }) => served?.fingerprint === held.fingerprint);
}

function rowsOf({ environment, status }: Listed, now: number): string[][] {
  const { name, held, problem, places } = status;
  const until = (validTo: string | undefined): [string, string] =>
    validTo === undefined ? ['-', '-'] : [validTo.slice(0, 10), String(daysLeft(validTo, now))];
  const soon = (validTo: string | undefined): string[] =>
    validTo !== undefined && endsSoon(validTo, now) ? ['ends soon'] : [];
  const about = [
    ...(problem === undefined ? [held!.names.join(', ')] : [describe(problem).title]),
    ...soon(held?.validTo),
  ];
  return [
    [environment, name, 'files', ...until(held?.validTo), about.join('; ')],
    ...places.map(({ place, served, error }) => {
      const said =
        error === undefined
          ? [...(held ? [served?.fingerprint === held.fingerprint ? 'serves it' : 'serves another'] : [])]
          : [describe(error, { where: place }).title];
      return [
        environment,
        name,
        place,
        ...until(served?.validTo),
        [...said, ...soon(served?.validTo)].join('; '),
      ];
    }),
  ];
}

function toJson({ environment, status }: Listed, now: number): unknown {
  const { name, held, problem, places } = status;
  const days = (validTo: string): number => daysLeft(validTo, now);
  return {
    environment,
    certificate: name,
    ...(held && { held: { ...held, daysLeft: days(held.validTo) } }),
    ...(problem !== undefined && { problem: describe(problem).title }),
    places: places.map(({ place, served, error }) =>
      served
        ? { place, served: { ...served, daysLeft: days(served.validTo) } }
        : { place, error: describe(error, { where: place }).title },
    ),
  };
}
