import { setMaxListeners } from 'node:events';
import type { Clock } from '../contracts/clock';
import type { Credentials } from '../contracts/credentials';
import type {
  Answer,
  Bindings,
  Call,
  CallProgress,
  CallResult,
  Company,
  ParserTable,
  Performed,
  Performer,
  Performers,
  PerformContext,
  Runner,
  SourceOpener,
  UploadCall,
  Via,
} from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import { mayPass } from '../contracts/transportError';
import { throwIfAborted } from '../util/async';
import { Emitter } from '../util/emitter';
import { SwapdeckError } from '../util/errors';
import { jsonAt } from '../util/json';
import { Blackout } from './blackout';
import { firstUnmet, type Unmet } from './expect';
import { fillCall, placeholdersOf } from './fill';
import { commonParsers } from './parsers';

export interface CallRunnerOptions {
  readonly clock: Clock;
  /** Who performs calls of each kind. */
  readonly performers: Performers;
  /** Parsers of targets and routers. */
  readonly parsers?: ParserTable;
  /** Openers of upload sources by their `kind`. */
  readonly sources?: Readonly<Record<string, SourceOpener>>;
  /** Rejects with `ConfigError` `secretMissing` where there is none. */
  secret(name: string, signal?: AbortSignal): Promise<string>;
  /** Passwords of requests that servers can refuse (401): these ask for another one then. Without it `secret` has all. */
  readonly credentials?: Credentials;
}

/** More than so many on one signal are a leak, of which Node.js warns. */
const MOST_LISTENERS = 50;

/** How one attempt at a call went. */
interface Attempt {
  readonly answer: Answer;
  readonly unmet?: Unmet;
}

/** Performs calls: fills in what the plan leaves open, hands them to who performs their kind, reads the answers. */
export class CallRunner implements Runner {
  readonly #options: CallRunnerOptions;
  readonly #parsers: ParserTable;
  readonly #blackout = new Blackout();
  readonly #performed = new Emitter<Performed>();
  readonly #progress = new Emitter<CallProgress & { readonly call: Call }>();

  readonly onPerformed = this.#performed.event;
  readonly onProgress = this.#progress.event;

  constructor(options: CallRunnerOptions) {
    this.#options = options;
    this.#parsers = { ...commonParsers, ...options.parsers };
  }

  async perform(
    call: Call,
    bindings: Bindings,
    signal?: AbortSignal,
    company?: Company,
  ): Promise<CallResult> {
    const { clock } = this.#options;
    const begun = clock.monotonic();
    let times = 0;
    const ended = (ok: boolean): void =>
      this.#performed.fire({ call, times, durationMs: clock.monotonic() - begun, ok });
    try {
      throwIfAborted(signal, 'a call');
      const { filled, result } = await this.#let(call, bindings, signal, (to) => {
        let inOne = 0;
        const attempt = async (within?: AbortSignal): Promise<Attempt> => {
          times++;
          inOne++;
          if (call.until?.meanwhile && to.until?.meanwhile)
            accepted(await this.#attempt(call.until.meanwhile, to.until.meanwhile, within));
          const attempted = await this.#attempt(call, to, within, company);
          const wanted = to.via === 'http' ? (to.times ?? 1) : 1;
          return inOne < wanted && !attempted.unmet ? attempt(within) : attempted;
        };
        return call.until ? this.#insist(call.until, attempt, signal) : attempt(signal).then(accepted);
      });
      const isLate = call.until?.atDeadline === 'endStep' && firstUnmet(filled, result) !== undefined;
      const bound = isLate ? {} : bind(call, result);
      ended(true);
      return { answer: result, bound, ...(isLate && { endsStep: true }) };
    } catch (thrown) {
      ended(false);
      throw this.#blackout.error(thrown);
    }
  }

  /**
   * Performs with everything filled in. Where a server refuses the password (401) another one is asked for, and the call
   * made again, for as long as there is one.
   */
  async #let(
    call: Call,
    bindings: Bindings,
    signal: AbortSignal | undefined,
    perform: (filled: Call) => Promise<Answer>,
  ): Promise<{ readonly filled: Call; readonly result: Answer }> {
    const { credentials } = this.#options;
    const passwords = credentials ? passwordsOf(call) : [];
    const given = await this.#secretsOf(call, passwords, signal);
    for (;;) {
      const filled = fillCall(call, bindings, given);
      // What a header of basic authentication holds is neither of the two, but their join in base64.
      const sent = filled.via === 'upload' ? filled.to : filled;
      if (sent.via === 'http' && sent.basicAuth)
        this.#blackout.add(`${sent.basicAuth.user}:${sent.basicAuth.password}`);
      try {
        const result = await perform(filled);
        for (const name of passwords) await credentials?.accepted(name, given.get(name)!);
        return { filled, result };
      } catch (thrown) {
        if (passwords.length === 0 || !isRefused(thrown)) throw thrown;
        for (const name of passwords) {
          const other = await credentials?.password(name, given.get(name), signal);
          if (other === undefined) throw thrown;
          this.#blackout.add(other);
          given.set(name, other);
        }
      }
    }
  }

  /** Attempts until it goes well. A way that is lost meanwhile counts as an attempt that did not. */
  async #insist(
    until: NonNullable<Call['until']>,
    attempt: (signal: AbortSignal) => Promise<Attempt>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { clock } = this.#options;
    const begun = clock.monotonic();
    const left = (): number => until.deadlineMs - (clock.monotonic() - begun);
    let last: Attempt | undefined;
    let failure: unknown;
    do {
      throwIfAborted(signal, 'a call');
      const inTime = AbortSignal.timeout(Math.max(1, Math.ceil(left())));
      try {
        last = await attempt(signal ? AbortSignal.any([signal, inTime]) : inTime);
        failure = undefined;
        if (!last.unmet) return last.answer;
      } catch (thrown) {
        throwIfAborted(signal, 'a call');
        if (!inTime.aborted && !isPassing(thrown)) throw thrown;
        failure = thrown;
      }
      const pause = pauseAfter(clock.monotonic() - begun, until.intervalMs);
      if (left() > 0) await clock.delay(Math.min(pause, left()), signal);
    } while (left() > 0);
    if (until.atDeadline === 'continue' || until.atDeadline === 'endStep') return last?.answer ?? {};
    throw new DeployError(
      'deadline',
      lateText(until.deadlineMs, last?.unmet),
      { ...last?.unmet, afterMs: until.deadlineMs },
      failure,
    );
  }

  async #attempt(
    call: Call,
    filled: Call,
    signal: AbortSignal | undefined,
    company?: Company,
  ): Promise<Attempt> {
    // An upload may make a number of requests at once, and each listens.
    if (signal) setMaxListeners(MOST_LISTENERS, signal);
    const context: PerformContext = {
      ...(signal && { signal }),
      ...(company && { company }),
      progress: (progress) => this.#progress.fire({ ...progress, call }),
    };
    const raw = await (filled.via === 'upload'
      ? this.#upload(filled, context)
      : this.#performer(filled.via)(filled, context));
    const answer = this.#parse(call, this.#blackout.json(raw));
    const unmet = firstUnmet(filled, answer);
    return { answer, ...(unmet && { unmet: this.#blackout.json({ ...unmet }) }) };
  }

  async #upload(call: UploadCall, context: PerformContext): Promise<Answer> {
    const open = this.#options.sources?.[call.source.kind];
    if (!open)
      throw new DeployError('noPerformer', `no source ${call.source.kind}`, { via: call.source.kind });
    const stream = await open(call.source, context.signal);
    // The bytes are the content of the file that is written.
    const carrier = call.to.via === 'writeFile' ? { ...call.to, content: '' } : call.to;
    return this.#performer(carrier.via)(carrier, context, stream);
  }

  /** Narrowing by `via` is the table's word: the performer takes exactly the calls it is found for. */
  #performer(via: Exclude<Via, 'upload'>): Performer<Via> {
    const performer = this.#options.performers[via];
    if (!performer) throw new DeployError('noPerformer', `nobody performs ${via}`, { via });
    return performer as Performer<Via>;
  }

  #parse(call: Call, answer: Answer): Answer {
    // What is not what was expected anyway need not be understood.
    if (!call.parse || firstUnmet({ ...call, expect: kindOnly(call) }, answer)) return answer;
    const parser = this.#parsers[call.parse];
    if (!parser)
      throw new DeployError('unparsable', `no parser ${call.parse}`, {
        parser: call.parse,
        problem: 'unknown',
      });
    try {
      return { ...answer, value: parser(answer) };
    } catch (error) {
      // Understood, and no good: said in the words of the target or router.
      if (error instanceof SwapdeckError) throw error;
      throw new DeployError('unparsable', `${call.parse} does not understand`, { parser: call.parse }, error);
    }
  }

  /** `passwords`: names of those that servers may refuse. */
  async #secretsOf(
    call: Call,
    passwords: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Map<string, string>> {
    const { credentials } = this.#options;
    const values = new Map<string, string>();
    for (const name of placeholdersOf(call).secrets) {
      const password = passwords.includes(name)
        ? await credentials?.password(name, undefined, signal)
        : undefined;
      const value = password ?? (await this.#options.secret(name, signal));
      this.#blackout.add(value);
      values.set(name, value);
    }
    return values;
  }
}

/** What takes a moment is noticed within a fifth of that; nobody is asked more often than every 10 ms. */
function pauseAfter(elapsedMs: number, intervalMs: number): number {
  return Math.min(intervalMs, Math.max(10, elapsedMs / 5));
}

/** The expectations of a call that speak of how it ended, not of what its answer means. */
function kindOnly(call: Call): NonNullable<Call['expect']> {
  return (call.expect ?? []).filter(({ path }) => path === 'code' || path === 'status');
}

/** Secrets that a request proves itself with. */
function passwordsOf(call: Call): string[] {
  const sent = call.via === 'upload' ? call.to : call;
  if (sent.via !== 'http' || !sent.basicAuth) return [];
  return [...placeholdersOf({ ...sent, url: '', headers: {}, body: '' }).secrets];
}

/** A server said that it does not know user or password, in the words of the target or router, or by its status. */
function isRefused(thrown: unknown): boolean {
  if (!(thrown instanceof SwapdeckError)) return false;
  const { reason, details } = thrown as SwapdeckError;
  return reason === 'unauthorized' || (reason === 'unmet' && String(details.found) === '401');
}

function accepted({ answer, unmet }: Attempt): Answer {
  if (!unmet) return answer;
  const said = [answer.stderr, answer.stdout, answer.body].find(
    (text) => typeof text === 'string' && text !== '',
  );
  throw new DeployError('unmet', `${unmet.path} ${unmet.expected}: found ${unmet.found}`, {
    ...unmet,
    ...(typeof said === 'string' && { said: said.trim().slice(-1000) }),
  });
}

function isPassing(thrown: unknown): boolean {
  return mayPass(thrown) || (thrown instanceof DeployError && thrown.reason === 'unparsable');
}

function bind(call: Call, answer: Answer): Bindings {
  const bound: Record<string, string> = {};
  for (const [name, path] of Object.entries(call.binds ?? {})) {
    const value = jsonAt(answer, path);
    if (value === undefined || value === null || typeof value === 'object')
      throw new DeployError('unmet', `nothing to bind ${name} to at ${path}`, {
        path,
        expected: 'present',
        found: 'nothing',
      });
    bound[name] = String(value);
  }
  return bound;
}

/** For people: it stands in receipts and journals. */
function lateText(deadlineMs: number, unmet: Attempt['unmet']): string {
  const time = `${deadlineMs / 1000} s`;
  if (!unmet) return `no answer in ${time}`;
  return `${unmet.path} should be ${unmet.expected} and is ${unmet.found}, still after ${time}`;
}
