import type { ConstantPool } from '../classfile/constantPool';
import { TAG } from '../classfile/constantPool';
import type { LoadedClass } from '../jdwp/classIndex';
import type { ClassLoaderId } from '../jdwp/ids';
import { defineClasses, type NewClass } from './define/defineClasses';
import type { BuiltClass, ClassResult } from './model';
import { trialOf, type Redefinition } from './redefine';
import { classFileOf } from './roots/builtClass';
import { readPool } from './running';
import type { SwapContext } from './swap';

/** Finds the class file of a name in the folder or jar that a changed class came from; undefined: it has none. */
export type FindBuilt = (name: string, besides: BuiltClass) => Promise<BuiltClass | undefined>;

/** What can be brought in besides the classes that are redefined. */
export interface Newcomers {
  /** Classes of the change that the JVM does not show, or not under every loader that has a changed class. */
  readonly unloaded: readonly BuiltClass[];
  /** Classes of earlier changes that it does not show either. */
  readonly earlier?: readonly BuiltClass[] | undefined;
  readonly find?: FindBuilt | undefined;
}

/** What became of the new classes of a change: `defined` ones, or the `refused` ones that keep it from being sent. */
export interface Brought {
  readonly defined: readonly ClassResult[];
  readonly refused: readonly ClassResult[];
  /** Milliseconds until the loaders had them; absent when there was none. */
  readonly ms?: number;
}

/** Classes that only lie in the packages of the changed ones are asked for up to so many; more are no one's save. */
const mostNeighbours = 64;

/** Refusals that may go away once a class is there: FAILS_VERIFICATION, NAMES_DONT_MATCH (a new superclass). */
const missingClass: readonly number[] = [62, 69];

/**
 * Brings into the loaders of the changed classes what these need and the loaders can't find: the new classes that
 * they name, what those name in turn, and new classes in their packages. This must come before the redefinition.
 * Nothing is defined when the JVM refuses the changed classes for another reason than a missing class, because a
 * class that is defined stays. Rejects with `HotSwapError` (`noThread`, `unsupported`) or `JdwpError`.
 */
export async function bringNewClasses(
  context: SwapContext,
  items: readonly Redefinition[],
  newcomers: Newcomers,
  signal?: AbortSignal,
): Promise<Brought> {
  const { connection, index, loaders, clock } = context;
  const started = clock.monotonic();
  const needed = await neededClasses(context, items, newcomers, signal);
  if (needed.length === 0) return { defined: [], refused: [] };
  const error = await trialOf(connection, items);
  if (error !== undefined && !missingClass.includes(error)) return { defined: [], refused: [] };
  const results = await defineClasses(connection, index, needed, {}, signal);
  const byName = new Map<string, ClassResult>();
  let brought = false;
  for (const [i, { built, sibling }] of needed.entries()) {
    const result = results[i]!;
    const loader = await index.loaderOf(sibling, signal);
    if (result.kind !== 'failed') loaders.sees(loader, built.name);
    if (result.kind === 'visible') continue;
    brought = true;
    const failure = result.kind === 'failed' ? { exception: result.exception } : undefined;
    const outcome = failure ? 'refused' : 'defined';
    if (byName.get(built.name)?.outcome === 'refused') continue;
    byName.set(built.name, { name: built.name, state: 'unloaded', outcome, ...failure });
  }
  const told = [...byName.values()];
  return {
    defined: told.filter(({ outcome }) => outcome === 'defined'),
    refused: told.filter(({ outcome }) => outcome === 'refused'),
    ...(brought && { ms: clock.monotonic() - started }),
  };
}

/** Each new class once for each loader that is to have it, with a changed class of that loader. */
async function neededClasses(
  context: SwapContext,
  items: readonly Redefinition[],
  newcomers: Newcomers,
  signal: AbortSignal | undefined,
): Promise<NewClass[]> {
  const needed = new Needed(context, newcomers, signal);
  for (const item of items) await needed.of(item);
  return needed.classes;
}

class Needed {
  readonly classes: NewClass[] = [];
  readonly #context: SwapContext;
  readonly #newcomers: Newcomers;
  readonly #signal: AbortSignal | undefined;
  readonly #fresh: ReadonlyMap<string, BuiltClass>;
  readonly #neighbours: readonly BuiltClass[];
  /** `loader/name` of what was looked at. */
  readonly #seen = new Set<string>();

  constructor(context: SwapContext, newcomers: Newcomers, signal: AbortSignal | undefined) {
    this.#context = context;
    this.#newcomers = newcomers;
    this.#signal = signal;
    const { unloaded, earlier = [] } = newcomers;
    this.#fresh = new Map([...earlier, ...unloaded].map((built) => [built.name, built]));
    this.#neighbours = unloaded.length > mostNeighbours ? [] : unloaded;
  }

  /** What one changed class needs in its loader. */
  async of({ loaded, built }: Redefinition): Promise<void> {
    const named = namedIn(built);
    for (const name of named) await this.#add(this.#fresh.get(name), loaded);
    const home = packageOf(built.name);
    for (const each of this.#neighbours) if (packageOf(each.name) === home) await this.#add(each, loaded);
    await this.#addFound(named, { loaded, built });
  }

  /** New classes that no change brought: written before the JVM was attached, say. */
  async #addFound(named: ReadonlySet<string>, { loaded, built }: Redefinition): Promise<void> {
    const { find } = this.#newcomers;
    const { index } = this.#context;
    if (!find) return;
    const unknown = [...named].filter((name) => !this.#fresh.has(name) && index.lookup(name).length === 0);
    const found = await Promise.all(unknown.map((name) => find(name, built)));
    if (!found.some((each) => each)) return;
    // What it named before is there, or is no concern of this change.
    const before = await this.#runningPool(loaded);
    for (const each of found) if (each && !before?.has(each.name)) await this.#add(each, loaded);
  }

  async #add(built: BuiltClass | undefined, sibling: LoadedClass): Promise<void> {
    if (!built) return;
    const { index, loaders } = this.#context;
    const loader = await index.loaderOf(sibling, this.#signal);
    const key = `${loader}/${built.name}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (loaders.isSeen(loader, built.name) || (await this.#hasLoaded(loader, built.name))) return;
    this.classes.push({ built, sibling });
    for (const name of namedIn(built)) {
      const isKnown = this.#fresh.has(name) || index.lookup(name).length > 0;
      const next = isKnown ? this.#fresh.get(name) : await this.#newcomers.find?.(name, built);
      await this.#add(next, sibling);
    }
  }

  async #hasLoaded(loader: ClassLoaderId, name: string): Promise<boolean> {
    const { index } = this.#context;
    const namesakes = index.lookup(name);
    const loaders = await Promise.all(namesakes.map((each) => index.loaderOf(each, this.#signal)));
    return loaders.includes(loader);
  }

  async #runningPool({ id }: LoadedClass): Promise<ReadonlySet<string> | undefined> {
    const { known, connection } = this.#context;
    const before = known.get(id)?.built;
    return before ? namedIn(before) : referencesOf(await readPool(connection, id, this.#signal));
  }
}

/** Names of other classes in each class file that was asked for. */
const references = new WeakMap<BuiltClass, ReadonlySet<string>>();

function namedIn(built: BuiltClass): ReadonlySet<string> {
  let names = references.get(built);
  if (!names) references.set(built, (names = referencesOf(classFileOf(built).pool)));
  return names;
}

/**
 * Binary names of the classes that a constant pool names; of an array its elements'. Those of the Java platform
 * itself, which is never new, are left out.
 */
export function referencesOf(pool: ConstantPool): Set<string> {
  const names = new Set<string>();
  for (let index = 1; index < pool.count; index++) {
    if (pool.tag(index) !== TAG.Class) continue;
    const name = pool
      .className(index)
      .replace(/^\[+L?/, '')
      .replace(/;$/, '');
    if (name.length > 1 && !name.startsWith('java/')) names.add(name.replaceAll('/', '.'));
  }
  return names;
}

function packageOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.') + 1);
}
