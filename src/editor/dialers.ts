import { dirname } from 'node:path';
import { environmentProviders, type ValueProviders } from '../config/resolve';
import type { Dialer } from '../contracts/channel';
import type { Log } from '../contracts/log';
import type { Prompter } from '../contracts/prompter';
import type { Places } from '../environments/places';
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
  readonly #places = new WeakMap<SshHosts, Places>();

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
        const hosts = await this.hosts(configuration, signal);
        return hosts.dialer(host).dial(endpoint, signal);
      },
    };
  }

  inContainer(host: string, configuration: FolderConfiguration): Dialer {
    return {
      dial: async (endpoint, signal) => {
        const { containerDialer } = await import('../environments/containerDialer');
        return containerDialer((aborted) => this.places(configuration, aborted), host).dial(endpoint, signal);
      },
    };
  }

  dispose(): void {
    for (const hosts of this.#hosts.values()) hosts.dispose();
    this.#hosts.clear();
  }

  /** Values of `swapdeck.yaml`: variables of this process, secrets of the editor's storage. */
  get providers(): ValueProviders {
    return {
      ...environmentProviders(process.env),
      secret: (name) => this.#secrets.get(name),
      credentials: this.#secrets,
    };
  }

  /** The ways to every machine of a configuration; engines and connections are shared by all users. */
  async places(configuration: FolderConfiguration, signal?: AbortSignal): Promise<Places> {
    const ssh = await this.hosts(configuration, signal);
    const { Places: Ways } = await import('../environments/places');
    const hosts = configuration.config?.hosts ?? {};
    const isLocal = (host: string): boolean => hosts[host]?.kind === 'local';
    const known = this.#places.get(ssh);
    if (known && Object.keys(hosts).every((host) => known.isLocal(host) === isLocal(host))) return known;
    const folder = dirname(configuration.uri.fsPath);
    const local = new Set(Object.keys(hosts).filter(isLocal));
    const places = new Ways({ ssh, local, folder, env: process.env });
    this.#places.set(ssh, places);
    return places;
  }

  async hosts(configuration: FolderConfiguration, signal?: AbortSignal): Promise<SshHosts> {
    const { config } = configuration;
    const specs = config ? await sshHostSpecs(config, this.providers, signal) : {};
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
