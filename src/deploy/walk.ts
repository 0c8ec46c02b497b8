import type { Clock } from '../contracts/clock';
import type { Step } from '../contracts/deploy';
import type { Bindings, Call, Company, Runner } from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import type {
  DeployEvent,
  Direction,
  JournalRecord,
  JournalSink,
  StepReceipt,
} from '../contracts/deployRecord';
import { mayPass } from '../contracts/transportError';
import { SerialQueue } from '../util/async';
import { toError } from '../util/errors';
import { textOf } from './parsers';
import { recordFailure } from './failure';

export interface WalkOptions {
  readonly runner: Runner;
  readonly journal: JournalSink;
  readonly clock: Clock;
  readonly fence: number;
  readonly onEvent: (event: DeployEvent) => void;
  /** How long a lost way to a machine is tried again before the step counts as failed. */
  readonly patienceMs: number;
  /** Aborted when the lock is lost: nothing may be done from then on. */
  readonly lost: AbortSignal;
}

export interface PerformOptions {
  /** It was begun before, nobody knows how far. */
  readonly undoFirst?: boolean;
  readonly signal: AbortSignal;
  /** Those that are performed at the same time. */
  readonly company?: Company;
  /** Awaited while the begin is recorded, before anything is done. */
  readonly watched?: Promise<void>;
}

type RecordBody = JournalRecord extends infer R
  ? R extends JournalRecord
    ? Omit<R, 'at' | 'fence'>
    : never
  : never;

/** How often a step is performed again that failed by bad luck. */
const RETRIES = 3;

/** How long to wait before a lost way is tried again. */
const PAUSE_MS = 250;

/** Performs single steps, in either direction, with a record before and after each. Keeps what they bind. */
export class Walk {
  readonly #options: WalkOptions;
  readonly #receipts = new Map<string, StepReceipt>();
  readonly #began: number;
  /** Of steps that are performed at once too, records are written one write after the other. */
  readonly #writing = new SerialQueue();
  /** Not known to be written, in their order. */
  #unwritten: JournalRecord[] = [];
  #bindings: Bindings;

  constructor(options: WalkOptions, bindings: Bindings) {
    this.#options = options;
    this.#began = options.clock.monotonic();
    this.#bindings = bindings;
  }

  get receipts(): StepReceipt[] {
    return [...this.#receipts.values()];
  }

  /** A record, written when this resolves. Waits out a lost way; rejects with `leaseLost`, or when patience ends. */
  async record(body: RecordBody): Promise<void> {
    this.#note(body);
    await this.flush();
  }

  /** Writes what is not written yet, in one go; patient as `record`. */
  async flush(): Promise<void> {
    await this.patiently(() => this.#writeOnce(), this.#options.lost);
  }

  /** What could not be written is written by the next attempt, before anything else. */
  async #writeOnce(): Promise<void> {
    const { journal, lost } = this.#options;
    await this.#writing.run(async () => {
      const records = this.#unwritten;
      if (records.length === 0) return;
      this.#unwritten = [];
      try {
        await journal.append(records, lost);
      } catch (thrown) {
        this.#unwritten = [...records, ...this.#unwritten];
        throw thrown;
      }
    });
  }

  #note(body: RecordBody): void {
    const { clock, fence } = this.#options;
    this.#unwritten.push({ ...body, at: clock.now(), fence });
  }

  /**
   * Performs a step, or takes it back. That it went well is written together with what the caller records next, at
   * once if nothing follows: no effect waits for it but the next step's, which waits for its own record. Rejects with
   * what it failed with, after that was recorded; with `leaseLost` nothing is recorded any more.
   */
  async perform(
    step: Step,
    direction: Direction,
    { undoFirst = false, signal, company, watched }: PerformOptions,
  ): Promise<void> {
    const { clock, onEvent } = this.#options;
    await Promise.all([this.record({ kind: 'begin', step: step.id, direction }), watched]);
    onEvent({ kind: 'stepBegan', step: step.id, direction });
    const begun = clock.monotonic();
    try {
      const bound = await this.#attempts(step, direction, undoFirst, signal, company);
      await this.#ended(step, direction, begun, { ok: true, bound });
    } catch (thrown) {
      this.#throwIfLost();
      const failure = recordFailure(thrown);
      await this.#ended(step, direction, begun, { ok: false, failure });
      throw thrown;
    }
  }

  /** Asks what may explain a failure. Answers are shown, not kept; what can't be asked is left out. */
  async diagnose(step: Step): Promise<void> {
    const { runner, onEvent, lost } = this.#options;
    for (const call of step.diagnose ?? []) {
      try {
        const { answer } = await runner.perform(call, this.#bindings, lost);
        const note = call.note ?? '';
        onEvent({ kind: 'diagnosis', step: step.id, note, text: textOf(answer) });
      } catch {
        // The failure itself is what counts.
      }
    }
  }

  async #attempts(
    step: Step,
    direction: Direction,
    undoFirst: boolean,
    signal: AbortSignal,
    company: Company | undefined,
  ): Promise<Bindings> {
    let clear = undoFirst;
    const attempt = (): Promise<Bindings> =>
      this.patiently(async () => {
        if (direction === 'undo') return this.#calls(step, step.undo, signal);
        if (clear) await this.#calls(step, step.undo, signal);
        clear = step.again === 'undoFirst';
        const bound = await this.#calls(step, step.do, signal, company);
        return { ...bound, ...(await this.#calls(step, step.verify, signal)) };
      }, signal);
    for (let left = RETRIES; ; left--) {
      try {
        return await attempt();
      } catch (thrown) {
        if (direction === 'undo' || left === 0 || !(await this.#wasBadLuck(step, signal))) throw thrown;
      }
    }
  }

  /** Takes a failed step back and asks whether it may go well another time. */
  async #wasBadLuck(step: Step, signal: AbortSignal): Promise<boolean> {
    if (!step.retryIf || signal.aborted) return false;
    try {
      // Afterwards there is nothing left to ask.
      await this.diagnose(step);
      await this.#calls(step, step.undo, signal);
      await this.#calls(step, step.retryIf, signal);
      return true;
    } catch {
      // What the step failed with is what counts.
      return false;
    }
  }

  async #calls(
    step: Step,
    calls: readonly Call[],
    signal: AbortSignal,
    company?: Company,
  ): Promise<Bindings> {
    const { runner, onEvent } = this.#options;
    const bound: Record<string, string> = {};
    const watching = runner.onProgress(({ call, bytes, total }) => {
      if (!calls.includes(call)) return;
      onEvent({ kind: 'progress', step: step.id, bytes, ...(total !== undefined && { total }) });
    });
    try {
      for (const call of calls) {
        this.#throwIfLost();
        const result = await runner.perform(call, this.#bindings, signal, company);
        Object.assign(bound, result.bound);
        this.#bindings = { ...this.#bindings, ...result.bound };
        if (result.endsStep) break;
      }
      return bound;
    } finally {
      watching.dispose();
    }
  }

  async #ended(
    step: Step,
    direction: Direction,
    begun: number,
    how: Pick<JournalRecord & { kind: 'end' }, 'ok' | 'bound' | 'failure'>,
  ): Promise<void> {
    const durationMs = Math.round(this.#options.clock.monotonic() - begun);
    const { ok, bound = {}, failure } = how;
    this.#note({
      kind: 'end',
      step: step.id,
      direction,
      ok,
      durationMs,
      ...(Object.keys(bound).length > 0 && { bound }),
      ...(failure && { failure }),
    });
    if (!ok) await this.flush();
    // The next record tries again where this fails.
    else setImmediate(() => void this.#writeOnce().catch(() => undefined));
    const state = direction === 'do' ? (ok ? 'done' : 'failed') : ok ? 'undone' : 'undoFailed';
    const startedMs = Math.round(begun - this.#began);
    this.#receipts.set(step.id, { step: step.id, title: step.title, state, startedMs, durationMs });
    this.#options.onEvent({
      kind: 'stepEnded',
      step: step.id,
      direction,
      ok,
      durationMs,
      ...(failure && { failure }),
    });
  }

  /** Tries again while the way to a host is lost, for as long as there is patience. */
  async patiently<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, patienceMs } = this.#options;
    const begun = clock.monotonic();
    for (;;) {
      try {
        return await task();
      } catch (thrown) {
        this.#throwIfLost();
        if (!mayPass(thrown) || clock.monotonic() - begun > patienceMs) throw toError(thrown);
        // Cut short, the next attempt says why.
        await clock.delay(PAUSE_MS, signal).catch(() => undefined);
      }
    }
  }

  #throwIfLost(): void {
    const { lost } = this.#options;
    if (lost.aborted) throw new DeployError('leaseLost', 'the lock was lost', {}, lost.reason);
  }
}
