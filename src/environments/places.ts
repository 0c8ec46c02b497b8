import { homedir } from 'node:os';
import type { Dialer, SocketDialer } from '../contracts/channel';
import { THIS_MACHINE, type HostName } from '../contracts/deployCall';
import type { Exec } from '../contracts/exec';
import { Engines } from '../targets/docker/engine/engines';
import { LocalLink } from '../targets/docker/engine/localLink';
import { SshLink } from '../targets/docker/engine/sshLink';
import { LocalExec } from '../transport/localExec';
import { LocalSocketDialer } from '../transport/localSocket';
import type { SshHosts } from '../transport/ssh/hosts';
import { TcpDialer } from '../transport/tcp';

export interface PlacesOptions {
  readonly ssh: SshHosts;
  /** Hosts of the configuration that are this machine. */
  readonly local: ReadonlySet<HostName>;
  /** Where programs of this machine run: the folder of `swapdeck.yaml`. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The ways to every machine that an environment names, this one included. */
export class Places {
  readonly engines: Engines;
  readonly #options: PlacesOptions;
  readonly #tcp = new TcpDialer();
  readonly #sockets = new LocalSocketDialer();

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.engines = new Engines((host) =>
      this.isLocal(host)
        ? new LocalLink(host === THIS_MACHINE ? 'this machine' : host, {
            home: homedir(),
            platform: process.platform,
            variables: options.env,
          })
        : new SshLink(options.ssh.exec(host), options.ssh.streams(host)),
    );
  }

  isLocal(host: HostName): boolean {
    return host === THIS_MACHINE || this.#options.local.has(host);
  }

  /** What others reach a machine by: a name or an address. */
  async addressOf(host: HostName): Promise<string> {
    return this.isLocal(host) ? '127.0.0.1' : this.#options.ssh.addressOf(host);
  }

  exec(host: HostName): Exec {
    const { ssh, folder } = this.#options;
    return this.isLocal(host) ? new LocalExec(host, { directory: folder }) : ssh.exec(host);
  }

  /** For the many short commands of plans and readings. */
  shell(host: HostName): Exec {
    return this.isLocal(host) ? this.exec(host) : this.#options.ssh.shell(host);
  }

  dialer(host: HostName): Dialer {
    return this.isLocal(host) ? this.#tcp : this.#options.ssh.dialer(host);
  }

  socketDialer(host: HostName): SocketDialer {
    return this.isLocal(host) ? this.#sockets : this.#options.ssh.dialer(host);
  }
}
