import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { LabNetwork } from '../machines/network';

/** What became of the requests of users. */
export interface UsersSaw {
  /** Connections that were opened for one request, and those of them that failed in any way. */
  readonly fresh: number;
  readonly failedFresh: number;
  /** Requests over connections that are kept, and connections that broke under a request. */
  readonly keptRequests: number;
  readonly brokenKept: number;
  /** Failures by their reason. */
  readonly why: Readonly<Record<string, number>>;
  /** The longest time without a good answer over a new connection. */
  readonly gapMs: number;
}

/** Users of an address, inside the lab's network, in a process of their own. */
export class Users {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, lines: Interface) {
    this.#child = child;
    this.#lines = lines;
  }

  static async come(
    network: LabNetwork,
    { url, everyMs, kept }: { readonly url: string; readonly everyMs: number; readonly kept: number },
  ): Promise<Users> {
    const program = [process.execPath, path.join(__dirname, 'users.mjs'), url, String(everyMs), String(kept)];
    const [command, ...args] = network.inside(program);
    const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout);
    await once(lines, 'line');
    return new Users(child, lines);
  }

  /** Ends them, once those who wait have their answers. */
  async go(): Promise<UsersSaw> {
    const said = once(this.#lines, 'line') as Promise<[string]>;
    this.#child.stdin.write('go\n');
    return JSON.parse((await said)[0]) as UsersSaw;
  }
}
