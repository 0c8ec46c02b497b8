import type { SwapdeckConfig } from '../config/model';
import type { Places } from '../environments/places';
import type { ConfiguredDialers } from '../hotswap/configured';
import type { JvmTarget } from '../hotswap/model';
import type { SshHosts } from '../transport/ssh/hosts';
import { TcpDialer } from '../transport/tcp';
import type { Disposable } from '../util/disposables';
import type { Context } from './command';
import { loadConfiguration, localHosts, openHosts } from './configuration';
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
  let configured: Promise<JvmConfiguration> | undefined;
  for (const name of new Set(names)) {
    const endpoint = parseJvmAddress(name);
    if (endpoint) {
      const address = formatJvmAddress(endpoint);
      targets.push({ id: address, name: address, endpoint, dialer: direct, classRoots: [] });
      continue;
    }
    const loaded = await (configured ??= configurationOf(context.cwd));
    const dialers = {
      direct: () => direct,
      through: hosts.through(loaded),
      inContainer: hosts.inContainer(loaded),
    };
    targets.push(await namedTarget(name, loaded, dialers, context));
  }
  return { targets, dispose: () => hosts.dispose() };
}

/** What of a configuration says where JVMs are. */
interface JvmConfiguration {
  readonly config: Pick<SwapdeckConfig, 'environments' | 'applications' | 'hosts'>;
  readonly folder: string;
}

/** Without a `swapdeck.yaml` an empty one. */
async function configurationOf(cwd: string): Promise<JvmConfiguration> {
  const loaded = await loadConfiguration(cwd);
  return loaded ?? { config: { environments: {}, applications: {}, hosts: {} }, folder: cwd };
}

async function namedTarget(
  name: string,
  { config, folder }: JvmConfiguration,
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

  through(loaded: JvmConfiguration): ConfiguredDialers['through'] {
    return (host) => ({
      dial: async (endpoint, signal) => {
        const hosts = await (this.#opened ??= openHosts(loaded.config, this.#context));
        return hosts.dialer(host).dial(endpoint, signal);
      },
    });
  }

  inContainer(loaded: JvmConfiguration): ConfiguredDialers['inContainer'] {
    return (host) => ({
      dial: async (endpoint, signal) => {
        const { containerDialer } = await import('../environments/containerDialer');
        return containerDialer(() => this.#places(loaded), host).dial(endpoint, signal);
      },
    });
  }

  async #places({ config, folder }: JvmConfiguration): Promise<Places> {
    const [ssh, { Places }] = await Promise.all([
      (this.#opened ??= openHosts(config, this.#context)),
      import('../environments/places'),
    ]);
    return new Places({ ssh, local: localHosts(config), folder, env: this.#context.env });
  }

  dispose(): void {
    void this.#opened?.then(
      (hosts) => hosts.dispose(),
      () => undefined,
    );
  }
}
