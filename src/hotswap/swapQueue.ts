import { JdwpError } from '../jdwp/error';
import { AbortedError } from '../util/errors';
import type { Attached } from './attach';
import { HotSwapError } from './errors';
import { HeldBack } from './heldBack';
import { Job } from './job';
import type { BuiltClass, Change, ClassResult, SwapRecord } from './model';
import { PendingClasses, type Served } from './pending';
import { failedRecord, swapRecord, type RecordOf } from './record';
import { swapClasses, type SwapResult } from './swap';

export interface QueueListener {
  /** A swap ended, whatever its outcome. */
  swapped(record: SwapRecord): void;
  /** What waits or is pending changed. */
  changed(): void;
}

/** What lives as long as one connection. */
interface Live {
  readonly attached: Attached;
  readonly pending: PendingClasses;
}

export interface SwapCommand {
  /** Redefine also classes that run already. */
  readonly all?: boolean;
  /** Which classes that the JVM does not show become pending; all unless given. The others are `skipped`. */
  readonly pend?: ((unloaded: readonly BuiltClass[]) => Promise<readonly BuiltClass[]>) | undefined;
}

/**
 * The changes of one JVM, swapped one after another. What arrives during a swap, or while the JVM is away, is
 * merged into the next one. What a lost connection left undone is compared and swapped when the JVM is back.
 */
export class SwapQueue {
  readonly #jvm: string;
  readonly #listener: QueueListener;
  readonly #heldBack = new HeldBack();
  #live: Live | undefined;
  #running: Job | undefined;
  #next: Job | undefined;
  /** What was pending when the connection ended. */
  #carried: readonly BuiltClass[] = [];

  /** `jvm`: the target's id, for records. */
  constructor(jvm: string, listener: QueueListener) {
    this.#jvm = jvm;
    this.#listener = listener;
  }

  get pending(): readonly string[] {
    return (this.#live?.pending.classes ?? this.#carried).map(({ name }) => name);
  }
  get waitingFor(): 'jvm' | 'queue' | undefined {
    return this.#running ? 'jvm' : this.#next ? 'queue' : undefined;
  }

  connected(attached: Attached): void {
    const pending = new PendingClasses(attached, {
      served: (served) => this.#served(served),
      failed: (built, error) => this.#pendingFailed(built, error),
    });
    this.#live = { attached, pending };
    const carried = this.#carried;
    this.#carried = [];
    if (carried.length > 0) this.#enqueueLost(changeOf(carried, attached.clock.now()));
    void this.#pump();
  }

  disconnected(): void {
    if (!this.#live) return;
    const lost = new Set(this.#carried.map(({ name }) => name));
    this.#carried = [...this.#carried, ...this.#live.pending.classes.filter(({ name }) => !lost.has(name))];
    this.#live.pending.dispose();
    this.#live = undefined;
    this.#listener.changed();
  }

  /** Swaps a change when its turn comes. Rejects with `AbortedError` at once when the signal aborts. */
  submit(change: Change, command: SwapCommand = {}, signal?: AbortSignal): Promise<SwapRecord> {
    const job = this.#put(change);
    job.use(command);
    const done = job.wait(signal);
    void this.#pump();
    return done;
  }

  /** As `submit`, with nobody waiting. */
  enqueue(change: Change): void {
    this.#put(change).keep();
    void this.#pump();
  }

  /** Gives up what runs and what waits. */
  cancel(): void {
    this.#running?.giveUp();
    this.#next?.giveUp();
    this.#next = undefined;
    this.#listener.changed();
  }

  /** Ends the queue: whoever waits gets `HotSwapError` (`detached`). */
  close(): void {
    const error = new HotSwapError('detached', `${this.#jvm} was detached`);
    for (const job of [this.#running, this.#next]) job?.fail(error);
    this.cancel();
    this.disconnected();
    this.#carried = [];
  }

  #put(change: Change): Job {
    if (this.#next && !this.#next.isGivenUp) this.#next.merge(change, true);
    else this.#next = new Job(change);
    this.#listener.changed();
    return this.#next;
  }

  /** A change that the end of a connection left undone: swapped first, unless newer bytes wait already. */
  #enqueueLost(change: Change, resolves?: string): void {
    if (this.#next && !this.#next.isGivenUp) this.#next.merge(change, false);
    else this.#next = new Job(change);
    this.#next.keep();
    this.#next.resolves ??= resolves;
  }

  async #pump(): Promise<void> {
    // A connection that ended is told a moment later; nothing is begun on it meanwhile.
    while (this.#live && !this.#live.attached.connection.closed && !this.#running && this.#next) {
      const job = this.#next;
      this.#next = undefined;
      if (job.isGivenUp) continue;
      this.#running = job;
      this.#listener.changed();
      const record = await this.#run(job, this.#live);
      this.#running = undefined;
      if (record) {
        job.settle(record);
        this.#listener.swapped(record);
      }
      this.#listener.changed();
    }
  }

  async #run(job: Job, live: Live): Promise<SwapRecord | undefined> {
    const { attached } = live;
    const of: RecordOf = { jvm: this.#jvm, version: attached.info.version };
    const change = { ...job.change, classes: this.#heldBack.join(job.change.classes) };
    try {
      const result = await this.#swap(live, change.classes, job.command, job.signal);
      this.#heldBack.settle(change.classes, result.classes);
      const more = job.resolves === undefined ? {} : { resolves: job.resolves };
      return swapRecord(of, change, result.classes, result.ms, more);
    } catch (error) {
      if (error instanceof AbortedError) {
        job.fail(error);
        return undefined;
      }
      const record = failedRecord(of, change, error, isUnknown(error));
      if (isUnknown(error)) this.#enqueueLost(change, record.id);
      else if (error instanceof JdwpError && attached.connection.closed)
        this.#enqueueLost(change, job.resolves);
      return record;
    }
  }

  /** One packet; a class prepared while it was under way is swapped right after. */
  async #swap(
    live: Live,
    classes: readonly BuiltClass[],
    options: SwapCommand,
    signal: AbortSignal,
  ): Promise<SwapResult> {
    const swapped = await swapClasses(live.attached, classes, options, signal);
    const pending = (await options.pend?.(swapped.unloaded)) ?? swapped.unloaded;
    const result = { ...swapped, classes: withPending(swapped.classes, pending) };
    const visible = live.pending.add(pending);
    // Pending is told when the JVM knows of it; when the connection ends first, it is carried to the next one.
    if (visible.length < pending.length) await live.pending.armed().catch(() => undefined);
    if (visible.length === 0) return result;
    const late = await this.#swap(live, visible, options, signal);
    const names = new Set(visible.map(({ name }) => name));
    return {
      classes: [...result.classes.filter(({ name }) => !names.has(name)), ...late.classes],
      unloaded: late.unloaded,
      ms: result.ms,
    };
  }

  #served({ built, result, heldMs }: Served): void {
    if (!this.#live || result.state === 'unloaded') return;
    const { info, clock } = this.#live.attached;
    const change = changeOf([built], clock.now());
    const ms = heldMs === undefined ? {} : { send: heldMs };
    this.#listener.swapped(swapRecord({ jvm: this.#jvm, version: info.version }, change, [result], ms));
    this.#listener.changed();
  }

  #pendingFailed(built: BuiltClass, error: Error): void {
    const live = this.#live;
    if (!live || live.attached.connection.closed) {
      this.#carried = [...this.#carried.filter(({ name }) => name !== built.name), built];
      return;
    }
    const of: RecordOf = { jvm: this.#jvm, version: live.attached.info.version };
    this.#listener.swapped(failedRecord(of, changeOf([built], live.attached.clock.now()), error, false));
    this.#listener.changed();
  }
}

/** Classes that are not loaded and are not made pending are passed over. */
function withPending(classes: readonly ClassResult[], pending: readonly BuiltClass[]): ClassResult[] {
  const names = new Set(pending.map(({ name }) => name));
  return classes.map((each) =>
    each.outcome === 'pending' && !names.has(each.name) ? { ...each, outcome: 'skipped' } : each,
  );
}

function changeOf(classes: readonly BuiltClass[], at: number): Change {
  return { origin: 'watch', at, classes, ms: {} };
}

function isUnknown(error: unknown): boolean {
  return error instanceof HotSwapError && error.reason === 'unknownOutcome';
}
