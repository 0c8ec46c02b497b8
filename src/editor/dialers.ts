import { environmentProviders } from '../config/resolve';
import type { Dialer } from '../contracts/channel';
import type { Log } from '../contracts/log';
import type { Prompter } from '../contracts/prompter';
import { sshHostSpecs } from '../hotswap/configured';
import type { SshHosts } from '../transport/ssh/hosts';
import { TcpDialer } from '../transport/tcp';
import type { Disposable } from '../util/disposables';
import type { FolderConfiguration } from './configuration';
import type { Dialers } from './entries';
import type { Secrets } from './secrets';

/** The ways to a JVM: directly, or through the hosts of a configuration, whose connections all users share. */
export class EditorDialers implements Dialers, Disposable {
  readonly #direct = new TcpDialer();
  readonly #secrets: Secrets;
  readonly #prompter: Prompter;
  readonly #log: Log;
  /** By the uri of the configuration. */
  readonly #hosts = new Map<string, SshHosts>();

  constructor(secrets: Secrets, prompter: Prompter, log: Log) {
    this.#secrets = secrets;
    this.#prompter = prompter;
    this.#log = log;
  }

  direct(): Dialer {
    return this.#direct;
  }

  through(host: string, configuration: FolderConfiguration): Dialer {
    return {
      dial: async (endpoint, signal) => {
        const hosts = await this.#open(configuration, signal);
        return hosts.dialer(host).dial(endpoint, signal);
      },
    };
  }

  dispose(): void {
    for (const hosts of this.#hosts.values()) hosts.dispose();
    this.#hosts.clear();
  }

  async #open(configuration: FolderConfiguration, signal: AbortSignal | undefined): Promise<SshHosts> {
    const providers = {
      ...environmentProviders(process.env),
      secret: (name: string) => this.#secrets.get(name),
    };
    const { config } = configuration;
    const specs = config ? await sshHostSpecs(config, providers, signal) : {};
    const key = configuration.uri.toString();
    const known = this.#hosts.get(key);
    if (known) {
      known.update(specs);
      return known;
    }
    const { SshHosts: Hosts } = await import('../transport/ssh/hosts');
    const opened = this.#hosts.get(key);
    if (opened) return opened;
    const hosts = new Hosts(specs, { prompter: this.#prompter, log: this.#log });
    this.#hosts.set(key, hosts);
    return hosts;
  }
}
