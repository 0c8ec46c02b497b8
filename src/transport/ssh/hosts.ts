import type { ByteChannel, Dialer, SocketDialer, SocketStreams } from '../../contracts/channel';
import type { Exec } from '../../contracts/exec';
import type { Log } from '../../contracts/log';
import type { Prompter } from '../../contracts/prompter';
import { SerialQueue } from '../../util/async';
import type { Disposable } from '../../util/disposables';
import type { KeepAlive } from './connect';
import type { SshConnection } from './connection';
import { SshConnections, type SshLease } from './connections';
import { localSshEnvironment, type SshEnvironment } from './environment';
import { SshExec } from './exec';
import { HostKeys } from './hostKeys';
import { resolveRoute, type HostSpecs } from './route';
import { SshShellExec } from './shellExec';

export interface SshHostsOptions {
  /** Asks for secrets and about unknown host keys. */
  readonly prompter: Prompter;
  readonly log: Log;
  readonly environment?: SshEnvironment;
  /** For a server to let us in, without the time a person takes to answer; 15,000 ms unless given. */
  readonly connectTimeoutMs?: number;
  /** 10,000 ms and 3 unless given here or in the SSH configuration: a silent server is given up after 40 s. */
  readonly keepAlive?: KeepAlive;
  /** How long a connection nobody uses stays open; 60,000 ms unless given. */
  readonly idleMs?: number;
}

/**
 * The hosts of the configuration that are reached over SSH. `~/.ssh/config`, known_hosts and the agent are honoured,
 * every server on the way is verified, and all users of a host share one connection. A lost connection ends what goes
 * through it; the next use connects anew.
 */
export class SshHosts implements Disposable {
  readonly #environment: SshEnvironment;
  readonly #connections: SshConnections;
  #hosts: HostSpecs;

  constructor(hosts: HostSpecs, options: SshHostsOptions) {
    this.#hosts = hosts;
    this.#environment = options.environment ?? localSshEnvironment();
    this.#connections = new SshConnections(
      {
        environment: this.#environment,
        hostKeys: new HostKeys(options.log),
        prompter: options.prompter,
        questions: new SerialQueue(),
        log: options.log,
        connectTimeoutMs: options.connectTimeoutMs ?? 15_000,
        keepAlive: options.keepAlive ?? { intervalMs: 10_000, count: 3 },
      },
      options.idleMs ?? 60_000,
    );
  }

  /** Takes another configuration for what is opened from now on; what is open stays. */
  update(hosts: HostSpecs): void {
    this.#hosts = hosts;
  }

  /** Opens channels to what the host can reach; nothing is connected before the first. */
  dialer(host: string): Dialer & SocketDialer {
    return {
      dial: (endpoint, signal) => this.#through(host, signal, (ssh) => ssh.dial(endpoint, signal)),
      dialSocket: (path, signal) => this.#through(host, signal, (ssh) => ssh.dialSocket(path, signal)),
    };
  }

  /** Opens streams to Unix sockets of the host, written and read at the pace of both sides. */
  streams(host: string): SocketStreams {
    return {
      openSocket: async (path, signal) => {
        const lease = await this.#acquire(host, signal);
        try {
          const stream = await lease.connection.openSocket(path, signal);
          const lost = lease.connection.onEnd((error) => stream.destroy(error));
          stream.once('close', () => {
            lost.dispose();
            lease.dispose();
          });
          // Whoever reads or writes gets the error; a late one must not end the process.
          stream.on('error', () => undefined);
          return stream;
        } catch (error) {
          lease.dispose();
          throw error;
        }
      },
    };
  }

  /** Runs commands on the host. */
  exec(host: string): Exec {
    return new SshExec(host, (signal) => this.#acquire(host, signal));
  }

  /** Runs commands on the host in shells that are kept: for many short ones. */
  shell(host: string): Exec {
    return new SshShellExec(this.exec(host), (signal) => this.#acquire(host, signal));
  }

  /** The name or address of the host itself, an alias of the SSH configuration resolved. Rejects as connecting does. */
  async addressOf(host: string): Promise<string> {
    const route = await resolveRoute(host, this.#hosts, this.#environment);
    return route.at(-1)!.settings.hostName;
  }

  dispose(): void {
    this.#connections.dispose();
  }

  async #acquire(host: string, signal: AbortSignal | undefined): Promise<SshLease> {
    return this.#connections.acquire(await resolveRoute(host, this.#hosts, this.#environment), signal);
  }

  async #through(
    host: string,
    signal: AbortSignal | undefined,
    open: (connection: SshConnection) => Promise<ByteChannel>,
  ): Promise<ByteChannel> {
    const lease = await this.#acquire(host, signal);
    try {
      const channel = await open(lease.connection);
      channel.onEnd(() => lease.dispose());
      return channel;
    } catch (error) {
      lease.dispose();
      throw error;
    }
  }
}
