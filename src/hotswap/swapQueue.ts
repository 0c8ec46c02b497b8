import { JdwpError } from '../jdwp/error';
import { AbortedError } from '../util/errors';
import type { Attached } from './attach';
import { HotSwapError } from './errors';
import type { GroupPart } from './fleet/part';
import { HeldBack } from './heldBack';
import { Job } from './job';
import type { JvmLedger, LostPending } from './ledger/jvmLedger';
import { UndoError, type UndoPlan } from './ledger/undo';
import type { BuiltClass, Change, ClassResult, SwapGroup, SwapRecord } from './model';
import { PendingClasses, type Served } from './pending';
import { failedRecord, swapRecord, type RecordOf } from './record';
import { Recording } from './recording';
import type { Redefinition } from './redefine';
import { findInRoot } from './roots/findInRoot';
import { swapClasses, type SwapOptions, type SwapResult } from './swap';
import { prepareUndo } from './undoCheck';

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
  /** Which class loaders' classes are swapped; all unless given. */
  readonly isChosenLoader?: SwapOptions['isChosenLoader'];
  /** Take this back: the change has no classes of its own, and is never merged with another one. */
  readonly undo?: UndoPlan;
  /** Swap in step with other JVMs; never merged with another change either. */
  readonly group?: GroupPart | undefined;
}

/**
 * The changes of one JVM, swapped one after another. What arrives during a swap, or while the JVM is away, is
 * merged into the next one. What a lost connection left undone is compared and swapped when the JVM is back.
 */
export class SwapQueue {
  readonly #jvm: string;
  readonly #listener: QueueListener;
  readonly #ledger: JvmLedger | undefined;
  readonly #heldBack = new HeldBack();
  /** The swaps that pending classes belong to. */
  readonly #recordings = new Map<BuiltClass, Recording>();
  #live: Live | undefined;
  #running: Job | undefined;
  readonly #waiting: Job[] = [];
  /** What was pending when the connection ended. */
  #carried: readonly BuiltClass[] = [];

  /** `jvm`: the target's id, for records. */
  constructor(jvm: string, listener: QueueListener, ledger?: JvmLedger) {
    this.#jvm = jvm;
    this.#listener = listener;
    this.#ledger = ledger;
  }

  get pending(): readonly string[] {
    return (this.#live?.pending.classes ?? this.#carried).map(({ name }) => name);
  }
  get waitingFor(): 'jvm' | 'queue' | undefined {
    return this.#running ? 'jvm' : this.#waiting.length > 0 ? 'queue' : undefined;
  }

  connected(attached: Attached): void {
    const pending = new PendingClasses(attached, {
      sending: async (item) => this.#recordingOf(item.built)?.sending([item], attached.known),
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
    this.#leaveGroups();
    this.#listener.changed();
  }

  /** Swaps a change when its turn comes. Rejects with `AbortedError` at once when the signal aborts. */
  submit(change: Change, command: SwapCommand = {}, signal?: AbortSignal): Promise<SwapRecord> {
    const job = this.#put(change, command.undo !== undefined || command.group !== undefined);
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

  /**
   * Waits again for classes that an earlier process waited for, and goes on with their swaps. Resolves when the JVM
   * knows of it, or the connection ended.
   */
  async waitAgain(lost: readonly LostPending[]): Promise<void> {
    const live = this.#live;
    if (!live) return;
    const { attached, pending } = live;
    const of: RecordOf = { jvm: this.#jvm, version: attached.info.version };
    const free = lost.filter(({ built }) => pending.get(built.name) === undefined);
    const change = changeOf(
      free.map(({ built }) => built),
      attached.clock.now(),
    );
    for (const { built, swap } of free)
      this.#recordings.set(built, new Recording(this.#ledger, of, change, { id: swap }));
    const visible = pending.add(change.classes);
    await pending.armed().catch(() => undefined);
    this.#listener.changed();
    if (visible.length > 0) this.enqueue({ ...change, classes: visible });
  }

  /** Gives up what runs and what waits. */
  cancel(): void {
    this.#running?.giveUp();
    for (const job of this.#waiting.splice(0)) job.giveUp();
    this.#listener.changed();
  }

  /** Ends the queue: whoever waits gets `HotSwapError` (`detached`). */
  close(): void {
    const error = new HotSwapError('detached', `${this.#jvm} was detached`);
    for (const job of [this.#running, ...this.#waiting]) job?.fail(error);
    this.cancel();
    this.disconnected();
    this.#carried = [];
  }

  #put(change: Change, isAlone = false): Job {
    const last = this.#waiting.at(-1);
    let job = last;
    if (!isAlone && last?.isOpen) last.merge(change, true);
    else this.#waiting.push((job = new Job(change)));
    this.#listener.changed();
    return job!;
  }

  /** A change that the end of a connection left undone: swapped first, unless newer bytes wait already. */
  #enqueueLost(change: Change, resolves?: string, restores?: SwapGroup): void {
    let job = this.#waiting[0];
    if (job?.isOpen && !restores) job.merge(change, false);
    else this.#waiting.unshift((job = new Job(change)));
    job.keep();
    job.resolves ??= resolves;
    job.restores ??= restores;
  }

  /** The other JVMs of a group do not wait until this one is back. */
  #leaveGroups(): void {
    const error = new HotSwapError('notAttached', `${this.#jvm} was lost`, {
      jvm: this.#jvm,
      peer: this.#jvm,
    });
    for (const job of this.#waiting.filter(({ command }) => command.group !== undefined)) {
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      job.fail(error);
    }
  }

  async #pump(): Promise<void> {
    // A connection that ended is told a moment later; nothing is begun on it meanwhile.
    while (this.#live && !this.#live.attached.connection.closed && !this.#running) {
      const job = this.#waiting.shift();
      if (!job) return;
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
    const { undo, group } = job.command;
    const isPlain = !undo && !group && !job.restores;
    const classes = isPlain ? this.#heldBack.join(job.change.classes) : job.change.classes;
    let change: Change = { ...job.change, classes };
    const recording = new Recording(this.#ledger, of, change, { undoes: undo?.undoes });
    const more = (): Partial<SwapRecord> => ({
      id: recording.id,
      ...(job.resolves !== undefined && { resolves: job.resolves }),
      ...(undo?.undoes !== undefined && { undoes: undo.undoes }),
      ...(group && { group: group.outcome }),
      ...(job.restores && { group: job.restores }),
    });
    let record: SwapRecord;
    try {
      let withdrawn: readonly string[] = [];
      if (undo) {
        const waiting = (name: string): BuiltClass | undefined => live.pending.get(name);
        const restoring = await prepareUndo(attached, undo, waiting, job.signal);
        ({ withdrawn } = restoring);
        change = { ...change, classes: restoring.classes };
      }
      const result = await this.#swap(live, change.classes, job.command, recording, job.signal);
      if (isPlain) this.#heldBack.settle(change.classes, result.classes);
      const told = job.restores ? result.classes.map(restored) : result.classes;
      const results = [...told, ...withdrawn.map((name) => this.#withdraw(live, name))];
      record = swapRecord(of, change, results, result.ms, more());
    } catch (error) {
      if (error instanceof AbortedError || error instanceof UndoError) {
        job.fail(error);
        return undefined;
      }
      const restoring = group ? await group.lost() : 'change';
      record = failedRecord(of, change, error, isUnknown(error), more());
      const isLost = isUnknown(error) || (error instanceof JdwpError && attached.connection.closed);
      const resolves = isUnknown(error) ? record.id : job.resolves;
      if (!isLost || restoring === undefined) {
        // Nothing is to be done when it is back, or it is there and said no.
      } else if (restoring === 'change') this.#enqueueLost(change, resolves, job.restores);
      else this.#enqueueLost({ ...change, classes: restoring }, resolves, record.group);
    }
    await recording.end(record, attached);
    return record;
  }

  /** One packet; a class prepared while it was under way is swapped right after. */
  async #swap(
    live: Live,
    classes: readonly BuiltClass[],
    options: SwapCommand,
    recording: Recording,
    signal: AbortSignal,
  ): Promise<SwapResult> {
    const { attached } = live;
    recording.expect(classes);
    const beforeSend = (items: readonly Redefinition[]): Promise<void> =>
      recording.sending(items, attached.known);
    const stages = { ...options, beforeSend, earlier: live.pending.classes, find: findInRoot };
    const swapped = await (options.group
      ? options.group.swap(attached, classes, stages, signal)
      : swapClasses(attached, classes, stages, signal));
    for (const { name, outcome } of swapped.classes) if (outcome === 'defined') live.pending.remove(name);
    const pending = (await options.pend?.(swapped.unloaded)) ?? swapped.unloaded;
    const result = { ...swapped, classes: withPending(swapped.classes, pending) };
    await recording.pending(pending, (name) => live.pending.get(name));
    for (const built of pending) this.#recordings.set(built, recording);
    const visible = live.pending.add(pending);
    // Pending is told when the JVM knows of it; when the connection ends first, it is carried to the next one.
    if (visible.length < pending.length) await live.pending.armed().catch(() => undefined);
    if (visible.length === 0) return result;
    const late = await this.#swap(live, visible, { ...options, group: undefined }, recording, signal);
    const names = new Set(visible.map(({ name }) => name));
    return {
      classes: [...result.classes.filter(({ name }) => !names.has(name)), ...late.classes],
      unloaded: late.unloaded,
      ms: result.ms,
    };
  }

  /** A class is not waited for any more; the JVM will load what it finds. */
  #withdraw(live: Live, name: string): ClassResult {
    live.pending.remove(name);
    return { name, state: 'unloaded', outcome: 'skipped' };
  }

  #recordingOf(built: BuiltClass): Recording | undefined {
    return this.#recordings.get(built);
  }

  #served({ built, result, heldMs }: Served): void {
    if (!this.#live || result.state === 'unloaded') return;
    const { clock } = this.#live.attached;
    const ms = heldMs === undefined ? {} : { send: heldMs };
    this.#tellPending(this.#live, built, (of, more) =>
      swapRecord(of, changeOf([built], clock.now()), [result], ms, more),
    );
  }

  #pendingFailed(built: BuiltClass, error: Error): void {
    const live = this.#live;
    if (!live || live.attached.connection.closed) {
      this.#carried = [...this.#carried.filter(({ name }) => name !== built.name), built];
      return;
    }
    this.#tellPending(live, built, (of, more) =>
      failedRecord(of, changeOf([built], live.attached.clock.now()), error, false, more),
    );
  }

  #tellPending(
    { attached }: Live,
    built: BuiltClass,
    make: (of: RecordOf, more: Partial<SwapRecord>) => SwapRecord,
  ): void {
    const recording = this.#recordings.get(built);
    this.#recordings.delete(built);
    const record = make(
      { jvm: this.#jvm, version: attached.info.version },
      recording ? { id: recording.id } : {},
    );
    void recording?.end(record, attached);
    this.#listener.swapped(record);
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

/** Of a JVM that was lost when its group was taken back: what it had taken was put back now. */
function restored(result: ClassResult): ClassResult {
  return result.outcome === 'swapped' ? { ...result, outcome: 'takenBack' } : result;
}

function changeOf(classes: readonly BuiltClass[], at: number): Change {
  return { origin: 'watch', at, classes, ms: {} };
}

function isUnknown(error: unknown): boolean {
  return error instanceof HotSwapError && error.reason === 'unknownOutcome';
}
