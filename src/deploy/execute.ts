import type { Clock } from '../contracts/clock';
import type { Inspection, Phase, Plan, Step } from '../contracts/deploy';
import type { Runner } from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import type {
  Actor,
  DeployEvent,
  JournalSink,
  Outcome,
  ProbeReceipt,
  Receipt,
  RecordedFailure,
  TurnReason,
} from '../contracts/deployRecord';
import { toError } from '../util/errors';
import { checkPlan } from './check';
import { companions, type Companion } from './company';
import { changedPlaces, planDigest } from './digest';
import { isLeaseLost, recordFailure } from './failure';
import { remainingSteps, standingOf, undoList, type Standing, type Work } from './recover';
import { Walk } from './walk';
import type { JournalRecord } from '../contracts/deployRecord';

/** Watches the traffic during a switch. */
export interface TrafficProbe {
  /** Starts once; later calls change nothing. Resolves when the first answers are there or were given up. */
  start(): Promise<void>;
  /** Ends it and waits for the answers still to come; `undefined` when it was never started. */
  stop(): Promise<ProbeReceipt | undefined>;
  /** Aborted, with a `DeployError` `limit` as its reason, once the plan's limits are passed. */
  readonly breach: AbortSignal;
}

export interface ExecuteOptions {
  readonly runner: Runner;
  readonly journal: JournalSink;
  readonly clock: Clock;
  readonly actor: Actor;
  readonly approvedBy?: readonly string[];
  /** The lock's token, and a signal that it is lost. */
  readonly fence: number;
  readonly lost?: AbortSignal;
  readonly probe?: TrafficProbe;
  readonly onEvent?: (event: DeployEvent) => void;
  /** How everything looks now. */
  inspect(signal?: AbortSignal): Promise<Inspection>;
  /** Asked after cancelling, when the running step has ended or was taken back: take back all, or stay there. */
  decide?(): Promise<'undo' | 'stay'>;
  /** Targets whose steps stay as they are, such as one that is gone for good; none unless given. */
  readonly without?: readonly string[];
  /** How long a lost way is tried again; 20,000 ms unless given. */
  readonly patienceMs?: number;
}

/** Phases in which users might notice something. */
const NOTICEABLE: ReadonlySet<Phase> = new Set<Phase>(['route', 'watch', 'drain', 'retire', 'adopt']);

/**
 * Executes a plan. `approved` is the digest of what a person saw. Before anything is done it rejects with
 * `DeployError` `notApproved`, `worldChanged` (details `places`) or `invalidPlan`; from then on it resolves, and the
 * receipt tells how it went. Aborting ends or undoes the running step, then `decide` is asked.
 */
export async function execute(
  plan: Plan,
  approved: string,
  options: ExecuteOptions,
  signal?: AbortSignal,
): Promise<Receipt> {
  checkPlan(plan);
  const digest = planDigest(plan);
  if (digest !== approved)
    throw new DeployError('notApproved', 'another plan was approved', { plan: plan.id });
  const changed = changedPlaces(plan.inspection, await options.inspect(signal));
  if (changed.length > 0)
    throw new DeployError('worldChanged', changed.join(', '), { places: changed.join(', ') });
  const { journal, clock, fence, actor, approvedBy = [] } = options;
  const first: JournalRecord = {
    kind: 'plan',
    at: clock.now(),
    fence,
    plan,
    digest,
    actor,
    ...(approvedBy.length > 0 && { approvedBy }),
  };
  await journal.append([first], signal);
  return new Execution(standingOf([first]), options).forward('begun', signal);
}

/** Goes on with an interrupted deployment, to success. */
export function resume(standing: Standing, options: ExecuteOptions, signal?: AbortSignal): Promise<Receipt> {
  return new Execution(standing, options).forward('resumed', signal);
}

/** Takes an interrupted deployment back. Rejects with `DeployError` `committed` when that is too late. */
export async function undo(standing: Standing, options: ExecuteOptions): Promise<Receipt> {
  undoList(standing);
  return new Execution(standing, options).back('undoChosen');
}

/** Leaves an interrupted deployment as it is, so that another may begin. It can still be resumed or undone until then. */
export function leave(standing: Standing, options: ExecuteOptions): Promise<Receipt> {
  return new Execution(standing, options).stay();
}

class Execution {
  readonly #plan: Plan;
  readonly #options: ExecuteOptions;
  readonly #walk: Walk;
  readonly #lost: AbortSignal;
  readonly #startedAt: number;
  readonly #begun: number;
  #standing: Standing;

  constructor(standing: Standing, options: ExecuteOptions) {
    this.#plan = standing.plan;
    this.#standing = standing;
    this.#options = options;
    this.#lost = options.lost ?? new AbortController().signal;
    this.#startedAt = options.clock.now();
    this.#begun = options.clock.monotonic();
    const { runner, journal, clock, fence, patienceMs = 20_000 } = options;
    const onEvent = (event: DeployEvent): void => options.onEvent?.(event);
    this.#walk = new Walk(
      { runner, journal, clock, fence, onEvent, patienceMs, lost: this.#lost },
      standing.bindings,
    );
  }

  /** Does what is left; a step that fails has all taken back. */
  async forward(why: 'begun' | 'resumed', cancel?: AbortSignal): Promise<Receipt> {
    return this.#guarded(async () => {
      if (why === 'resumed') await this.#turn('do', 'resumed');
      this.#emit({ kind: 'turn', to: 'do', why });
      for (const works of inGroups(remainingSteps(this.#standing, this.#without))) {
        const isFinal = works.some(({ step }) => step.final);
        if (cancel?.aborted && !isFinal) return this.#cancelled([]);
        // The first that fails ends the others: they would be taken back all the same.
        const over = new AbortController();
        const company = companions(works.length);
        const failures = await settle(
          works,
          (work, index) => this.#do(work, cancel, over.signal, company[index]!),
          () => over.abort(),
        );
        for (const { work } of failures) this.#set(work.step.id, 'failed');
        const [first] = failures;
        if (!first) continue;
        for (const { work } of failures) await this.#walk.diagnose(work.step);
        // Nothing leads back from there, and users have the new release: it is done, with something left over.
        if (isFinal) return this.#finish('done', recordFailure(first.thrown));
        if (cancel?.aborted) return this.#cancelled(failures.map(({ work }) => work));
        return this.#takeBack('failed', recordFailure(stepFailed(first.work.step.id, first.thrown)));
      }
      return this.#finish('done');
    });
  }

  async back(why: 'undoChosen'): Promise<Receipt> {
    return this.#guarded(() => this.#takeBack(why));
  }

  async stay(): Promise<Receipt> {
    return this.#guarded(() => this.#finish('stayed'));
  }

  async #do(
    { step, undoFirst }: Work,
    cancel: AbortSignal | undefined,
    over: AbortSignal,
    companion: Companion,
  ): Promise<void> {
    const { probe } = this.#options;
    this.#set(step.id, 'begun');
    const reasons = [this.#lost, over];
    // What can't be taken back is finished, not cancelled.
    if (cancel && !step.final) reasons.push(cancel);
    if (probe && !step.final) reasons.push(probe.breach);
    try {
      await this.#walk.perform(step, 'do', {
        undoFirst,
        signal: AbortSignal.any(reasons),
        company: companion,
        watched: this.#watch(step),
      });
    } catch (thrown) {
      throw probe?.breach.aborted === true && !cancel?.aborted ? toError(probe.breach.reason) : thrown;
    } finally {
      companion.leave();
    }
    this.#set(step.id, 'done');
  }

  /** After cancelling: the steps that were running are taken back, then the person decides. */
  async #cancelled(running: readonly Work[]): Promise<Receipt> {
    const [stuck] = await settle(running, (work) => this.#undo(work));
    if (stuck) return this.#finish('stuck', recordFailure(stuck.thrown));
    // A person may take their time.
    await this.#walk.flush();
    const choice = (await this.#options.decide?.()) ?? 'stay';
    return choice === 'undo' ? this.#takeBack('undoChosen') : this.#finish('stayed');
  }

  async #takeBack(why: TurnReason, failure?: RecordedFailure): Promise<Receipt> {
    await this.#turn('undo', why);
    this.#emit({ kind: 'turn', to: 'undo', why });
    for (const works of inGroups(undoList(this.#standing, this.#without))) {
      const [stuck] = await settle(works, (work) => this.#undo(work));
      // What comes before it may only be taken back after it.
      if (!stuck) continue;
      await this.#walk.diagnose(stuck.work.step);
      return this.#finish('stuck', recordFailure(undoFailed(stuck.work.step.id, stuck.thrown)));
    }
    return this.#finish('undone', failure);
  }

  async #undo({ step }: Work): Promise<void> {
    this.#set(step.id, 'undoing');
    await this.#walk.perform(step, 'undo', { signal: this.#lost, watched: this.#watch(step) });
    this.#set(step.id, 'undone');
  }

  async #watch({ phase }: Step): Promise<void> {
    if (NOTICEABLE.has(phase)) await this.#options.probe?.start();
  }

  async #turn(to: 'do' | 'undo', why: TurnReason): Promise<void> {
    const without = this.#without;
    await this.#walk.record({
      kind: 'turn',
      to,
      why,
      actor: this.#options.actor,
      ...(without.length > 0 && { without }),
    });
  }

  #set(step: string, status: 'begun' | 'done' | 'failed' | 'undoing' | 'undone'): void {
    const statuses = new Map(this.#standing.statuses).set(step, status);
    const final = this.#plan.steps.find(({ id }) => id === step)?.final;
    this.#standing = {
      ...this.#standing,
      statuses,
      ...(final && { committed: this.#standing.committed ?? step }),
    };
  }

  async #finish(outcome: Outcome, failure?: RecordedFailure): Promise<Receipt> {
    const probe = await this.#options.probe?.stop();
    const exact = outcome === 'undone' ? await this.#isExact() : undefined;
    const receipt = this.#receipt(outcome, probe, failure, exact);
    await this.#walk.record({ kind: 'finish', outcome, receipt });
    this.#emit({ kind: 'finished', receipt });
    return receipt;
  }

  /** Whether everything looks as before; unknown where it can't be asked. */
  async #isExact(): Promise<boolean | undefined> {
    try {
      const now = await this.#walk.patiently(() => this.#options.inspect(this.#lost), this.#lost);
      // What a router sends to a target that is left out is not known then.
      const apart = this.#without.length > 0 ? [...this.#without, this.#plan.router] : [];
      return changedPlaces(this.#plan.inspection, now).every((place) => apart.includes(place));
    } catch {
      return undefined;
    }
  }

  #receipt(
    outcome: Outcome,
    probe: ProbeReceipt | undefined,
    failure: RecordedFailure | undefined,
    exact?: boolean,
  ): Receipt {
    return {
      outcome,
      startedAt: this.#startedAt,
      durationMs: Math.round(this.#options.clock.monotonic() - this.#begun),
      steps: this.#walk.receipts,
      ...(probe && { probe }),
      ...(failure && { failure }),
      ...(exact !== undefined && { exact }),
      ...(this.#without.length > 0 && { without: this.#without }),
    };
  }

  get #without(): readonly string[] {
    return this.#options.without ?? [];
  }

  /** When the lock or the journal is lost there is nothing more that may be done: the deployment is interrupted. */
  async #guarded(run: () => Promise<Receipt>): Promise<Receipt> {
    try {
      return await run();
    } catch (thrown) {
      const probe = await this.#options.probe?.stop();
      const failure = recordFailure(thrown);
      if (isLeaseLost(thrown)) this.#emit({ kind: 'lease', state: 'lost', reason: thrown.reason });
      const receipt = this.#receipt('interrupted', probe, failure);
      this.#emit({ kind: 'finished', receipt });
      return receipt;
    }
  }

  #emit(event: DeployEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** Steps in a row that are performed at once. */
function inGroups(works: readonly Work[]): Work[][] {
  const groups: Work[][] = [];
  for (const work of works) {
    const last = groups.at(-1);
    const { together } = work.step;
    if (last && together !== undefined && last[0]?.step.together === together) last.push(work);
    else groups.push([work]);
  }
  return groups;
}

/** Does all at once, and waits for all. Resolves to what failed, in that order; rejects when the lock is lost. */
async function settle(
  works: readonly Work[],
  perform: (work: Work, index: number) => Promise<void>,
  onFailure?: () => void,
): Promise<{ readonly work: Work; readonly thrown: unknown }[]> {
  const failures: { readonly work: Work; readonly thrown: unknown }[] = [];
  const attempts = works.map(async (work, index) => {
    try {
      await perform(work, index);
    } catch (thrown) {
      failures.push({ work, thrown });
      onFailure?.();
    }
  });
  await Promise.all(attempts);
  const lost = failures.find(({ thrown }) => isLeaseLost(thrown));
  if (lost) throw toError(lost.thrown);
  return failures;
}

function stepFailed(step: string, thrown: unknown): DeployError {
  const { reason, message, details } = recordFailure(thrown);
  return new DeployError('stepFailed', message, { ...details, step, because: reason }, thrown);
}

function undoFailed(step: string, thrown: unknown): DeployError {
  const { reason, message, details } = recordFailure(thrown);
  return new DeployError('undoFailed', message, { ...details, step, because: reason }, thrown);
}
