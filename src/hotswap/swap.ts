import type { Clock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import type { ClassIndex, LoadedClass } from '../jdwp/classIndex';
import type { JdwpConnection } from '../jdwp/connection';
import { JdwpError, VmError } from '../jdwp/error';
import { ErrorConstant } from '../jdwp/errorConstants';
import { toError } from '../util/errors';
import { changedMethods } from './changedMethods';
import type { ClassLoaders } from './classLoaders';
import { compareWithRunning, stateOf, type Comparison, type LoadedComparison } from './compare';
import { HotSwapError } from './errors';
import type { KnownClasses } from './known';
import type { BuiltClass, ClassResult, LoaderInfo, LoaderResult } from './model';
import { bringNewClasses, type Brought, type FindBuilt } from './newClasses';
import { findOffenders, redefine, type Redefinition } from './redefine';
import { classFileOf } from './roots/builtClass';
import { verifySwapped, type Verifiable } from './verify';

/** An attached JVM, as the stages of a swap need it. */
export interface SwapContext {
  readonly connection: JdwpConnection;
  readonly index: ClassIndex;
  readonly known: KnownClasses;
  readonly loaders: ClassLoaders;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SwapOptions {
  /** Redefine also classes that are found to run already. */
  readonly all?: boolean;
  /** Which class loaders' classes are swapped; all unless given. */
  readonly isChosenLoader?: ((loader: LoaderInfo) => boolean) | undefined;
  /** Classes of earlier changes that the JVM did not show: a changed class may name them. */
  readonly earlier?: readonly BuiltClass[] | undefined;
  /** Where to look for a new class that no change brought. */
  readonly find?: FindBuilt | undefined;
  /**
   * Awaited before each packet, with what is in it: what can't be written down is not done. When it rejects nothing
   * is sent. More than once where classes turn out to be unloaded, or are prepared meanwhile.
   */
  readonly beforeSend?: ((items: readonly Redefinition[]) => Promise<void>) | undefined;
}

/** What became of the classes of one change in one JVM. */
export interface SwapResult {
  readonly classes: readonly ClassResult[];
  /** Not shown by the JVM: to be redefined when it prepares them. */
  readonly unloaded: readonly BuiltClass[];
  readonly ms: {
    readonly compare?: number;
    readonly define?: number;
    readonly send?: number;
    readonly verify?: number;
  };
}

/** A change as it stands against one JVM, before anything is sent. */
export interface PreparedSwap {
  readonly comparisons: readonly Comparison[];
  /** What differs: one for each class and class loader. Empty: nothing is to be sent. */
  readonly items: readonly Item[];
  readonly unloaded: readonly BuiltClass[];
  /** The loaders of each class that several have, and of every class where some were chosen. */
  readonly loaders: ReadonlyMap<LoadedClass, LoaderInfo>;
  readonly compareMs: number;
}

/**
 * Brings classes into a JVM as one transaction: compare with what runs, define what is new and can't be found, one
 * packet with what differs, verify. When one class is refused none is redefined: the others are `skipped`. Rejects
 * with `JdwpError` when the connection ends before the packet was sent, with `HotSwapError` (`unknownOutcome`) when
 * it ends before its answer, and with `HotSwapError` (`noThread`) when a new class could not be defined.
 */
export async function swapClasses(
  context: SwapContext,
  classes: readonly BuiltClass[],
  options: SwapOptions = {},
  signal?: AbortSignal,
): Promise<SwapResult> {
  const prepared = await prepareSwap(context, classes, options, signal);
  if (prepared.items.length === 0) return unsent(prepared);
  const brought = await bringIn(context, prepared, options, signal);
  if (brought.refused.length > 0) return notBrought(prepared, brought);
  await options.beforeSend?.(prepared.items);
  const result = await sendSwap(context, prepared, brought);
  return result === 'unloaded' ? swapClasses(context, classes, options, signal) : result;
}

/** Compares a change with what runs. Rejects with `JdwpError`. */
export async function prepareSwap(
  context: SwapContext,
  classes: readonly BuiltClass[],
  { all, isChosenLoader }: SwapOptions,
  signal?: AbortSignal,
): Promise<PreparedSwap> {
  const { connection, known, clock } = context;
  const started = clock.monotonic();
  const looked = await lookup(context, classes, signal);
  const comparisons = await compareWithRunning(connection, known, looked, signal);
  const loaders = await loadersOf(context, comparisons, isChosenLoader !== undefined, signal);
  const items = comparisons.flatMap(({ built, loaded }) =>
    loaded
      .filter(({ isSame }) => all === true || !isSame)
      .filter((each) => isChosenLoader?.(loaders.get(each.loaded)!) ?? true)
      .map((comparison): Item => ({ loaded: comparison.loaded, built, comparison })),
  );
  const unloaded = comparisons.filter(({ loaded }) => loaded.length === 0).map(({ built }) => built);
  return { comparisons, items, unloaded, loaders, compareMs: clock.monotonic() - started };
}

/** Brings in the new classes that the changed ones need; see `bringNewClasses`. */
export function bringIn(
  context: SwapContext,
  { comparisons, items, unloaded }: PreparedSwap,
  { earlier, find }: SwapOptions,
  signal?: AbortSignal,
): Promise<Brought> {
  // Where some loaders of a changed class lack another class of the change, that one is new there.
  const most = Math.max(...items.map(({ loaded }) => context.index.lookup(loaded.name).length));
  const partly =
    most === 1 ? [] : comparisons.filter(({ loaded }) => loaded.length > 0 && loaded.length < most);
  const newcomers = { unloaded: [...unloaded, ...partly.map(({ built }) => built)], earlier, find };
  return bringNewClasses(context, items, newcomers, signal);
}

/**
 * Sends a prepared change and verifies it. `unloaded`: a class was unloaded since, and nothing happened; prepare
 * again. Rejects as `swapClasses`.
 */
export async function sendSwap(
  context: SwapContext,
  prepared: PreparedSwap,
  brought: Brought = { defined: [], refused: [] },
): Promise<SwapResult | 'unloaded'> {
  const { items, compareMs: compare } = prepared;
  const sent = await send(context, items);
  if (sent.unloaded) return 'unloaded';
  const isRefused = sent.offenders.size > 0;
  const results = isRefused ? refusedResults(prepared, sent.offenders) : swappedResults(prepared, sent);
  return {
    classes: withNew(results, brought.defined),
    unloaded: isRefused ? [] : stillUnloaded(prepared, brought),
    ms: {
      compare,
      ...(brought.ms !== undefined && { define: brought.ms }),
      send: sent.send,
      verify: sent.verify,
    },
  };
}

/** The result when nothing is to be sent. */
export function unsent(prepared: PreparedSwap): SwapResult {
  const { comparisons, unloaded, compareMs } = prepared;
  return {
    classes: comparisons.map((each) => untouched(prepared, each)),
    unloaded,
    ms: { compare: compareMs },
  };
}

/** The result when the JVM said beforehand what it would refuse: nothing was sent. */
export function refusedBeforehand(
  prepared: PreparedSwap,
  offenders: ReadonlyMap<Redefinition, number>,
): SwapResult {
  const byName = new Map([...offenders].map(([{ built }, error]) => [built.name, error]));
  return {
    classes: refusedResults(prepared, byName),
    unloaded: [],
    ms: { compare: prepared.compareMs },
  };
}

/** The result when a new class could not be defined: nothing was sent. */
export function notBrought(prepared: PreparedSwap, { defined, refused, ms }: Brought): SwapResult {
  const skipped = prepared.comparisons.map((each) => result(prepared, each, 'skipped'));
  return {
    classes: withNew(skipped, [...defined, ...refused]),
    unloaded: [],
    ms: { compare: prepared.compareMs, ...(ms !== undefined && { define: ms }) },
  };
}

/** The results with those of new classes, which come in place of what was said of them before. */
function withNew(results: readonly ClassResult[], brought: readonly ClassResult[]): ClassResult[] {
  const names = new Set(brought.map(({ name }) => name));
  const others = results.filter(({ name, state }) => state !== 'unloaded' || !names.has(name));
  const left = new Set(others.map(({ name }) => name));
  return [...others, ...brought.filter(({ name }) => !left.has(name))];
}

function stillUnloaded({ unloaded }: PreparedSwap, { defined }: Brought): BuiltClass[] {
  const names = new Set(defined.map(({ name }) => name));
  return unloaded.filter(({ name }) => !names.has(name));
}

/** The loaders of the classes that several loaders have; with `all` those of every class. */
async function loadersOf(
  { loaders }: SwapContext,
  comparisons: readonly Comparison[],
  all: boolean,
  signal: AbortSignal | undefined,
): Promise<Map<LoadedClass, LoaderInfo>> {
  const wanted = comparisons
    .filter(({ loaded }) => all || loaded.length > 1)
    .flatMap(({ loaded }) => loaded.map((each) => each.loaded));
  const infos = await Promise.all(
    wanted.map(async (each) => [each, await loaders.of(each, signal).catch(goneLoader)] as const),
  );
  return new Map(infos);
}

/** Of a class that was unloaded since it was looked up: the packet will tell. */
function goneLoader(error: unknown): LoaderInfo {
  if (error instanceof VmError) return { id: '0x?', type: '' };
  throw error;
}

/** One class of a packet. */
export interface Item extends Redefinition {
  readonly comparison: LoadedComparison;
}

/** Every loaded class of each name; waits until the index is sure of them. */
async function lookup(
  { index }: SwapContext,
  classes: readonly BuiltClass[],
  signal: AbortSignal | undefined,
): Promise<{ built: BuiltClass; loaded: readonly LoadedClass[] }[]> {
  await index.settled(signal);
  return classes.map((built) => ({ built, loaded: index.lookup(built.name) }));
}

interface Answered {
  readonly unloaded: false;
  /** Milliseconds until the answer, and from there until everything was verified. */
  readonly send: number;
  readonly verify: number;
  /** JDWP error by class name; empty when all were accepted. */
  readonly offenders: ReadonlyMap<string, number>;
  /** Names of classes that run something else than they were redefined with. */
  readonly different: ReadonlySet<string>;
}

/** `unloaded`: a class is gone since it was looked up; the index knows by now. */
type Sent = { readonly unloaded: true } | Answered;

/** One packet, and right behind it the reads that verify it: the JVM executes commands in order. */
async function send(context: SwapContext, items: readonly Item[]): Promise<Sent> {
  const { connection, known, clock, log } = context;
  const started = clock.monotonic();
  const answering = redefine(connection, items).catch((error: unknown) => connectionEnded(error, items));
  await nextTurn();
  // While the JVM is at work: what differs, and so what is to be verified.
  const verifying = verifySwapped(connection, items.map(verifiable)).catch((error: unknown) => {
    log.warn(`${connection.peer}: could not verify: ${String(error)}`);
    return new Set<string>();
  });
  const answer = await answering;
  if (answer instanceof Error) throw answer;
  const send = clock.monotonic() - started;
  if (answer.accepted) {
    for (const { loaded, built, comparison } of items) known.runs(loaded.id, built, comparison.methods);
    const different = await verifying;
    const verify = clock.monotonic() - started - send;
    return { unloaded: false, send, verify, offenders: new Map(), different };
  }
  if (await isAnyUnloaded(context, items, answer.error)) return { unloaded: true };
  const offenders = await findOffenders(connection, items, answer.error);
  const verify = clock.monotonic() - started - send;
  const byName = new Map([...offenders].map(([{ built }, error]) => [built.name, error]));
  return { unloaded: false, send, verify, offenders: byName, different: new Set() };
}

function verifiable({ loaded, built, comparison }: Item): Verifiable {
  return { loaded, built, methods: comparison.methods, differences: comparison.detail().differences };
}

/** Whether a refusal means that classes are gone since they were looked up. */
async function isAnyUnloaded(
  { index }: SwapContext,
  items: readonly Item[],
  error: number,
): Promise<boolean> {
  if (error !== ErrorConstant.INVALID_OBJECT && error !== ErrorConstant.INVALID_CLASS) return false;
  index.recheck(items.map(({ loaded }) => loaded.name));
  await index.settled();
  return items.some(({ loaded }) => !index.lookup(loaded.name).some(({ id }) => id === loaded.id));
}

/** Small requests are written at the end of a turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function connectionEnded(error: unknown, items: readonly Item[]): Error {
  if (!(error instanceof JdwpError)) return toError(error);
  const names = items.map(({ loaded }) => loaded.name).join(', ');
  return new HotSwapError('unknownOutcome', `no answer: ${error.message}`, { classes: names }, error);
}

function refusedResults(prepared: PreparedSwap, offenders: ReadonlyMap<string, number>): ClassResult[] {
  return prepared.comparisons.map((comparison) => {
    const error = offenders.get(comparison.built.name);
    return error === undefined
      ? result(prepared, comparison, 'skipped')
      : result(prepared, comparison, 'refused', { error });
  });
}

function swappedResults(prepared: PreparedSwap, { different }: Answered): ClassResult[] {
  const byClass = new Map<BuiltClass, Item[]>();
  for (const item of prepared.items) byClass.set(item.built, [...(byClass.get(item.built) ?? []), item]);
  return prepared.comparisons.map((comparison) => {
    const { built } = comparison;
    const own = byClass.get(built);
    if (!own) return untouched(prepared, comparison);
    const differences = own.map((item) => item.comparison.detail().differences).find((each) => each);
    return result(prepared, comparison, 'swapped', {
      ...(differences ? { methods: changedMethods(differences, classFileOf(built)) } : {}),
      ...(different.has(built.name) ? { verified: false } : {}),
    });
  });
}

function untouched(prepared: PreparedSwap, comparison: Comparison): ClassResult {
  return result(prepared, comparison, comparison.loaded.length === 0 ? 'pending' : 'skipped');
}

function result(
  prepared: PreparedSwap,
  comparison: Comparison,
  outcome: ClassResult['outcome'],
  more: Partial<ClassResult> = {},
): ClassResult {
  const { built, loaded } = comparison;
  const loaders = loaded.length > 1 ? loaded.map((each) => loaderResult(prepared, each, outcome)) : undefined;
  return { name: built.name, state: stateOf(comparison), outcome, ...more, ...(loaders && { loaders }) };
}

/** One of several classes of the same name; the outcome is that of those that were in the packet. */
function loaderResult(
  { items, loaders }: PreparedSwap,
  comparison: LoadedComparison,
  outcome: ClassResult['outcome'],
): LoaderResult {
  const wasSent = items.some((item) => item.comparison === comparison);
  return {
    ...loaders.get(comparison.loaded)!,
    state: comparison.detail().state,
    outcome: wasSent ? outcome : 'skipped',
  };
}
