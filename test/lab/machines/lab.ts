import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SshEnvironment } from '../../../src/transport/ssh/environment';
import type { HostSpecs } from '../../../src/transport/ssh/route';
import { newCgroup, removeCgroup, sweepCgroups } from './cgroups';
import type { Daemon } from './daemon';
import { Machine } from './machine';
import { LabNetwork } from './network';
import { ACCOUNTS } from './root';
import { succeed } from './run';
import { startService, type Service } from './services';

/** What is on a machine besides sshd. */
export interface MachineRequest {
  readonly engine?: boolean;
  /** The most that the engine can store; 2g unless given. */
  readonly engineDisk?: string;
  readonly services?: readonly Service[];
}

export interface LabOptions {
  /** By name; names are Hosts of the SSH configuration too. */
  readonly machines: Readonly<Record<string, MachineRequest>>;
  /** Where keys and SSH configuration are put; a new temporary folder unless given. */
  readonly folder?: string;
}

/**
 * Whole machines on a network of their own. All of it ends with `down`, and with this process however that ends;
 * only the folder with its keys and empty cgroups can outlive a kill, and the next lab removes those cgroups.
 */
export class Lab {
  readonly folder: string;
  readonly network: LabNetwork;
  readonly machines = new Map<string, Machine>();
  readonly services = new Map<string, Daemon>();
  /** Below which the containers of all its machines are. */
  readonly cgroup: string;

  private constructor(folder: string, network: LabNetwork, cgroup: string) {
    this.folder = folder;
    this.network = network;
    this.cgroup = cgroup;
  }

  static async up(options: LabOptions): Promise<Lab> {
    await sweepCgroups();
    const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'swapdeck-lab-')));
    const lab = new Lab(folder, await LabNetwork.create(), newCgroup());
    try {
      await mkdir(path.join(lab.home, '.ssh'), { recursive: true, mode: 0o700 });
      await lab.#makeKey('id');
      await lab.#makeKey('host_key');
      const requests = Object.entries(options.machines);
      await Promise.all(requests.map(([name, request], index) => lab.#boot(name, 11 + index, request)));
      await lab.#writeSshConfiguration();
      return lab;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  /** A home folder whose SSH configuration leads to the machines, each by its name, as root. */
  get home(): string {
    return path.join(this.folder, 'home');
  }

  machine(name: string): Machine {
    const machine = this.machines.get(name);
    if (!machine) throw new Error(`the lab has no machine ${name}`);
    return machine;
  }

  /** `apache` of `host-a`, ... */
  service(machine: string, service: Service): Daemon {
    return this.services.get(`${machine}/${service}`)!;
  }

  /** For `SshHosts`: this account, with the lab's home folder and nothing else of this machine. */
  environment(): SshEnvironment {
    return {
      home: this.home,
      user: 'root',
      uid: process.getuid?.() ?? -1,
      hostname: 'laptop.example.org',
      platform: process.platform,
      variables: {},
      configFiles: [this.#ssh('config')],
      globalKnownHostsFiles: [],
    };
  }

  /** For `SshHosts`: the machines by name, and `NAME-guest`, `NAME-deploy` for its other accounts. */
  hostSpecs(): HostSpecs {
    const specs: Record<string, HostSpecs[string]> = {};
    for (const host of this.machines.keys()) {
      specs[host] = { ssh: { host } };
      for (const user of Object.values(ACCOUNTS)) specs[`${host}-${user}`] = { ssh: { host, user } };
    }
    return specs;
  }

  /** Ends everything and removes every trace. */
  async down(): Promise<void> {
    await this.network.close();
    await removeCgroup(this.cgroup);
    await rm(this.folder, { recursive: true, force: true });
  }

  async #boot(name: string, number: number, request: MachineRequest): Promise<void> {
    const machine = await Machine.boot(this.network, {
      name,
      number,
      authorizedKeys: await readFile(`${this.#ssh('id')}.pub`, 'utf8'),
      hostKey: await readFile(this.#ssh('host_key'), 'utf8'),
      engineDisk: request.engineDisk ?? '2g',
      cgroup: this.cgroup,
    });
    this.machines.set(name, machine);
    if (request.engine) await machine.engine.start();
    for (const service of request.services ?? [])
      this.services.set(`${name}/${service}`, await startService(machine, service));
  }

  async #makeKey(name: string): Promise<void> {
    await succeed([
      'ssh-keygen',
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-C',
      'swapdeck lab',
      '-f',
      this.#ssh(name),
    ]);
  }

  /** Each machine as a Host, through a port of loopback; `NAME.lab` for who is inside the lab's network. */
  async #writeSshConfiguration(): Promise<void> {
    const [kind, key] = (await readFile(`${this.#ssh('host_key')}.pub`, 'utf8')).split(' ');
    const hosts: string[] = [];
    const known: string[] = [];
    for (const { name, address } of this.machines.values()) {
      const port = await this.network.forward(address, 22);
      hosts.push(
        // By its address too, which is how its neighbours know it.
        `Host ${name} ${address}\n  HostName 127.0.0.1\n  Port ${port}`,
        `Host ${name}.lab\n  HostName ${address}`,
      );
      known.push(`[127.0.0.1]:${port},${address} ${kind} ${key}`);
    }
    const names = [...this.machines.values()]
      .map(({ name, address }) => `${name} ${name}.lab ${address}`)
      .join(' ');
    const shared = `Host ${names}\n  User root\n  IdentityFile ${this.#ssh('id')}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${this.#ssh('known_hosts')}`;
    await writeFile(this.#ssh('config'), `${[...hosts, shared].join('\n')}\n`);
    await writeFile(this.#ssh('known_hosts'), `${known.join('\n')}\n`);
  }

  #ssh(file: string): string {
    return path.join(this.home, '.ssh', file);
  }
}
