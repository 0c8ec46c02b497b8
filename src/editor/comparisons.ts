import type { ClassFile } from '../classfile/classFile';
import type { Attached } from '../hotswap/attach';
import type { Sides } from '../hotswap/comparison/bytecode';
import type { ClassPlace, ComparedClass, ComparedLoader, JvmComparison } from '../hotswap/comparison/model';
import { HotSwapError } from '../hotswap/errors';
import type { JvmSession, SwapRecord } from '../hotswap/model';
import type { LoadedClass } from '../jdwp/classIndex';
import { DisposableStore, type Disposable } from '../util/disposables';
import { Emitter } from '../util/emitter';
import type { Jvms } from './jvms';

/** What was found when a JVM was compared with its class roots. */
export interface MadeComparison extends JvmComparison {
  /** Id and name of the JVM. */
  readonly jvm: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether something was swapped since, or the JVM was started anew: what is shown may not hold any more. */
  readonly isStale: boolean;
  /** Names of classes that are swapped as soon as the JVM prepares them. */
  readonly pending: ReadonlySet<string>;
}

/** The comparisons of this window, one a JVM, for as long as it is attached. */
export class Comparisons implements Disposable {
  readonly #jvms: Jvms;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<string | undefined>());
  /** Fires with the id of the JVM whose comparison changed; undefined when one came or went. */
  readonly onDidChange = this.#changed.event;
  readonly #made = new Map<string, MadeComparison>();
  /** The connections they were made over. */
  readonly #over = new Map<string, Attached>();

  constructor(jvms: Jvms) {
    this.#jvms = jvms;
    this.#store.add(jvms.onDidSwap((record) => this.#swapped(record)));
    this.#store.add(jvms.onDidChange((id) => id !== undefined && this.#jvmChanged(id)));
    this.#store.add(jvms.onDidChangeSessions(() => this.#forgetDetached()));
  }

  /** In the order in which they were made. */
  get all(): readonly MadeComparison[] {
    return [...this.#made.values()];
  }

  of(jvm: string): MadeComparison | undefined {
    return this.#made.get(jvm);
  }

  /** Compares now. Rejects with `HotSwapError` (`notAttached`, `noClassRoots`), `JdwpError` or `AbortedError`. */
  async compare(
    jvm: string,
    onProgress?: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<MadeComparison> {
    const { session, attached } = this.#session(jvm);
    const { target, classRoots } = session;
    if (classRoots.length === 0)
      throw new HotSwapError('noClassRoots', `nothing feeds ${jvm}`, { jvm, peer: target.name });
    const [{ compareJvm }, { openRoots }] = await Promise.all([
      import('../hotswap/comparison/compareJvm'),
      import('../hotswap/roots/openRoots'),
    ]);
    const paths = classRoots.map(({ path }) => path);
    const roots = await openRoots(paths, 'newest', signal);
    try {
      const at = attached.clock.now();
      const found = await compareJvm(attached, roots.entries, onProgress ? { onProgress } : {}, signal);
      const pending = new Set(session.pending);
      const made: MadeComparison = { ...found, jvm, name: target.name, at, isStale: false, pending };
      const isNew = !this.#made.has(jvm);
      this.#made.set(jvm, made);
      this.#over.set(jvm, attached);
      this.#changed.fire(isNew ? undefined : jvm);
      return made;
    } finally {
      await roots.close();
    }
  }

  /** Takes a comparison away. */
  close(jvm: string): void {
    this.#over.delete(jvm);
    if (this.#made.delete(jvm)) this.#changed.fire(undefined);
  }

  /** The bytecode of a class now: as one class loader has it, and as it was built. Rejects as `compare` does. */
  async sides(jvm: string, { name, entry }: ComparedClass, loader?: ComparedLoader): Promise<Sides> {
    const { attached } = this.#session(jvm);
    const { bytecodeSides } = await import('../hotswap/comparison/bytecode');
    return bytecodeSides(attached, loadedNow(attached, name, loader), entry && (await readBuilt(entry)));
  }

  dispose(): void {
    this.#store.dispose();
    this.#made.clear();
    this.#over.clear();
  }

  #session(jvm: string): { session: JvmSession; attached: Attached } {
    const session = this.#jvms.session(jvm);
    if (!session?.attached)
      throw new HotSwapError('notAttached', `${jvm} is not attached`, {
        jvm,
        peer: session?.target.name ?? jvm,
      });
    return { session, attached: session.attached };
  }

  #swapped({ jvm, swapped }: SwapRecord): void {
    if (swapped > 0) this.#outdate(jvm);
  }

  #jvmChanged(jvm: string): void {
    const attached = this.#jvms.session(jvm)?.attached;
    // A JVM that is lost for a moment may come back as it was; another connection shows another JVM.
    if (attached && this.#over.has(jvm) && this.#over.get(jvm) !== attached) this.#outdate(jvm);
  }

  #outdate(jvm: string): void {
    const made = this.#made.get(jvm);
    if (!made || made.isStale) return;
    this.#made.set(jvm, { ...made, isStale: true });
    this.#changed.fire(jvm);
  }

  #forgetDetached(): void {
    for (const jvm of [...this.#made.keys()]) if (!this.#jvms.session(jvm)) this.close(jvm);
  }
}

async function readBuilt(place: ClassPlace): Promise<ClassFile | undefined> {
  const [{ readOne }, { classFileOf }] = await Promise.all([
    import('../hotswap/roots/openRoots'),
    import('../hotswap/roots/builtClass'),
  ]);
  const built = await readOne(place);
  return built && classFileOf(built);
}

/** The class under its loader, or whichever the JVM shows after a restart. */
function loadedNow(
  { index }: Attached,
  name: string,
  loader: ComparedLoader | undefined,
): LoadedClass | undefined {
  const present = index.lookup(name);
  return present.find(({ id }) => id === loader?.loaded.id) ?? present[0];
}
