import type { AddressHostStatus, AddressStatus } from '../../environments/addressMove';
import { describe } from '../../messages/describe';
import { examples, ExitCode, type Context, type Register } from '../command';
import { table } from '../output';
import { EXIT_CODES, executePlan, type ChangeOptions } from './execute';
import { withEnvironments } from './open';

/** `swapdeck address` and `move`. */
export const registerAddress: Register = (program, action) => {
  program
    .command('address')
    .description('show which host has each address that moves, and how the others stand')
    .argument('<environment>')
    .addHelpText('after', examples('address production', 'address production --json'))
    .action(action((context, environment: string) => show(context, environment)));
  program
    .command('move')
    .description('move an address to another host, so that no connection fails')
    .argument('<environment>')
    .argument('<router>', 'the router of kind floating-ip')
    .argument('[host]', 'where to; the other one, where there are two')
    .option('--yes', 'go on without a question')
    .addHelpText(
      'after',
      `${examples('move production vip lb-2', 'move production vip --yes')}\n\n${EXIT_CODES}`,
    )
    .action(
      action(
        (context, environment: string, router: string, host: string | undefined, options: ChangeOptions) =>
          move(context, { environment, router, host }, options),
      ),
    );
};

async function show(context: Context, environment: string): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ AddressMove }, { EnvironmentError }] = await Promise.all([
    import('../../environments/addressMove'),
    import('../../environments/errors'),
  ]);
  return withEnvironments(context, async (optionsOf, { config }) => {
    const known = config.environments[environment];
    if (!known)
      throw new EnvironmentError('unknownEnvironment', `no environment ${environment}`, {
        name: environment,
        known: Object.keys(config.environments).join(', '),
      });
    const options = optionsOf(environment);
    const statuses = await Promise.all(
      known.addresses.map(async (router) => ({
        router,
        status: await new AddressMove(router, options).status(signal),
      })),
    );
    if (statuses.length === 0) output.note(`${environment} has no addresses that move.`);
    const rows = statuses.flatMap(({ router, status }) =>
      status.hosts.map((host) => [router, status.address, ...rowOf(host, status)]),
    );
    for (const row of table([['ROUTER', 'ADDRESS', 'HOST', 'HOLDS', 'PRIORITY', 'STATE'], ...rows]))
      output.line(row);
    output.result({ addresses: statuses.map(({ router, status }) => toJson(router, status)) });
    return ExitCode.done;
  });
}

function rowOf({ host, found, error, obstacles }: AddressHostStatus, status: AddressStatus): string[] {
  if (!found) return [host, '?', '', describe(error, { where: host }).title];
  const remarks = [
    found.state?.toLowerCase() ?? (found.isRunning ? 'runs' : 'keepalived does not run'),
    ...obstacles.flatMap((each) => (each.reason === 'notRunning' ? [] : [describe(each).title])),
    ...(status.interrupted && found.holds ? ['a move was interrupted'] : []),
  ];
  return [host, found.holds ? 'yes' : '-', String(found.priority), remarks.join('; ')];
}

function toJson(router: string, { address, hosts, holders, interrupted, holder }: AddressStatus): unknown {
  return {
    router,
    address,
    holders,
    hosts: hosts.map(({ host, found, error, obstacles }) =>
      found
        ? {
            host,
            holds: found.holds,
            priority: found.priority,
            running: found.isRunning,
            ...(found.state && { state: found.state }),
            ...(found.track && { track: found.track }),
            obstacles: obstacles.map((each) => ({ reason: each.reason, ...describe(each) })),
          }
        : { host, error: describe(error, { where: host }).title },
    ),
    ...(interrupted && { interrupted: { plan: interrupted.plan.id, to: interrupted.plan.release.version } }),
    ...(holder && { lockedBy: holder.owner?.actor.name }),
  };
}

async function move(
  context: Context,
  where: { readonly environment: string; readonly router: string; readonly host: string | undefined },
  options: ChangeOptions,
): Promise<ExitCode> {
  const { AddressMove } = await import('../../environments/addressMove');
  return withEnvironments(context, (optionsOf) =>
    executePlan(
      context,
      (observers) => new AddressMove(where.router, optionsOf(where.environment, observers)),
      (address, signal) => address.plan(where.host, signal),
      options,
    ),
  );
}
