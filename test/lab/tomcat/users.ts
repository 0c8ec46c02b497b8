import { Agent, request, type IncomingMessage } from 'node:http';

export interface UsersOptions {
  /** Users that keep a session, and users that come for the first time with each request. */
  readonly sessions: number;
  readonly fresh: number;
  /** Mean pause of a user between two requests. */
  readonly pauseMs: number;
  /** Share of the requests at which a user with a session begins anew, 0 to 1. */
  readonly leave?: number;
}

/** What users saw. */
export interface Tally {
  readonly requests: number;
  /** Answers with status 200, by the release they named. */
  readonly answered: Readonly<Record<string, number>>;
  /** Requests without an answer or with another status, by what happened. */
  readonly lost: Readonly<Record<string, number>>;
  /** Kept connections that were closed under a request before a byte of the answer came; asked again, as browsers do. */
  readonly raced: number;
  /** Sessions that were begun, and those whose counter did not go on. */
  readonly sessions: number;
  readonly sessionsLost: number;
  /** Sessions that another release answered. */
  readonly sessionsMoved: number;
  /** Sessions that went on at another node. */
  readonly nodesChanged: number;
  readonly slowestMs: number;
}

export function lostIn({ lost }: Pick<Tally, 'lost'>): number {
  return Object.values(lost).reduce((sum, count) => sum + count, 0);
}

/** People at the quotes application, each with one request after another until told to stop. */
export class Users {
  readonly #page: string;
  readonly #options: UsersOptions;
  readonly #all: Promise<void>[];
  readonly #answered: Record<string, number> = {};
  readonly #lost: Record<string, number> = {};
  readonly #counts = {
    ...{ requests: 0, raced: 0 },
    ...{ sessions: 0, sessionsLost: 0, sessionsMoved: 0, nodesChanged: 0 },
  };
  #slowestMs = 0;
  #stopped = false;

  /** `url` of a load balancer, without a slash at its end. */
  constructor(url: string, options: UsersOptions) {
    this.#page = `${url}/randomquotes/`;
    this.#options = options;
    const { sessions, fresh } = options;
    this.#all = [
      ...Array.from({ length: sessions }, () => this.#use((agent, state) => this.#visit(agent, state))),
      ...Array.from({ length: fresh }, () => this.#use((agent) => this.#lookIn(agent))),
    ];
  }

  get requests(): number {
    return this.#counts.requests;
  }

  /** Lets every user finish the request under way. */
  async stop(): Promise<Tally> {
    this.#stopped = true;
    await Promise.all(this.#all);
    return { ...this.#counts, answered: this.#answered, lost: this.#lost, slowestMs: this.#slowestMs };
  }

  async #use(act: (agent: Agent, state: Session) => Promise<void>): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const state: Session = {};
    while (!this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * this.#options.pauseMs));
      await act(agent, state);
    }
    agent.destroy();
  }

  /** The next page of a user with a session. */
  async #visit(agent: Agent, session: Session): Promise<void> {
    if (Math.random() < (this.#options.leave ?? 0)) session.id = undefined;
    const { id } = session;
    const found = await this.#ask(agent, this.#page, id === undefined ? {} : { cookie: `JSESSIONID=${id}` });
    // A request without an answer may have been counted or not.
    if (!found || found.again) session.unsure = true;
    if (!found) return;
    const visits = Number(/id="visits">(\d+)</.exec(found.text)?.[1]);
    const set = /JSESSIONID=([^;]+)/.exec(String(found.headers['set-cookie'] ?? ''))?.[1];
    if (id === undefined) this.#counts.sessions++;
    else {
      const wanted = session.visits! + 1;
      if (visits !== wanted && !(session.unsure && visits === wanted + 1)) this.#counts.sessionsLost++;
      else if (found.release !== session.release) this.#counts.sessionsMoved++;
      if (set !== undefined && visits === wanted) this.#counts.nodesChanged++;
    }
    session.id = set ?? id;
    session.visits = visits;
    session.release = found.release;
    session.unsure = false;
  }

  /** A quote for somebody who has no session and gets none. */
  async #lookIn(agent: Agent): Promise<void> {
    await this.#ask(agent, `${this.#page}quote`, {});
  }

  async #ask(agent: Agent, url: string, headers: Record<string, string>): Promise<Found | undefined> {
    this.#counts.requests++;
    const started = performance.now();
    try {
      let again = false;
      const { response, text } = await get(agent, url, headers).catch((error: unknown) => {
        if (!(error instanceof Raced)) throw error;
        this.#counts.raced++;
        again = true;
        return get(agent, url, headers);
      });
      const release = String(response.headers['x-release']);
      if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
      this.#answered[release] = (this.#answered[release] ?? 0) + 1;
      return { text, release, headers: response.headers, again };
    } catch (error) {
      const why = (error as Error).message;
      this.#lost[why] = (this.#lost[why] ?? 0) + 1;
      return undefined;
    } finally {
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - started);
    }
  }
}

/** The other side closed a kept connection at the moment a request was sent (RFC 9112, 9.3.1). */
class Raced extends Error {}

interface Session {
  id?: string | undefined;
  visits?: number;
  release?: string;
  unsure?: boolean;
}

interface Found {
  readonly text: string;
  /** Asked twice. */
  readonly again: boolean;
  readonly release: string;
  readonly headers: IncomingMessage['headers'];
}

function get(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
): Promise<{ response: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers, timeout: 30_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => resolve({ response, text }));
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer in 30 s')));
    asked.once('error', (error) => {
      const isRace = asked.reusedSocket && /ECONNRESET|socket hang up|EPIPE/.test(error.message);
      reject(isRace ? new Raced() : error);
    });
    asked.end();
  });
}
