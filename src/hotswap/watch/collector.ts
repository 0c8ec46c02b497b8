import { readFile } from 'node:fs/promises';
import type { Clock } from '../../contracts/clock';
import type { Disposable } from '../../util/disposables';
import { systemCode } from '../../util/errors';
import type { BuiltClass, Change } from '../model';
import { builtClass, classFileOf } from '../roots/builtClass';

/** Reads what was written: built classes, `incomplete` while it is being written, `gone` when it is not there. */
export type ReadWritten = (
  file: string,
  root: string,
) => Promise<readonly BuiltClass[] | 'incomplete' | 'gone'>;

/** How long a change is waited for to be whole; milliseconds. */
export interface SettleTimes {
  /** Quiet after the last event of a burst whose files are all whole. */
  readonly quiet: number;
  /** The same while classes nested in a written class were not written yet: most compilers write them all. */
  readonly nest: number;
  /** The same while the class around a written one was not: javac writes it last. */
  readonly outer: number;
  /** Classes of several sources that come slowly are waited for this many times their longest pause so far... */
  readonly patience: number;
  /** ...but never longer than this. */
  readonly longest: number;
  /** A file that stays half written so long is left out; another event brings it back. */
  readonly incomplete: number;
}

/** Measured: within one source javac pauses 3 to 9 ms between files, between sources 5 to 25 ms, cold 60 ms. */
export const defaultSettleTimes: SettleTimes = {
  quiet: 15,
  nest: 40,
  outer: 100,
  patience: 3,
  longest: 80,
  incomplete: 5000,
};

interface Written {
  readonly root: string;
  /** Events so far; a read that began before the last one is repeated. */
  events: number;
  readAt: number;
  state: 'reading' | 'whole' | 'incomplete';
  classes: readonly BuiltClass[];
}

/**
 * Collects the files that a compiler writes for one save into one change. A file counts when it parses to its end,
 * which is looked at on every event about it; a change is whole when all its files are and nothing more happens
 * for a moment.
 */
export class ChangeCollector implements Disposable {
  readonly #read: ReadWritten;
  readonly #clock: Clock;
  readonly #times: SettleTimes;
  readonly #onChange: (change: Change) => void;
  readonly #written = new Map<string, Written>();
  #firstAt = 0;
  #firstEvent = 0;
  #lastEvent = 0;
  #longestPause = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Files to be read, or being read. */
  #reading = 0;
  #active = 0;
  readonly #queue: string[] = [];
  #disposed = false;

  constructor(
    onChange: (change: Change) => void,
    clock: Clock,
    read: ReadWritten = readClassFile,
    times: SettleTimes = defaultSettleTimes,
  ) {
    this.#onChange = onChange;
    this.#clock = clock;
    this.#read = read;
    this.#times = times;
  }

  /** A file of a class root was written, created or removed. */
  touched(file: string, root: string): void {
    if (this.#disposed) return;
    const now = this.#clock.monotonic();
    if (this.#written.size === 0) {
      this.#firstAt = this.#clock.now();
      this.#firstEvent = now;
      this.#longestPause = 0;
    } else this.#longestPause = Math.max(this.#longestPause, now - this.#lastEvent);
    this.#lastEvent = now;
    let entry = this.#written.get(file);
    if (!entry)
      this.#written.set(file, (entry = { root, events: 0, readAt: 0, state: 'incomplete', classes: [] }));
    entry.events++;
    this.#readLater(file, entry);
    this.#settleLater();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#written.clear();
    this.#queue.length = 0;
  }

  /** Reads some files at a time: a rebuild writes thousands. */
  #readNext(): void {
    while (this.#active < 16) {
      const file = this.#queue.shift();
      if (file === undefined) return;
      this.#active++;
      void this.#readOne(file).finally(() => {
        this.#active--;
        this.#readNext();
      });
    }
  }

  async #readOne(file: string): Promise<void> {
    const entry = this.#written.get(file);
    if (!entry) return;
    entry.readAt = entry.events;
    // What can't be read now (locked by the compiler, on Windows) is as good as half written.
    const read = await this.#read(file, entry.root).catch(() => 'incomplete' as const);
    if (this.#written.get(file) !== entry) return;
    if (entry.events > entry.readAt) {
      this.#queue.push(file);
      return;
    }
    this.#reading--;
    if (read === 'gone') this.#written.delete(file);
    else if (read === 'incomplete') entry.state = 'incomplete';
    else {
      entry.state = 'whole';
      entry.classes = read;
    }
    this.#settleLater();
  }

  #settleLater(): void {
    clearTimeout(this.#timer);
    if (this.#written.size === 0 || this.#disposed) return;
    // Asked for each of thousands of files: no walk through them before the last one is read.
    if (this.#reading > 0) return;
    const entries = [...this.#written.values()];
    const waited = this.#clock.monotonic() - this.#lastEvent;
    const isIncomplete = entries.some(({ state }) => state === 'incomplete');
    const needed = isIncomplete ? this.#times.incomplete : this.#quietFor(entries);
    if (waited >= needed) this.#settle();
    else if (isIncomplete) {
      // Not every file system tells of the last write.
      const again = Math.min(Math.max(waited, this.#times.nest), needed - waited);
      this.#timer = setTimeout(() => this.#readAgain(), again);
    } else this.#timer = setTimeout(() => this.#settleLater(), needed - waited);
  }

  /** Looks again at half written files although nothing was told of them. */
  #readAgain(): void {
    for (const [file, entry] of this.#written) if (entry.state === 'incomplete') this.#readLater(file, entry);
    this.#settleLater();
  }

  #readLater(file: string, entry: Written): void {
    if (entry.state === 'reading') return;
    entry.state = 'reading';
    this.#reading++;
    this.#queue.push(file);
    this.#readNext();
  }

  /** How much quiet makes the burst over. */
  #quietFor(entries: readonly Written[]): number {
    const { quiet, nest, outer, patience, longest } = this.#times;
    const classes = entries.flatMap((entry) => entry.classes);
    const sources = new Set(classes.map(({ name }) => outermost(name)));
    const slow = sources.size > 1 ? Math.min(longest, this.#longestPause * patience) : 0;
    const missing = missingOfNests(classes);
    return Math.max(missing === 'outer' ? outer : missing === 'nested' ? nest : quiet, slow);
  }

  #settle(): void {
    const classes = new Map<string, BuiltClass>();
    for (const { state, classes: written } of this.#written.values())
      if (state === 'whole') for (const built of written) classes.set(built.name, built);
    this.#written.clear();
    if (classes.size === 0) return;
    const detect = this.#clock.monotonic() - this.#firstEvent;
    this.#onChange({ origin: 'watch', at: this.#firstAt, classes: [...classes.values()], ms: { detect } });
  }
}

/** What was not written of the nests that classes of this burst belong to. */
function missingOfNests(classes: readonly BuiltClass[]): 'outer' | 'nested' | undefined {
  // Of a rebuild the pauses tell enough.
  if (classes.length > 64) return undefined;
  const written = new Set(classes.map(({ name }) => name));
  if (classes.some(({ name }) => !written.has(outermost(name)))) return 'outer';
  return classes.some((built) => nestedIn(built).some((name) => !written.has(name))) ? 'nested' : undefined;
}

/** The nested classes of the same source that a class names. */
function nestedIn(built: BuiltClass): string[] {
  const file = classFileOf(built);
  return (file.attribute('InnerClasses')?.classes ?? [])
    .map(({ innerClassIndex }) => file.pool.className(innerClassIndex).replaceAll('/', '.'))
    .filter((name) => outermost(name) === outermost(built.name));
}

function outermost(name: string): string {
  const dollar = name.indexOf('$', name.lastIndexOf('.') + 2);
  return dollar < 0 ? name : name.slice(0, dollar);
}

/** Reads a `.class` file of a folder. */
export const readClassFile: ReadWritten = async (file, root) => {
  try {
    const built = builtClass(await readFile(file), file, root);
    return built === 'incomplete' ? built : [built];
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return 'gone';
    throw error;
  }
};
