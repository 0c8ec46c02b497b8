import type { Plan } from '../../contracts/deploy';
import type { Fleet, FleetChoice } from '../../environments/fleet';
import { examples, ExitCode, type Context, type Register } from '../command';
import { table } from '../output';
import { EXIT_CODES, executePlan, type ChangeOptions } from './execute';
import { withEnvironments } from './open';

type Options = ChangeOptions & FleetChoice & { readonly keepSessions?: boolean };

/** `swapdeck members`, `restart`, `drain` and `activate`: the nodes behind a load balancer of mod_jk. */
export const registerFleet: Register = (program, action) => {
  program
    .command('members')
    .description('show the nodes behind a load balancer of mod_jk: state, weight, requests in flight')
    .argument('<environment>')
    .argument('<router>')
    .addHelpText('after', examples('members production jk', 'members production jk --json'))
    .action(action((context, environment: string, router: string) => members(context, environment, router)));
  program
    .command('restart')
    .description('start nodes again, one after another, without a lost request or session')
    .argument('<environment>')
    .argument('<router>')
    .argument('[nodes...]', 'else all')
    .option('--yes', 'go on without a question')
    .option('--lose-sessions', 'also where users would lose what their sessions hold')
    .addHelpText(
      'after',
      `${examples('restart production jk', 'restart production jk worker1')}\n\n${EXIT_CODES}`,
    )
    .action(
      action((context, environment: string, router: string, nodes: string[], options: Options) =>
        execute(context, environment, router, options, (fleet, signal) =>
          fleet.restartPlan(nodes, options, signal),
        ),
      ),
    );
  program
    .command('drain')
    .description('move a node out: its users go elsewhere, with their sessions')
    .argument('<environment>')
    .argument('<router>')
    .argument('<node>')
    .option('--yes', 'go on without a question')
    .option('--keep-sessions', 'send nobody new there; users with a session stay')
    .option('--lose-sessions', 'also where users would lose what their sessions hold')
    .addHelpText('after', `${examples('drain production jk worker1')}\n\n${EXIT_CODES}`)
    .action(
      action((context, environment: string, router: string, node: string, options: Options) =>
        execute(context, environment, router, options, (fleet, signal) =>
          fleet.drainPlan(node, { ...options, staying: options.keepSessions === true }, signal),
        ),
      ),
    );
  program
    .command('activate')
    .description('move a node in again')
    .argument('<environment>')
    .argument('<router>')
    .argument('<node>')
    .option('--yes', 'go on without a question')
    .addHelpText('after', `${examples('activate production jk worker1')}\n\n${EXIT_CODES}`)
    .action(
      action((context, environment: string, router: string, node: string, options: Options) =>
        execute(context, environment, router, options, (fleet, signal) => fleet.activatePlan(node, signal)),
      ),
    );
};

async function members(context: Context, environment: string, router: string): Promise<ExitCode> {
  const { output, signal } = context;
  const { Fleet: Opened } = await import('../../environments/fleet');
  return withEnvironments(context, async (optionsOf) => {
    const found = await new Opened(router, optionsOf(environment)).members(signal);
    const rows = found.map(({ name, activation, weight, busy, state, route, host, port }) => [
      name,
      activation,
      String(weight),
      String(busy),
      state,
      route,
      `${host}:${port}`,
    ]);
    for (const row of table([['NODE', 'STATE', 'WEIGHT', 'BUSY', 'HEALTH', 'ROUTE', 'ADDRESS'], ...rows]))
      output.line(row);
    output.result({ members: found });
    return ExitCode.done;
  });
}

async function execute(
  context: Context,
  environment: string,
  router: string,
  options: Options,
  make: (fleet: Fleet, signal: AbortSignal) => Promise<Plan>,
): Promise<ExitCode> {
  const { Fleet: Opened } = await import('../../environments/fleet');
  return withEnvironments(context, (optionsOf) =>
    executePlan(context, (observers) => new Opened(router, optionsOf(environment, observers)), make, options),
  );
}
