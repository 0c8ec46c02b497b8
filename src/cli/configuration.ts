import * as path from 'node:path';
import type { SwapdeckConfig } from '../config/model';
import type { SshHosts } from '../transport/ssh/hosts';
import type { Context } from './command';

export interface LoadedConfiguration {
  readonly config: SwapdeckConfig;
  /** Where the file lies. */
  readonly folder: string;
}

/** The nearest `swapdeck.yaml` from a folder upward; undefined where there is none. Rejects with `ConfigError`. */
export async function loadConfiguration(cwd: string): Promise<LoadedConfiguration | undefined> {
  const [{ findConfig, readConfigText }, { parseConfig }, { ConfigError }] = await Promise.all([
    import('../config/find'),
    import('../config/parse'),
    import('../config/errors'),
  ]);
  const file = await findConfig(cwd);
  if (file === undefined) return undefined;
  const { config, problems } = await parseConfig(await readConfigText(file));
  if (config) return { config, folder: path.dirname(file) };
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  throw new ConfigError('invalid', `${file} has ${errors} errors`, { file, errors });
}

/** The hosts of a configuration that are this machine. */
export function localHosts({ hosts }: Pick<SwapdeckConfig, 'hosts'>): Set<string> {
  return new Set(Object.entries(hosts).flatMap(([name, { kind }]) => (kind === 'local' ? [name] : [])));
}

/** The hosts of a configuration; nothing is connected before the first use. Questions are asked at the terminal. */
export async function openHosts(
  config: Pick<SwapdeckConfig, 'hosts'>,
  { env, output, signal, terminal }: Context,
): Promise<SshHosts> {
  const [{ SshHosts }, { sshHostSpecs }, { environmentProviders }, { terminalPrompter }] = await Promise.all([
    import('../transport/ssh/hosts'),
    import('../hotswap/configured'),
    import('../config/resolve'),
    import('./terminalPrompter'),
  ]);
  const specs = await sshHostSpecs(config, environmentProviders(env), signal);
  return new SshHosts(specs, { prompter: terminalPrompter(terminal, output), log: output.log });
}
