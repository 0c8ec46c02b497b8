import { chmod, writeFile } from 'node:fs/promises';
import { quotePosix } from '../../../src/util/posixShell';
import type { Daemon } from '../machines/daemon';
import type { Machine } from '../machines/machine';

/**
 * A server of a machine that is started again when it ends, as systemd does with `Restart=always`; machines of the lab
 * have no systemd. `BASE/restart` is what `systemctl restart` would be: for who is on the machine.
 */
export class Service {
  readonly #daemon: Daemon;

  private constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  /** `ready`: what the server logs to its standard error once it serves. */
  static async create(
    machine: Machine,
    { base, argv, ready }: { base: string; argv: readonly string[]; ready: RegExp },
  ): Promise<Service> {
    const write = async (name: string, text: string): Promise<void> => {
      const file = machine.path(base, name);
      await writeFile(file, `#!/bin/sh\nset -u\n${text}`);
      await chmod(file, 0o755);
    };
    await write('run', `exec ${quotePosix(argv)}\n`);
    await write('service', service(base));
    await write('restart', restart(base));
    return new Service(machine.daemon('tomcat', [`${base}/service`], ready));
  }

  /** Resolves once it serves. */
  async start(): Promise<void> {
    if (!this.#daemon.isRunning) await this.#daemon.start();
  }

  /** Ends it, and it stays ended until `start`. */
  async stop(): Promise<void> {
    await this.#daemon.stop('SIGTERM');
  }

  /** Ends it at once, and it stays ended until `start`. */
  async kill(): Promise<void> {
    await this.#daemon.stop('SIGINT');
  }
}

const service = (base: string): string => `cd ${base}
pid=
trap 'trap - TERM; kill "$pid"; wait "$pid"; exit' TERM
trap 'kill -KILL "$pid"; exit' INT
while :; do
  ./run & pid=$!
  echo "$pid" > pid
  wait "$pid"
  sleep 0.1
done
`;

const restart = (base: string): string => `pid=$(cat ${base}/pid) || exit
kill "$pid" || exit
while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
`;
