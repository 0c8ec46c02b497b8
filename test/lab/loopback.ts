import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:net';
import path from 'node:path';
import { SerialQueue } from '../../src/util/async';
import type { Listen } from '../../src/targets/docker/image/pushRegistry';
import type { Machine } from './machines/machine';

/**
 * Lets this process listen on the loopback of a machine of the lab, as it does on that of the machine it runs on: for
 * an engine in the lab that stands for the one of this machine.
 */
export class LabLoopback {
  readonly #keeper: ChildProcess;
  readonly #queue = new SerialQueue();

  private constructor(keeper: ChildProcess) {
    this.#keeper = keeper;
  }

  static of(machine: Machine): LabLoopback {
    const keeper = fork(path.join(__dirname, 'loopbackKeeper.mjs'), [], {
      execPath: 'nsenter',
      execArgv: ['--target', String(machine.pid), '--net', '--', process.execPath],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    return new LabLoopback(keeper);
  }

  readonly listen: Listen = (server) =>
    this.#queue.run(async () => {
      this.#keeper.send('listen');
      const [, socket] = (await once(this.#keeper, 'message')) as [unknown, Server];
      server.listen(socket);
      await once(server, 'listening');
    });

  async close(): Promise<void> {
    const exited = once(this.#keeper, 'exit');
    this.#keeper.disconnect();
    await exited;
  }
}
