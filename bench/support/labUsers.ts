import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Lab } from '../../test/lab/machines/lab';
import type { Tally, UsersOptions } from '../../test/lab/tomcat/users';
import type { UsersReply, UsersRequest } from './usersProcess';

const LOOK_MS = 100;

/** Users in the network of a lab: nothing is between them and its load balancers. */
export class LabUsers {
  readonly #child: ChildProcess;

  constructor(lab: Lab, url: string, options: UsersOptions) {
    const [program = '', ...args] = lab.network.inside([process.execPath]);
    this.#child = fork(path.join(__dirname, 'usersProcess.ts'), [url, JSON.stringify(options)], {
      execPath: program,
      execArgv: [...args, '--import', pathToFileURL(require.resolve('tsx')).href],
    });
  }

  /** Resolves once so many requests were made. */
  async made(requests: number): Promise<void> {
    for (;;) {
      const reply = await this.#ask('count');
      if ('requests' in reply && reply.requests >= requests) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async count(): Promise<number> {
    const reply = await this.#ask('count');
    return 'requests' in reply ? reply.requests : 0;
  }

  async stop(): Promise<Tally> {
    const reply = await this.#ask('stop');
    if ('tally' in reply) return reply.tally;
    throw new Error('no tally');
  }

  async #ask(request: UsersRequest): Promise<UsersReply> {
    const answered = once(this.#child, 'message') as Promise<[UsersReply]>;
    this.#child.send(request);
    return (await answered)[0];
  }
}
