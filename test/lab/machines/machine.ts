import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../../../scripts/support/systemPackages';
import { delay } from '../../../src/util/async';
import { Daemon, type Ready } from './daemon';
import { SUBNET, type LabNetwork } from './network';
import { mountTable, STAGE, writeSystem, type RootOptions } from './root';
import { command, descendant, succeed, type CommandOptions, type CommandResult } from './run';

export interface MachineOptions extends RootOptions {
  /** The last number of its address. */
  readonly number: number;
}

/**
 * A whole machine in namespaces: its own processes, network card, name and files (this machine's, copied on write),
 * with sshd and, when asked for, a Docker engine. What it stores is in memory and gone with it.
 */
export class Machine {
  readonly name: string;
  readonly address: string;
  /** Of the machine that was asked for after it, if there is one. */
  readonly nextAddress: string;
  /** The machine's first process, as this machine numbers it. */
  readonly pid: number;
  readonly sshd: Daemon;
  readonly engine: Daemon;
  readonly #lifeline: ChildProcess;

  private constructor(options: MachineOptions, lifeline: ChildProcess, pid: number) {
    this.name = options.name;
    this.address = `${SUBNET}.${options.number}`;
    this.nextAddress = `${SUBNET}.${options.number + 1}`;
    this.pid = pid;
    this.#lifeline = lifeline;
    this.sshd = this.daemon('sshd', ['/usr/sbin/sshd', '-D', '-e'], /^Server listening on 0\.0\.0\.0/);
    this.engine = this.daemon(
      'dockerd',
      [
        ...[findProgram('dockerd')!, '--insecure-registry', `${SUBNET}.0/24`],
        ...['--cgroup-parent', `/${options.cgroup}/${options.name}`],
        ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--storage-driver', 'overlay2'],
      ],
      /API listen on/,
    );
  }

  /** Boots a machine on the network and starts its sshd. */
  static async boot(network: LabNetwork, options: MachineOptions): Promise<Machine> {
    // cat, for its answer says that the namespaces are there, and its end ends the machine.
    const lifeline = spawn(
      'nsenter',
      [
        ...['--target', String(network.pid), '--net', '--mount', '--pid', '--ipc', '--uts', '--', 'unshare'],
        ...['--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child'],
        ...['--propagation', 'private', '--', findProgram('tini')!, '--', 'cat'],
      ],
      // unshare has something to say when the machine is powered off.
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    lifeline.stdin.write('up');
    await Promise.race([
      once(lifeline.stdout, 'data'),
      once(lifeline, 'exit').then(() => Promise.reject(new Error(`${options.name} does not start`))),
    ]);
    const machine = new Machine(options, lifeline, await descendant(lifeline.pid!, 2));
    try {
      await machine.#furnish(options);
      await network.connect(options.name, machine.pid);
      await succeed(machine.#nsenter(['net'], ['ip', '-batch', '-']), {
        stdin: [
          'link set lo up',
          `addr add ${machine.address}/24 dev eth0`,
          'link set eth0 up',
          `route add default via ${SUBNET}.1`,
          '',
        ].join('\n'),
      });
      await machine.sshd.start();
    } catch (error) {
      await machine.powerOff();
      throw error;
    }
    return machine;
  }

  /** A path on the machine as this process can open it, files and sockets alike. */
  path(...parts: string[]): string {
    return path.join('/proc', String(this.pid), 'root', ...parts);
  }

  /** The argv that runs another one on the machine, as root. */
  inside(argv: readonly string[]): string[] {
    return this.#nsenter(['mount', 'uts', 'ipc', 'net', 'pid'], argv);
  }

  async run(argv: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return command(this.inside(argv), options);
  }

  /** As `run`, but rejects on another exit code than 0; resolves to the standard output. */
  async succeed(argv: readonly string[], options?: CommandOptions): Promise<string> {
    return succeed(this.inside(argv), options);
  }

  /** A server of the machine; not started yet. */
  daemon(name: string, argv: readonly string[], ready?: Ready): Daemon {
    return new Daemon(`${name} of ${this.name}`, this.inside(argv), ready);
  }

  /** Resolves when something listens on a TCP port of the machine. */
  async listensOn(port: number): Promise<void> {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    // Local address and port, remote ones, and the state TCP_LISTEN (proc(5)).
    const line = new RegExp(`^ *\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, 'm');
    const deadline = Date.now() + 60_000;
    for (;;) {
      const tables = await Promise.all(
        ['tcp', 'tcp6'].map((table) => readFile(`/proc/${this.pid}/net/${table}`, 'utf8')),
      );
      if (tables.some((table) => line.test(table))) return;
      if (Date.now() > deadline) throw new Error(`nothing listens on port ${port} of ${this.name}`);
      // The kernel tells nobody.
      await delay(10);
    }
  }

  /** The engine's socket as this process can connect to it. */
  get engineSocket(): string {
    return this.path('run', 'docker.sock');
  }

  /** Pulls the plug: every process on it is gone at once. */
  async powerOff(): Promise<void> {
    if (this.#lifeline.exitCode !== null || this.#lifeline.signalCode !== null) return;
    const exited = once(this.#lifeline, 'exit');
    process.kill(this.pid, 'SIGKILL');
    await exited;
  }

  /** Makes the machine's root from its parts and moves into it (pivot_root(2)). */
  async #furnish(options: MachineOptions): Promise<void> {
    const mount = (...args: string[]): Promise<string> =>
      succeed(this.#nsenter(['mount', 'net', 'pid', 'ipc'], ['mount', ...args]));
    await mount('-t', 'tmpfs', '-o', 'mode=755', 'stage', STAGE);
    for (const folder of ['upper', 'work', 'root']) await mkdir(this.path(STAGE, folder));
    await writeFile(this.path(STAGE, 'fstab'), mountTable(options));
    await mount('--all', '--fstab', `${STAGE}/fstab`);
    const root = `${STAGE}/root`;
    await writeSystem(this.path(root), options);
    await succeed(['nsenter', '--target', String(this.pid), '--uts', '--', 'hostname', this.name]);
    await mkdir(this.path(root, '.old'));
    const inRoot = ['nsenter', '--target', String(this.pid), '--mount', `--wd=${this.path(root)}`, '--'];
    await succeed([...inRoot, 'pivot_root', '.', '.old']);
    await succeed(this.#nsenter(['mount', 'pid'], ['umount', '--lazy', '/.old']));
  }

  #nsenter(namespaces: readonly string[], argv: readonly string[]): string[] {
    return ['nsenter', '--target', String(this.pid), ...namespaces.map((each) => `--${each}`), '--', ...argv];
  }
}
