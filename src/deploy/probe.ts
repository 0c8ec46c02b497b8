import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '../contracts/clock';
import type { ProbePlan } from '../contracts/deploy';
import type { Performer } from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import type { ProbeReceipt } from '../contracts/deployRecord';
import { delay } from '../util/async';
import { directRequest } from '../util/directRequest';
import { systemCode, toError } from '../util/errors';
import type { TrafficProbe } from './execute';
import { passedLimit, trafficOf, type PassedLimit } from './limits';
import { summarize, summarizeFirst, type Sample } from './samples';

/** As much of a body as is looked at to recognise a release. */
const BODY = 64 * 1024;

/** How long a connection that nobody needs is kept, or less where the server announces that it ends it earlier. */
const IDLE_MS = 60_000;

/** How often limits are looked at. */
const LOOK_MS = 250;

/** The other side closed the connection. */
const CLOSED: readonly string[] = ['ECONNRESET', 'EPIPE'];

type Outcome = Pick<Sample, 'ok' | 'why' | 'release' | 'repeated'>;

/** A connection was kept, and closed before a byte of the answer. */
class ClosedMeanwhile extends Error {}

/**
 * Makes requests as users would, at a pace on average, over fresh and kept connections, and keeps what became of each.
 * A request that is late does not hold up the next one.
 */
export class Probe implements TrafficProbe {
  readonly #plan: ProbePlan;
  readonly #clock: Clock;
  readonly #kept: http.Agent;
  readonly #fresh: http.Agent;
  readonly #samples: Sample[] = [];
  readonly #breach = new AbortController();
  readonly #over = new AbortController();
  readonly #flying = new Set<Promise<void>>();
  readonly #onReceipt: ((so: ProbeReceipt) => void) | undefined;
  readonly #isFirst: boolean;
  #startedAt = 0;
  #begun = 0;
  #pace: Promise<void> | undefined;
  #sent = 0;

  /**
   * `onReceipt` gets what was seen so far, once a second. `isFirst`: nothing serves yet, so that nobody can lose
   * anything before the first good answer.
   */
  constructor(plan: ProbePlan, clock: Clock, onReceipt?: (so: ProbeReceipt) => void, isFirst = false) {
    this.#plan = plan;
    this.#clock = clock;
    this.#onReceipt = onReceipt;
    this.#isFirst = isFirst;
    const client = plan.url.startsWith('https:') ? https : http;
    // Without a time of its own it does not heed the server's either, and a request may meet the end of a connection.
    this.#kept = new client.Agent({ keepAlive: true, timeout: IDLE_MS });
    this.#fresh = new client.Agent({ keepAlive: false });
  }

  get breach(): AbortSignal {
    return this.#breach.signal;
  }

  async start(): Promise<void> {
    if (this.#pace) return;
    this.#startedAt = this.#clock.now();
    this.#begun = this.#clock.monotonic();
    // One over each kind of connection, so that the first change is watched from its beginning.
    await Promise.all([this.#ask(false), this.#ask(true)]);
    this.#pace = Promise.all([this.#keepAsking(), this.#keepLooking()]).then(() => undefined);
  }

  async stop(): Promise<ProbeReceipt | undefined> {
    if (!this.#pace) return undefined;
    this.#over.abort();
    await this.#pace;
    await Promise.all(this.#flying);
    this.#kept.destroy();
    this.#fresh.destroy();
    return this.receipt();
  }

  /** What was seen so far. */
  receipt(): ProbeReceipt {
    const durationMs = this.#clock.monotonic() - this.#begun;
    const about = { url: this.#plan.url, startedAt: this.#startedAt, durationMs };
    return this.#isFirst ? summarizeFirst(this.#samples, about) : summarize(this.#samples, about);
  }

  /** What was seen from sample `from` on; `samplesSoFar` is where a watch begins. */
  samplesSince(from: number): readonly Sample[] {
    return this.#samples.slice(from);
  }

  get samplesSoFar(): number {
    return this.#samples.length;
  }

  async #keepAsking(): Promise<void> {
    const { everyMs } = this.#plan;
    let next = this.#clock.monotonic() + everyMs;
    let kept = false;
    while (await this.#pause(next - this.#clock.monotonic())) {
      // A router that takes its back ends in turn must not have the same one each time: in pairs of random order.
      kept = this.#sent % 2 === 0 ? Math.random() < 0.5 : !kept;
      const asked = this.#ask(kept);
      this.#flying.add(asked);
      void asked.then(() => this.#flying.delete(asked));
      // What a busy machine missed is not made up for by a burst.
      next = Math.max(next + everyMs * (0.5 + Math.random()), this.#clock.monotonic());
    }
  }

  async #keepLooking(): Promise<void> {
    const { limits } = this.#plan;
    for (let look = 1; await this.#pause(LOOK_MS); look++) {
      const passed = limits && passedLimit(trafficOf(this.#samples), limits);
      if (passed && !this.#breach.signal.aborted) this.#breach.abort(limitError(passed));
      if (look % (1000 / LOOK_MS) === 0) this.#onReceipt?.(this.receipt());
    }
  }

  /** False once it is over. */
  async #pause(ms: number): Promise<boolean> {
    await delay(Math.max(0, ms), this.#over.signal).catch(() => undefined);
    return !this.#over.signal.aborted;
  }

  async #ask(kept: boolean): Promise<void> {
    this.#sent++;
    const at = this.#clock.monotonic();
    const outcome = await this.#answer(kept).catch((error: unknown) => ({
      ok: false,
      why: systemCode(error) ?? toError(error).message,
    }));
    const now = this.#clock.monotonic();
    this.#samples.push({ atMs: at - this.#begun, endMs: now - this.#begun, kept, ...outcome });
  }

  /** As clients do (RFC 9112 section 9.3.1): where a kept connection was closed meanwhile it is asked over a fresh one. */
  async #answer(kept: boolean): Promise<Outcome> {
    if (!kept) return this.#request(this.#fresh);
    try {
      return await this.#request(this.#kept);
    } catch (error) {
      if (!(error instanceof ClosedMeanwhile)) throw error;
      return { ...(await this.#request(this.#fresh)), repeated: true };
    }
  }

  #request(agent: http.Agent): Promise<Outcome> {
    const { url, timeoutMs = 10_000 } = this.#plan;
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      const request = directRequest(new URL(url), { agent }, (response) => {
        isAnswered = true;
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          if (body.length < BODY) body += text;
        });
        response.on('error', reject);
        response.on('close', () => {
          // Ends in the middle too.
          if (!response.complete) reject(new Error('cut off'));
        });
        response.on('end', () => {
          const { statusCode = 0 } = response;
          const release = this.#recognise(response.headers, body);
          resolve({
            ok: statusCode < 500,
            ...(statusCode >= 500 && { why: `HTTP ${statusCode}` }),
            ...(release !== undefined && { release }),
          });
        });
      });
      const timer = setTimeout(() => request.destroy(new Error('timeout')), timeoutMs);
      request.on('close', () => clearTimeout(timer));
      request.on('error', (error) => {
        const isClosed = CLOSED.includes(systemCode(error) ?? '');
        reject(request.reusedSocket && !isAnswered && isClosed ? new ClosedMeanwhile() : error);
      });
      request.end();
    });
  }

  #recognise(headers: http.IncomingHttpHeaders, body: string): string | undefined {
    const { recognise } = this.#plan;
    if (recognise.by === 'header') return headers[recognise.name.toLowerCase()]?.toString();
    const found = new RegExp(recognise.pattern).exec(body);
    return found?.[1] ?? found?.[0];
  }
}

/** Performs `watch` calls with a probe that is under way; without one they only wait. */
export function watchPerformer(probe: Probe | undefined): Performer<'watch'> {
  return async ({ durationMs, limits, release, against }, { signal }) => {
    const from = probe?.samplesSoFar ?? 0;
    const until = performance.now() + durationMs;
    for (;;) {
      const left = until - performance.now();
      await delay(Math.max(0, Math.min(LOOK_MS, left)), signal);
      const traffic = trafficOf(probe?.samplesSince(from) ?? [], release, against);
      const passed = passedLimit(traffic, limits, left > LOOK_MS);
      if (passed) throw limitError(passed);
      if (left <= LOOK_MS) return { ...traffic };
    }
  };
}

function limitError({ limit, most, found }: PassedLimit): DeployError {
  return new DeployError('limit', `${limit}: ${found}, at most ${most}`, { limit, most, found });
}
