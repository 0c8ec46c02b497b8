import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findProgram } from '../../../scripts/support/systemPackages';
import type { ForwardRequest, KeeperReply } from './keeper';
import { descendant, succeed } from './run';

const BRIDGE = 'br0';

/** The addresses of the lab's network; no other network of this machine can see them. */
export const SUBNET = '10.99.0';

/**
 * A network of its own in namespaces without a name: a bridge on which machines are put, and a process that keeps it.
 * Nothing is added to the network of the machine it runs on, and all ends with this process.
 */
export class LabNetwork {
  readonly #keeper: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** The process inside, as this machine numbers it; `nsenter --target` takes it. */
  readonly pid: number;
  readonly #waiting = new Map<number, () => void>();
  #serial = 0;

  private constructor(keeper: ChildProcess, pid: number) {
    this.#keeper = keeper;
    this.#exited = once(keeper, 'exit');
    this.pid = pid;
    keeper.on('message', ({ id }: KeeperReply) => this.#waiting.get(id)?.());
  }

  static async create(): Promise<LabNetwork> {
    const unshare = ['--net', '--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc'];
    const keeper = fork(path.join(__dirname, 'keeper.ts'), [], {
      execPath: findProgram('unshare')!,
      execArgv: [
        ...[...unshare, '--propagation', 'private', '--', findProgram('tini')!, '--'],
        ...[process.execPath, '--import', pathToFileURL(require.resolve('tsx')).href],
      ],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await Promise.race([
      once(keeper, 'message'),
      once(keeper, 'exit').then(() => Promise.reject(new Error('namespaces could not be made'))),
    ]);
    const network = new LabNetwork(keeper, await descendant(keeper.pid!, 1));
    await network.configure([
      'link set lo up',
      `link add ${BRIDGE} type bridge`,
      `addr add ${SUBNET}.1/24 dev ${BRIDGE}`,
      `link set ${BRIDGE} up`,
    ]);
    return network;
  }

  /** The argv that runs another one in the lab's network, on the machine's own files. */
  inside(argv: readonly string[]): string[] {
    return ['nsenter', '--target', String(this.pid), '--net', '--', ...argv];
  }

  /** Lines of ip(8), run in the lab's network. */
  async configure(lines: readonly string[]): Promise<void> {
    await succeed(this.inside(['ip', '-batch', '-']), { stdin: `${lines.join('\n')}\n` });
  }

  /** Puts the machine whose first process this is on the bridge; its end of the cable is called eth0. */
  async connect(name: string, pid: number): Promise<void> {
    const cable = cableOf(name);
    await this.configure([
      `link add ${cable} type veth peer name eth0 netns ${pid}`,
      `link set ${cable} master ${BRIDGE}`,
      `link set ${cable} up`,
    ]);
  }

  /** Pulls the cable of a machine, or puts it back; connections stay, and nothing gets through. */
  async plug(name: string, state: 'up' | 'down'): Promise<void> {
    await this.configure([`link set ${cableOf(name)} ${state}`]);
  }

  /** Slows what is sent to a machine down to a rate such as `100mbit`; without one, as fast as it goes again. */
  async limit(name: string, rate?: string): Promise<void> {
    const qdisc = ['tc', 'qdisc', rate === undefined ? 'del' : 'replace', 'dev', cableOf(name), 'root'];
    const shape = rate === undefined ? [] : ['tbf', 'rate', rate, 'burst', '256kb', 'latency', '50ms'];
    await succeed(this.inside([...qdisc, ...shape]));
  }

  /** Bytes sent to a machine so far. */
  async sentTo(name: string): Promise<number> {
    const shown = await succeed(this.inside(['ip', '-json', '-stats', 'link', 'show', cableOf(name)]));
    const [link] = JSON.parse(shown) as { stats64: { tx: { bytes: number } } }[];
    return link!.stats64.tx.bytes;
  }

  /** A port of this machine's loopback that leads to an endpoint in the lab, until the lab ends. */
  async forward(host: string, port: number, local = 0): Promise<number> {
    const server = net.createServer();
    server.listen(local, '127.0.0.1');
    await once(server, 'listening');
    const { port: chosen } = server.address() as net.AddressInfo;
    const request: ForwardRequest = { id: ++this.#serial, host, port };
    const served = new Promise<void>((resolve) => this.#waiting.set(request.id, resolve));
    this.#keeper.send(request, server);
    await served;
    // Only this process's copy.
    server.close();
    return chosen;
  }

  /** Ends everything in the namespaces; resolves when it has. */
  async close(): Promise<void> {
    if (this.#keeper.connected) this.#keeper.disconnect();
    await this.#exited;
  }
}

/** Names of links are at most 15 characters long. */
function cableOf(name: string): string {
  return `v-${name}`.slice(0, 15);
}
