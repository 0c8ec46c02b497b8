import { EventRequest, ThreadReference } from '../jdwp/commands';
import { EventKind, SuspendPolicy } from '../jdwp/constants';
import type { CompositeEvent } from '../jdwp/events';
import type { ThreadId } from '../jdwp/ids';
import type { LoadedClass } from '../jdwp/classIndex';
import { nameOfRedefinable } from '../jdwp/signature';
import { DisposableStore, toDisposable, type Disposable } from '../util/disposables';
import { toError } from '../util/errors';
import { compareWithRunning, stateOf } from './compare';
import type { BuiltClass, ClassResult } from './model';
import { redefine, type Redefinition } from './redefine';
import type { SwapContext } from './swap';

/** What became of a pending class when the JVM prepared it. */
export interface Served {
  readonly built: BuiltClass;
  readonly result: ClassResult;
  /** Milliseconds for which the thread that loads the class was held; absent when it wasn't. */
  readonly heldMs?: number;
}

export interface PendingListener {
  /** Awaited before a pending class is redefined; when it rejects the class is not, and `failed` is told. */
  sending?(item: Redefinition): Promise<void>;
  served(served: Served): void;
  /** The connection ended before the JVM's answer, or another failure; the class is not pending any more. */
  failed(built: BuiltClass, error: Error): void;
}

interface Entry {
  built: BuiltClass;
  /** The id of the CLASS_PREPARE request; rejects when the JVM refuses to make one. */
  request: Promise<number>;
}

/**
 * Changed classes that a JVM does not show: not loaded, or loaded and not linked yet. Each has a CLASS_PREPARE
 * request (JDWP, EventRequest 15) that holds the loading thread; in the event the class is redefined before any
 * of its code has run, the static initialiser included, and the thread goes on. Of one connection: when that ends,
 * the JVM clears the requests and lets held threads go.
 */
export class PendingClasses implements Disposable {
  readonly #context: SwapContext;
  readonly #listener: PendingListener;
  readonly #entries = new Map<string, Entry>();
  readonly #store = new DisposableStore();

  constructor(context: SwapContext, listener: PendingListener) {
    this.#context = context;
    this.#listener = listener;
    this.#store.add(context.connection.onEvent((event) => this.#follow(event)));
    this.#store.add(toDisposable(() => this.#entries.clear()));
  }

  get classes(): readonly BuiltClass[] {
    return [...this.#entries.values()].map(({ built }) => built);
  }

  /** The bytes that wait for a class of that name. */
  get(name: string): BuiltClass | undefined {
    return this.#entries.get(name)?.built;
  }

  /**
   * Makes classes pending, replacing older bytes of the same name. Returns at once those that the JVM shows by
   * now: they were prepared since they were looked up, and are to be swapped like others.
   */
  add(classes: readonly BuiltClass[]): BuiltClass[] {
    const visible: BuiltClass[] = [];
    for (const built of classes) {
      const entry = this.#entries.get(built.name);
      if (this.#context.index.lookup(built.name).length > 0) {
        visible.push(built);
        this.remove(built.name);
      } else if (entry) entry.built = built;
      else this.#request(built);
    }
    return visible;
  }

  /** Forgets a class. */
  remove(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    this.#clear(entry);
  }

  /** Settles when the JVM has every request; rejects with `JdwpError` when the connection ends first. */
  async armed(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ request }) => request));
  }

  dispose(): void {
    for (const name of [...this.#entries.keys()]) this.remove(name);
    this.#store.dispose();
  }

  #request(built: BuiltClass): void {
    const { connection } = this.#context;
    const request = connection
      .request(EventRequest.Set, {
        eventKind: EventKind.ClassPrepare,
        suspendPolicy: SuspendPolicy.EventThread,
        modifiers: [{ kind: 'ClassMatch', classPattern: built.name }],
      })
      .then(({ requestID }) => requestID);
    const entry: Entry = { built, request };
    this.#entries.set(built.name, entry);
    request.catch((error: unknown) => {
      if (this.#entries.get(built.name) !== entry) return;
      // Pending stays pending over the end of a connection: the owner asks for `classes` and adds them again.
      if (!connection.closed) this.#entries.delete(built.name);
      this.#listener.failed(entry.built, toError(error));
    });
  }

  #clear({ request }: Entry): void {
    const { connection } = this.#context;
    request
      .then((requestID) =>
        connection.request(EventRequest.Clear, { eventKind: EventKind.ClassPrepare, requestID }),
      )
      // It never existed, or ended with the connection.
      .catch(() => undefined);
  }

  /**
   * Every CLASS_PREPARE event that holds a thread is ours: the index's own request holds none. One composite tells
   * of one class in one thread, under all requests that match. An event without a held thread matters too: the
   * class may be prepared while our request is on its way.
   */
  #follow({ suspendPolicy, events }: CompositeEvent): void {
    const event = events.find((each) => each.kind === 'ClassPrepare');
    if (event?.kind !== 'ClassPrepare') return;
    const held = suspendPolicy === SuspendPolicy.None ? undefined : event.thread;
    const name = nameOfRedefinable(event.signature);
    const entry = name === undefined ? undefined : this.#entries.get(name);
    if (name === undefined || !entry) {
      this.#resume(held);
      return;
    }
    this.#entries.delete(name);
    const loaded: LoadedClass = { name, id: event.typeID, typeTag: event.refTypeTag };
    void this.#serve(entry, loaded, held);
  }

  async #serve(entry: Entry, loaded: LoadedClass, held: ThreadId | undefined): Promise<void> {
    const { clock, known, connection } = this.#context;
    const { built } = entry;
    const started = clock.monotonic();
    try {
      const [comparison] = await compareWithRunning(connection, known, [{ built, loaded: [loaded] }]);
      const state = comparison ? stateOf(comparison) : 'unloaded';
      if (!comparison || state === 'same' || state === 'unloaded') {
        this.#resume(held);
        this.#listener.served({ built, result: { name: built.name, state, outcome: 'skipped' } });
        return;
      }
      await this.#listener.sending?.({ loaded, built });
      const answering = redefine(connection, [{ loaded, built }]);
      // Right behind the redefinition: the JVM executes commands in order, accepted or not.
      this.#resume(held);
      const answer = await answering;
      const heldMs = clock.monotonic() - started;
      if (answer.accepted) known.runs(loaded.id, built, comparison.loaded[0]!.methods);
      const outcome = answer.accepted ? 'swapped' : 'refused';
      const error = answer.accepted ? {} : { error: answer.error };
      this.#listener.served({ built, result: { name: built.name, state, outcome, ...error }, heldMs });
    } catch (error) {
      this.#resume(held);
      this.#listener.failed(built, toError(error));
    } finally {
      this.#clear(entry);
    }
  }

  /** A thread of the JVM's own (0) is never held. A connection that ended lets go of all threads. */
  #resume(thread: ThreadId | undefined): void {
    if (thread === undefined || (thread as bigint) === 0n) return;
    const { connection, log } = this.#context;
    connection.request(ThreadReference.Resume, { thread }).catch((error: unknown) => {
      if (!connection.closed) log.warn(`${connection.peer}: could not resume a thread: ${String(error)}`);
    });
  }
}
