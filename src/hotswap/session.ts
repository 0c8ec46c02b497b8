import type { Clock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import { VirtualMachine } from '../jdwp/commands';
import { Emitter, type Event } from '../util/emitter';
import { toError } from '../util/errors';
import { attachJvm, type Attached, type HotSwapDependencies } from './attach';
import { HotSwapError } from './errors';
import type { BuiltClass, Change, JvmInfo, JvmSession, JvmState, JvmTarget, SwapRecord } from './model';
import type { LedgerEntry } from './ledger/entries';
import { JvmLedger } from './ledger/jvmLedger';
import type { UndoPlan } from './ledger/undo';
import { settleUnfinished } from './ledger/unfinished';
import { isWorthTelling } from './record';
import type { ClassRoot } from './roots/classRoot';
import { Reconnector } from './reconnect';
import { SwapQueue, type SwapCommand } from './swapQueue';
import { Undone } from './undone';

/** A wait shorter than this is not worth telling, in milliseconds. */
const tellWaitAfter = 300;

/** How long a JVM that is let go of may take to answer what was asked, in milliseconds. */
const settleMs = 1000;

/** One JVM over its restarts: stays attached, and swaps what it is given, one change after another. */
export class Session implements JvmSession {
  readonly target: JvmTarget;
  readonly #reconnector: Reconnector;
  readonly #queue: SwapQueue;
  readonly #ledger: JvmLedger | undefined;
  readonly #undone = new Undone();
  readonly #log: Log;
  #noting: Promise<void> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();
  readonly #clock: Clock;
  readonly #changed = new Emitter<void>();
  readonly #swapped = new Emitter<SwapRecord>();
  readonly #didAttach = new Emitter<void>();
  #state: JvmState = { kind: 'detached' };
  #attached: Attached | undefined;
  #classRoots: readonly ClassRoot[] = [];
  #lastSwap: SwapRecord | undefined;
  #tellWait: NodeJS.Timeout | undefined;

  readonly onDidChange: Event<void> = this.#changed.event;
  /** After each swap that changed something, was to, or failed. */
  readonly onDidSwap: Event<SwapRecord> = this.#swapped.event;

  /** At each attach, the first one included. */
  readonly onDidAttach: Event<void> = this.#didAttach.event;

  constructor(target: JvmTarget, dependencies: HotSwapDependencies) {
    this.target = target;
    const { ledger, clock, log } = dependencies;
    this.#log = log;
    this.#clock = clock;
    this.#ledger = ledger && new JvmLedger(target.id, { ledger, clock, log });
    const listener = {
      swapped: (record: SwapRecord) => this.#didSwap(record),
      changed: () => this.#queueChanged(),
    };
    this.#queue = new SwapQueue(target.id, listener, this.#ledger);
    const attach = (signal: AbortSignal): Promise<Attached> =>
      attachJvm(target, dependencies, signal, this.#ledger);
    this.#reconnector = new Reconnector(attach, dependencies.clock, {
      state: (state) => this.#setState(state),
      attached: (attached) => {
        this.#attached = attached;
        this.#noting = this.#noteAttached(attached);
        this.#queue.connected(attached);
        this.#didAttach.fire();
        void attached.exposed.then((exposed) => {
          if (exposed) this.#tell(attached, { exposed });
        });
      },
      lost: () => {
        this.#attached = undefined;
        this.#queue.disconnected();
      },
    });
  }

  get classRoots(): readonly ClassRoot[] {
    return this.#classRoots;
  }
  get state(): JvmState {
    const state = this.#state;
    if (state.kind !== 'attached' || !this.#attached) return state;
    return { ...state, info: { ...state.info, loadedClasses: this.#attached.index.size } };
  }
  get pending(): readonly string[] {
    return this.#queue.pending;
  }
  get lastSwap(): SwapRecord | undefined {
    return this.#lastSwap;
  }
  get waitingFor(): 'jvm' | 'queue' | undefined {
    return this.#queue.waitingFor;
  }
  /** What belongs to the connection, while there is one: for those who read more of the JVM. */
  get attached(): Attached | undefined {
    return this.#attached;
  }

  /** Connects; see `Reconnector.start`. */
  async start(keepTrying: boolean, signal?: AbortSignal): Promise<void> {
    try {
      await this.#reconnector.start(keepTrying, signal);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Resolves when the attachment is in the ledger, and what an earlier process left unfinished was told. */
  noted(): Promise<void> {
    return this.#noting;
  }

  kept(): Promise<void> {
    return this.#keeping;
  }

  /** Says what feeds this JVM. */
  useRoots(roots: readonly ClassRoot[]): void {
    this.#classRoots = roots;
    this.#keeping = this.#ledger?.useRoots(roots) ?? Promise.resolve();
    this.#changed.fire();
  }

  /** Waits again for what an earlier process of this workspace waited for, when the class roots are known. */
  async waitAgain(): Promise<void> {
    await this.#keeping;
    const lost = (await this.#ledger?.lostPending()) ?? [];
    if (lost.length > 0) await this.#queue.waitAgain(lost);
  }

  /** Swaps a change now, or merged with others when its turn comes. */
  swap(change: Change, command: SwapCommand = {}, signal?: AbortSignal): Promise<SwapRecord> {
    return this.#queue.submit(change, command, signal);
  }

  /** As `swap`, with nobody waiting for it; while the JVM is away the change is kept. */
  enqueue(change: Change): void {
    this.#queue.enqueue(change);
  }

  /** As a build wrote it: the classes of a change that are not just what was taken back. */
  withoutUndone(classes: readonly BuiltClass[]): readonly BuiltClass[] {
    return this.#undone.without(classes);
  }

  /** Takes swaps back. Rejects with `UndoError`, `AbortedError`, or `HotSwapError` (`detached`). */
  async undo(plan: UndoPlan, signal?: AbortSignal): Promise<SwapRecord> {
    const change: Change = { origin: 'undo', at: this.#clock.now(), classes: [], ms: {} };
    const record = await this.#queue.submit(change, { undo: plan }, signal);
    this.#undone.note(plan, record);
    return record;
  }

  cancel(): void {
    this.#queue.cancel();
  }

  async resume(signal?: AbortSignal): Promise<void> {
    const attached = this.#attached;
    if (!attached) throw new HotSwapError('notAttached', `${this.target.id} is not attached`);
    await attached.connection.request(VirtualMachine.Resume, {}, { signal });
    this.#tell(attached, { suspendedAtStart: false });
  }

  /** Detaches; resolves when the connection is closed and nothing is under way. */
  async close(): Promise<void> {
    this.#queue.close();
    this.#ledger?.dispose();
    const isConnected = this.#attached !== undefined;
    this.#attached = undefined;
    if (isConnected) await this.#settle();
    await this.#reconnector.stop();
    clearTimeout(this.#tellWait);
    for (const emitter of [this.#changed, this.#swapped, this.#didAttach]) emitter.dispose();
  }

  dispose(): void {
    void this.close();
  }

  /** Lets what is on its way be written down; a JVM that is stopped does not answer, and is not waited for long. */
  async #settle(): Promise<void> {
    if (!this.#ledger) return;
    const limit = new AbortController();
    const late = this.#clock.delay(settleMs, limit.signal).catch(() => undefined);
    await Promise.race([this.#ledger.settled(), late]);
    limit.abort();
  }

  /** Corrects what is known of the JVM, unless it was lost meanwhile. */
  #tell(attached: Attached, news: Partial<JvmInfo>): void {
    if (this.#attached !== attached || this.#state.kind !== 'attached') return;
    this.#setState({ kind: 'attached', info: { ...this.#state.info, ...news } });
  }

  /** Writes the attachment down, and tells of swaps that another process began and did not live to see answered. */
  async #noteAttached(attached: Attached): Promise<void> {
    const ledger = this.#ledger;
    if (!ledger) return;
    const before = ledger.run;
    const unfinished = await ledger.attached(attached, { isHere: this.target.through === undefined });
    if (ledger.run !== before) this.#undone.clear();
    await this.#tellUnfinished(attached, ledger, unfinished);
  }

  async #tellUnfinished(
    attached: Attached,
    ledger: JvmLedger,
    unfinished: readonly LedgerEntry[],
  ): Promise<void> {
    try {
      for (const record of await settleUnfinished(attached, ledger, unfinished)) this.#didSwap(record);
    } catch (error) {
      if (!attached.connection.closed) this.#log.warn(`${this.target.id}: ${toError(error).message}`);
    }
  }

  #setState(state: JvmState): void {
    this.#state = state;
    this.#changed.fire();
  }

  #didSwap(record: SwapRecord): void {
    if (!isWorthTelling(record)) return;
    this.#lastSwap = record;
    this.#swapped.fire(record);
  }

  /** Pending classes and results are told at once, a wait only when it lasts. */
  #queueChanged(): void {
    clearTimeout(this.#tellWait);
    if (this.#queue.waitingFor === undefined) this.#changed.fire();
    else this.#tellWait = setTimeout(() => this.#changed.fire(), tellWaitAfter);
  }
}
