import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SwapdeckConfig } from '../../../src/config/model';
import { parseConfig } from '../../../src/config/parse';
import { environmentProviders } from '../../../src/config/resolve';
import { systemClock } from '../../../src/contracts/clock';
import { silentLog } from '../../../src/contracts/log';
import { decliningPrompter } from '../../../src/contracts/prompter';
import { DeployedApplication, type ApplicationOptions } from '../../../src/environments/application';
import type { DeployableOptions } from '../../../src/environments/deployable';
import { Places } from '../../../src/environments/places';
import type { SshEnvironment } from '../../../src/transport/ssh/environment';
import { SshHosts } from '../../../src/transport/ssh/hosts';

/** All that a deployer in another process needs to know. Plain JSON. */
export interface DockerPlaceDescription {
  /** Of `swapdeck.yaml`. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly ssh: SshEnvironment;
  readonly env: Readonly<Record<string, string>>;
}

/** Ways to the hosts of a `swapdeck.yaml`, as the editor and the command line open them. */
export class DockerPlace {
  readonly description: DockerPlaceDescription;
  readonly config: SwapdeckConfig;
  readonly hosts: SshHosts;
  readonly #places: Places;

  private constructor(description: DockerPlaceDescription, config: SwapdeckConfig) {
    this.description = description;
    this.config = config;
    const { ssh, folder, env } = description;
    const specs = Object.entries(config.hosts).flatMap(([name, host]) => {
      if (host.kind !== 'ssh') return [];
      const [user, address] = host.address.split('@');
      return [[name, { ssh: { user: user!, host: address! } }] as const];
    });
    this.hosts = new SshHosts(Object.fromEntries(specs), {
      prompter: decliningPrompter,
      log: silentLog,
      environment: ssh,
      connectTimeoutMs: 10_000,
      keepAlive: { intervalMs: 1000, count: 3 },
    });
    this.#places = new Places({ ssh: this.hosts, local: new Set(), folder, env });
  }

  static async open(description: DockerPlaceDescription): Promise<DockerPlace> {
    const text = await readFile(path.join(description.folder, 'swapdeck.yaml'), 'utf8');
    const { config, problems } = await parseConfig(text);
    if (!config) throw new Error(JSON.stringify(problems));
    return new DockerPlace(description, config);
  }

  dispose(): void {
    this.hosts.dispose();
  }

  application(environment: string, more: Partial<ApplicationOptions> = {}): DeployedApplication {
    return new DeployedApplication({ ...this.options(environment), application: 'adara', ...more });
  }

  /** For everything else that is in an environment. */
  options(environment: string): DeployableOptions {
    const { folder, stateFolder, env } = this.description;
    return {
      config: this.config,
      folder,
      environment,
      places: this.#places,
      providers: environmentProviders(env),
      clock: systemClock,
      actor: { name: 'someone@lab', machine: 'lab', processId: process.pid },
      stateFolder,
    };
  }
}
