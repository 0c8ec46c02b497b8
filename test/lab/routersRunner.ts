import { systemClock } from '../../src/contracts/clock';
import type { RouterState } from '../../src/contracts/deploy';
import type { Bindings, Call, Performed } from '../../src/contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../../src/contracts/deployTarget';
import { commandPerformer } from '../../src/deploy/performers/command';
import { readFilePerformer, writeFilePerformer } from '../../src/deploy/performers/files';
import { httpPerformer } from '../../src/deploy/performers/http';
import { socketPerformer } from '../../src/deploy/performers/socket';
import { CallRunner } from '../../src/deploy/runner';
import { routerParsers } from '../../src/routers/parsers';
import { LocalExec } from '../../src/transport/localExec';
import { LocalSocketDialer } from '../../src/transport/localSocket';
import { TcpDialer } from '../../src/transport/tcp';

/** Performs the calls of routers for real, with every host standing for this machine, and keeps what was performed. */
export class RouterRunner {
  readonly performed: Performed[] = [];
  readonly #runner: CallRunner;

  constructor() {
    const exec = new LocalExec('lab');
    this.#runner = new CallRunner({
      clock: systemClock,
      performers: {
        command: commandPerformer(() => exec),
        readFile: readFilePerformer(() => exec),
        writeFile: writeFilePerformer(() => exec),
        http: httpPerformer(() => new TcpDialer()),
        socket: socketPerformer(() => new LocalSocketDialer()),
      },
      parsers: routerParsers,
      secret: (name) => Promise.reject(new Error(`no secret ${name} in the lab`)),
    });
    this.#runner.onPerformed((each) => this.performed.push(each));
  }

  /** Performs calls in order; each may use what the ones before it bound. */
  async perform(calls: readonly Call[], bindings: Bindings = {}): Promise<Bindings> {
    let bound = bindings;
    for (const call of calls) bound = { ...bound, ...(await this.#runner.perform(call, bound)).bound };
    return bound;
  }

  async read(router: Router): Promise<RouterState> {
    return this.finish(router.read());
  }

  async finish<T>(reading: Reading<T>): Promise<T> {
    for (let round = reading; ;) {
      const answers = [];
      for (const call of round.calls) answers.push((await this.#runner.perform(call, {})).answer);
      const next = round.next(answers);
      if ('result' in next) return next.result;
      round = next.more;
    }
  }

  /** Reads, switches and verifies; resolves to the change, for its undo. */
  async switch(router: Router, to: Route, bindings: Bindings = {}): Promise<RouteChange> {
    const change = router.change(await this.read(router), to, 'p1');
    const bound = await this.perform(change.do, bindings);
    await this.perform(change.verify, bound);
    return change;
  }
}

/** Everybody to one release; those with weight 0 get nobody new. */
export function routeTo(
  ...backends: readonly {
    readonly release: string;
    readonly port: number | string;
    readonly weight?: number;
  }[]
): Route {
  return {
    backends: backends.map(({ release, port, weight = 100 }) => ({
      address: { host: '127.0.0.1', port: String(port) },
      weight,
      target: 'lab',
      release,
    })),
  };
}
