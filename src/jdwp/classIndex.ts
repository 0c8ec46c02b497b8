import { abortable } from '../util/async';
import { DisposableStore, toDisposable, type Disposable } from '../util/disposables';
import { Emitter, type Event } from '../util/emitter';
import { EventRequest, ReferenceType, VirtualMachine } from './commands';
import { LoaderReader } from './classLoader';
import type { JdwpConnection } from './connection';
import { EventKind, SuspendPolicy, type TypeTag } from './constants';
import { VmError } from './error';
import { ErrorConstant } from './errorConstants';
import type { CompositeEvent } from './events';
import type { ClassLoaderId, ReferenceTypeId } from './ids';
import { referenceTypeId } from './layout';
import type { PacketReader } from './reader';
import { nameOfRedefinable, readNameOfRedefinable } from './signature';
import { typeTag } from './values';

/** A class or interface that the VM shows. Two with the same name belong to different class loaders. */
export interface LoadedClass {
  /** As in `Class.getName()`: `demo.Outer$Inner`. */
  readonly name: string;
  readonly id: ReferenceTypeId;
  readonly typeTag: TypeTag;
}

/**
 * The classes and interfaces of a VM by name: one AllClassesWithGeneric, then kept current by CLASS_PREPARE and
 * CLASS_UNLOAD. Arrays and hidden classes, which cannot be redefined, are left out; so are classes that are loaded
 * but not linked, because no VM shows them.
 *
 * CLASS_UNLOAD tells only a name, and HotSpot sends it late (with the next event after the garbage collection). So a
 * name that was unloaded is in doubt until the VM was asked which of its ids are still alive: `settled` waits for that.
 */
export class ClassIndex implements Disposable {
  readonly #connection: JdwpConnection;
  readonly #subscriptions = new DisposableStore();
  /** One class is the rule; an array only where several loaders have the name: 50,000 arrays would cost 3 MB. */
  readonly #classes = new Map<string, LoadedClass | LoadedClass[]>();
  readonly #loaderReader: LoaderReader;
  readonly #loaders = new Map<ReferenceTypeId, ClassLoaderId>();
  readonly #inDoubt = new Set<string>();
  #checking: Promise<void> | undefined;
  #size = 0;
  /** The snapshot is in. */
  #complete = false;
  readonly #prepared = new Emitter<LoadedClass>();
  readonly #unloaded = new Emitter<LoadedClass>();

  /** A class became visible; the index already has it. Not suspended: the VM runs on meanwhile. */
  readonly onPrepare: Event<LoadedClass> = this.#prepared.event;
  /** A class is gone; the index no longer has it. */
  readonly onUnload: Event<LoadedClass> = this.#unloaded.event;

  private constructor(connection: JdwpConnection) {
    this.#connection = connection;
    this.#loaderReader = new LoaderReader(connection);
  }

  /** Rejects as the requests do: with `JdwpError` or `AbortedError`. */
  static async open(connection: JdwpConnection, signal?: AbortSignal): Promise<ClassIndex> {
    const index = new ClassIndex(connection);
    try {
      await index.#start(signal);
      return index;
    } catch (error) {
      index.dispose();
      throw error;
    }
  }

  /** How many classes and interfaces there are, each loader's counted. */
  get size(): number {
    return this.#size;
  }

  /** Every class of that name, one for each class loader; empty when the VM shows none. */
  lookup(name: string): readonly LoadedClass[] {
    const found = this.#classes.get(name);
    if (!found) return [];
    return Array.isArray(found) ? found : [found];
  }

  names(): IterableIterator<string> {
    return this.#classes.keys();
  }

  /** The loader that defined a class; 0n is the bootstrap loader. Asked once for each class. */
  async loaderOf(loaded: LoadedClass, signal?: AbortSignal): Promise<ClassLoaderId> {
    const known = this.#loaders.get(loaded.id);
    if (known !== undefined) return known;
    const loader = await this.#loaderReader.read(loaded.id, signal);
    if (this.lookup(loaded.name).some(({ id }) => id === loaded.id)) this.#loaders.set(loaded.id, loader);
    return loader;
  }

  /** Puts names in doubt: the VM answered that an id of theirs is no longer valid. */
  recheck(names: Iterable<string>): void {
    for (const name of names) this.#inDoubt.add(name);
    if (this.#complete && this.#inDoubt.size > 0) this.#checking ??= this.#check();
  }

  /** Waits until no name is in doubt; at once when none is. */
  async settled(signal?: AbortSignal): Promise<void> {
    while (this.#checking) await abortable(this.#checking, signal, 'check of unloaded classes');
  }

  /** Stops following the VM; what is known stays. */
  dispose(): void {
    this.#subscriptions.dispose();
    this.#prepared.dispose();
    this.#unloaded.dispose();
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    this.#subscriptions.add(this.#connection.onEvent((event) => this.#follow(event)));
    // The VM executes commands in order: events are on before the snapshot is taken, and all three take one round trip.
    const started = Promise.all([
      this.#subscribe(EventKind.ClassPrepare),
      this.#subscribe(EventKind.ClassUnload),
      this.#connection.exchange(VirtualMachine.AllClassesWithGeneric, {}, (body) => this.#readSnapshot(body)),
    ]);
    await abortable(started, signal, 'index of loaded classes');
    await this.settled(signal);
  }

  /** Has the VM send events until we are disposed; without a signal, because the request must be known to be cleared. */
  async #subscribe(eventKind: EventKind): Promise<void> {
    const args = { eventKind, suspendPolicy: SuspendPolicy.None, modifiers: [] };
    const { requestID } = await this.#connection.request(EventRequest.Set, args);
    const clear = (): void => {
      if (this.#connection.closed) return;
      this.#connection.request(EventRequest.Clear, { eventKind, requestID }).catch(() => undefined); // it may just end
    };
    this.#subscriptions.add(toDisposable(clear));
  }

  /** int count, then for each: byte refTypeTag, referenceTypeID, string signature, string generic signature, int status. */
  #readSnapshot(body: PacketReader): void {
    for (let left = body.count(); left > 0; left--) {
      const tag = typeTag.read(body);
      const id = referenceTypeId.read(body);
      const name = readNameOfRedefinable(body);
      body.skip(body.int());
      body.skip(4);
      if (name !== undefined) this.#add(name, id, tag);
    }
    this.#complete = true;
    // Unloads told before it may be about classes in it.
    this.recheck([]);
  }

  #follow({ events }: CompositeEvent): void {
    for (const event of events) {
      if (event.kind === 'ClassPrepare') {
        const name = nameOfRedefinable(event.signature);
        if (name === undefined) continue;
        const added = this.#add(name, event.typeID, event.refTypeTag);
        if (added) this.#prepared.fire(added);
      } else if (event.kind === 'ClassUnload') {
        const name = nameOfRedefinable(event.signature);
        if (name !== undefined) this.recheck([name]);
      }
    }
  }

  /** The class as added; undefined when it was there: an event and the snapshot may both tell it. */
  #add(name: string, id: ReferenceTypeId, tag: TypeTag): LoadedClass | undefined {
    const added: LoadedClass = { name, id, typeTag: tag };
    const present = this.#classes.get(name);
    if (!present) this.#classes.set(name, added);
    else if (!Array.isArray(present)) {
      if (present.id === id) return undefined;
      this.#classes.set(name, [present, added]);
    } else {
      if (present.some((each) => each.id === id)) return undefined;
      this.#classes.set(name, [...present, added]);
    }
    this.#size++;
    return added;
  }

  #remove(gone: LoadedClass): void {
    const present = this.lookup(gone.name);
    const left = present.filter(({ id }) => id !== gone.id);
    if (left.length === present.length) return;
    if (left.length === 0) this.#classes.delete(gone.name);
    else this.#classes.set(gone.name, left.length === 1 ? left[0]! : left);
    this.#loaders.delete(gone.id);
    this.#size--;
    this.#unloaded.fire(gone);
  }

  /** Asks for every id of the names in doubt whether it is alive, until no name is. */
  async #check(): Promise<void> {
    try {
      while (this.#inDoubt.size > 0) {
        const classes = [...this.#inDoubt].flatMap((name) => this.lookup(name));
        this.#inDoubt.clear();
        await Promise.all(classes.map((each) => this.#checkOne(each)));
      }
    } finally {
      this.#checking = undefined;
    }
  }

  /** An id is never given to another class, so the answer cannot become wrong by events that cross it. */
  async #checkOne(loaded: LoadedClass): Promise<void> {
    try {
      await this.#connection.request(ReferenceType.Status, { refType: loaded.id });
    } catch (error) {
      const dead: number[] = [ErrorConstant.INVALID_OBJECT, ErrorConstant.INVALID_CLASS];
      if (error instanceof VmError && dead.includes(error.error)) this.#remove(loaded);
    }
  }
}
