import * as path from 'node:path';
import type { SwapdeckConfig } from '../config/model';
import type { ConfiguredDialers } from '../hotswap/configured';
import type { JvmTarget } from '../hotswap/model';
import type { SshHosts } from '../transport/ssh/hosts';
import { TcpDialer } from '../transport/tcp';
import type { Disposable } from '../util/disposables';
import type { Context } from './command';
import { formatJvmAddress, parseJvmAddress } from './jvmAddress';

/** The JVMs of a command line, and what is opened to reach them. */
export interface OpenTargets extends Disposable {
  /** In the order in which they were named. */
  readonly targets: readonly CommandTarget[];
}

/** A JVM as the command line names it. */
export interface CommandTarget extends JvmTarget {
  /** The folder of the `swapdeck.yaml` that has it; absent for an address. */
  readonly folder?: string;
}

/**
 * The JVMs that `--jvm` names: addresses, and names of the nearest `swapdeck.yaml` from here upward, with the class
 * roots of their application and the way through a host. Nothing is connected yet. Rejects with `ConfigError`.
 */
export async function openTargets(names: readonly string[], context: Context): Promise<OpenTargets> {
  const direct = new TcpDialer();
  const hosts = new ConfiguredHosts(context);
  const targets: CommandTarget[] = [];
  let configured: Promise<LoadedConfiguration> | undefined;
  for (const name of new Set(names)) {
    const endpoint = parseJvmAddress(name);
    if (endpoint) {
      const address = formatJvmAddress(endpoint);
      targets.push({ id: address, name: address, endpoint, dialer: direct, classRoots: [] });
      continue;
    }
    const loaded = await (configured ??= loadConfiguration(context.cwd));
    const dialers = { direct: () => direct, through: hosts.through(loaded) };
    targets.push(await namedTarget(name, loaded, dialers, context));
  }
  return { targets, dispose: () => hosts.dispose() };
}

interface LoadedConfiguration {
  readonly config: Pick<SwapdeckConfig, 'environments' | 'applications' | 'hosts'>;
  readonly folder: string;
}

/** Without a `swapdeck.yaml` an empty one. */
async function loadConfiguration(cwd: string): Promise<LoadedConfiguration> {
  const [{ findConfig, readConfigText }, { parseConfig }, { ConfigError }] = await Promise.all([
    import('../config/find'),
    import('../config/parse'),
    import('../config/errors'),
  ]);
  const file = await findConfig(cwd);
  if (file === undefined) return { config: { environments: {}, applications: {}, hosts: {} }, folder: cwd };
  const { config, problems } = await parseConfig(await readConfigText(file));
  if (config) return { config, folder: path.dirname(file) };
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  throw new ConfigError('invalid', `${file} has ${errors} errors`, { file, errors });
}

async function namedTarget(
  name: string,
  { config, folder }: LoadedConfiguration,
  dialers: ConfiguredDialers,
  { env, signal }: Context,
): Promise<CommandTarget> {
  const [{ configuredJvms, configuredTarget, findConfiguredJvm }, { environmentProviders }] =
    await Promise.all([import('../hotswap/configured'), import('../config/resolve')]);
  const jvm = findConfiguredJvm(name, configuredJvms(config));
  const providers = environmentProviders(env, { environment: jvm.environment });
  return { ...(await configuredTarget(jvm, config, folder, dialers, providers, signal)), folder };
}

/** The SSH connections of one command; opened with the first use. */
class ConfiguredHosts implements Disposable {
  readonly #context: Context;
  #opened: Promise<SshHosts> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  through(loaded: LoadedConfiguration): ConfiguredDialers['through'] {
    return (host) => ({
      dial: async (endpoint, signal) => {
        const hosts = await (this.#opened ??= this.#open(loaded));
        return hosts.dialer(host).dial(endpoint, signal);
      },
    });
  }

  dispose(): void {
    void this.#opened?.then(
      (hosts) => hosts.dispose(),
      () => undefined,
    );
  }

  async #open({ config }: LoadedConfiguration): Promise<SshHosts> {
    const [{ SshHosts }, { sshHostSpecs }, { environmentProviders }, { terminalPrompter }] =
      await Promise.all([
        import('../transport/ssh/hosts'),
        import('../hotswap/configured'),
        import('../config/resolve'),
        import('./terminalPrompter'),
      ]);
    const { env, output, signal, terminal } = this.#context;
    const specs = await sshHostSpecs(config, environmentProviders(env), signal);
    return new SshHosts(specs, { prompter: terminalPrompter(terminal, output), log: output.log });
  }
}
