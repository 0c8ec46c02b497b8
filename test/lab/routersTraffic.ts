import { Agent, request } from 'node:http';

/** How requests ended while a router was switched. */
export interface TrafficResult {
  readonly sent: number;
  /** Answers with status 200, by the release they named. */
  readonly answered: Readonly<Record<string, number>>;
  /** Requests on a fresh connection that got no answer or another status, by what happened. */
  readonly lost: Readonly<Record<string, number>>;
  /** Requests on a kept-alive connection that was closed under them before a byte of the answer came. */
  readonly raced: number;
  readonly slowestMs: number;
}

export interface TrafficOptions {
  readonly clients: number;
  /** Whether each client keeps its connection, or opens one a request. */
  readonly keepAlive: boolean;
  /** Mean pause of a client between two requests. */
  readonly pauseMs: number;
  readonly path?: string;
}

/** Clients of a service that ask one request after another until told to stop. */
export class Traffic {
  readonly #url: string;
  readonly #options: TrafficOptions;
  readonly #clients: Promise<void>[] = [];
  readonly #answered: Record<string, number> = {};
  readonly #lost: Record<string, number> = {};
  #sent = 0;
  #raced = 0;
  #slowestMs = 0;
  #stopped = false;

  constructor(url: string, options: TrafficOptions) {
    this.#url = `${url}${options.path ?? '/'}`;
    this.#options = options;
    for (let each = 0; each < options.clients; each++) this.#clients.push(this.#client());
  }

  /** Lets every client finish its request. */
  async stop(): Promise<TrafficResult> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    return {
      sent: this.#sent,
      answered: this.#answered,
      lost: this.#lost,
      raced: this.#raced,
      slowestMs: this.#slowestMs,
    };
  }

  async #client(): Promise<void> {
    const agent = new Agent({ keepAlive: this.#options.keepAlive, maxSockets: 1 });
    while (!this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * this.#options.pauseMs));
      await this.#ask(agent);
    }
    agent.destroy();
  }

  async #ask(agent: Agent): Promise<void> {
    this.#sent++;
    const started = performance.now();
    await new Promise<void>((resolve) => {
      const asked = request(this.#url, { agent, timeout: 15_000 }, (response) => {
        response.on('error', (error) => this.#lose(error.message, resolve));
        response.on('end', () => {
          const release = String(response.headers['x-release']);
          if (response.statusCode === 200) this.#answered[release] = (this.#answered[release] ?? 0) + 1;
          else
            this.#lost[`status ${response.statusCode}`] =
              (this.#lost[`status ${response.statusCode}`] ?? 0) + 1;
          resolve();
        });
        response.resume();
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer in 15 s')));
      asked.on('error', (error) => {
        if (asked.reusedSocket && /ECONNRESET|socket hang up|EPIPE/.test(error.message)) {
          this.#raced++;
          resolve();
        } else this.#lose(error.message, resolve);
      });
      asked.end();
    });
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - started);
  }

  #lose(why: string, done: () => void): void {
    this.#lost[why] = (this.#lost[why] ?? 0) + 1;
    done();
  }
}
