import { hostname, userInfo } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { systemClock } from '../../contracts/clock';
import type { Plan } from '../../contracts/deploy';
import type { DeployEvent } from '../../contracts/deployRecord';
import type { DeployedApplication } from '../../environments/application';
import type { Deployable, DeployableOptions } from '../../environments/deployable';
import type { Context } from '../command';
import { loadConfiguration, openHosts, type LoadedConfiguration } from '../configuration';
import { stateFolder } from '../../environments/stateFolder';

export interface Names {
  readonly environment: string;
  readonly application: string;
}

export interface Observers {
  readonly onEvent?: (event: DeployEvent) => void;
  readonly decide?: () => Promise<'undo' | 'stay'>;
  readonly approvals?: (plan: Plan, needed: number) => Promise<readonly string[]>;
}

/** What everything in an environment is opened with. */
export type OptionsOf = (environment: string, observers?: Observers) => DeployableOptions;

/**
 * Opens the environments of the nearest `swapdeck.yaml` for as long as `run` takes. `names`: the application whose hosts
 * are needed for sure; they are connected to while the rest is loaded.
 */
export async function withEnvironments<T>(
  context: Context,
  run: (optionsOf: OptionsOf, loaded: LoadedConfiguration) => Promise<T>,
  names?: Names,
): Promise<T> {
  const [{ Places }, { connectAhead }, { environmentProviders }, { ConfigError }] = await Promise.all([
    import('../../environments/places'),
    import('../../environments/connect'),
    import('../../config/resolve'),
    import('../../config/errors'),
  ]);
  const loaded = await loadConfiguration(context.cwd);
  if (!loaded)
    throw new ConfigError('notFound', `no swapdeck.yaml above ${context.cwd}`, { directory: context.cwd });
  const { config, folder } = loaded;
  if (names && config.applications[names.application]?.kind === 'war') keepHeapSmall();
  const { env, output } = context;
  const ssh = await openHosts(config, context);
  const local = Object.entries(config.hosts).flatMap(([name, { kind }]) => (kind === 'local' ? [name] : []));
  const places = new Places({ ssh, local: new Set(local), folder, env });
  try {
    if (names) connectAhead(config, names, places, context.signal);
    return await run(
      (environment, observers = {}) => ({
        ...observers,
        environment,
        config,
        folder,
        places,
        providers: environmentProviders(env),
        clock: systemClock,
        actor: {
          name: `${userInfo().username}@${hostname()}`,
          machine: hostname(),
          processId: process.pid,
        },
        stateFolder: stateFolder(env),
        log: output.log,
        onStage: (stage) => output.note(`${stage} ...`),
      }),
      loaded,
    );
  } finally {
    ssh.dispose();
  }
}

/**
 * Whoever sends large files to several servers waits most of the time, often beside a build: V8 need not make room for
 * garbage. Everything else would be slower by a tenth, and what compares thousands of classes by half.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The same for applications. */
export async function withApplications<T>(
  context: Context,
  run: (
    open: (names: Names, observers?: Observers) => DeployedApplication,
    loaded: LoadedConfiguration,
  ) => Promise<T>,
  names?: Names,
): Promise<T> {
  return withEnvironments(
    context,
    async (optionsOf, loaded) => {
      const { DeployedApplication } = await import('../../environments/application');
      return run(
        ({ environment, application }, observers) =>
          new DeployedApplication({ ...optionsOf(environment, observers), application }),
        loaded,
      );
    },
    names,
  );
}

/** The same for what has deployments: `application` may be the subject of an operation, such as `vip@address`. */
export async function withDeployable<T>(
  context: Context,
  { environment, application }: Names,
  observers: Observers,
  run: (deployable: Deployable) => Promise<T>,
): Promise<T> {
  const { openDeployable } = await import('../../environments/operations');
  return withEnvironments(context, async (optionsOf) =>
    run(await openDeployable(application, optionsOf(environment, observers))),
  );
}
