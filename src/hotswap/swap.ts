import type { Clock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import type { ClassIndex, LoadedClass } from '../jdwp/classIndex';
import type { JdwpConnection } from '../jdwp/connection';
import { JdwpError } from '../jdwp/error';
import { ErrorConstant } from '../jdwp/errorConstants';
import { toError } from '../util/errors';
import { changedMethods } from './changedMethods';
import { compareWithRunning, stateOf, type Comparison, type LoadedComparison } from './compare';
import { HotSwapError } from './errors';
import type { KnownClasses } from './known';
import type { BuiltClass, ClassResult } from './model';
import { findOffenders, redefine, type Redefinition } from './redefine';
import { classFileOf } from './roots/builtClass';
import { verifySwapped, type Verifiable } from './verify';

/** An attached JVM, as the stages of a swap need it. */
export interface SwapContext {
  readonly connection: JdwpConnection;
  readonly index: ClassIndex;
  readonly known: KnownClasses;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SwapOptions {
  /** Redefine also classes that are found to run already. */
  readonly all?: boolean;
}

/** What became of the classes of one change in one JVM. */
export interface SwapResult {
  readonly classes: readonly ClassResult[];
  /** Not shown by the JVM: to be redefined when it prepares them. */
  readonly unloaded: readonly BuiltClass[];
  readonly ms: { readonly compare?: number; readonly send?: number; readonly verify?: number };
}

/**
 * Brings classes into a JVM as one transaction: compare with what runs, one packet with what differs, verify. When
 * one class is refused none is redefined: the others are `skipped`. Rejects with `JdwpError` when the connection
 * ends before the packet was sent, and with `HotSwapError` (`unknownOutcome`) when it ends before its answer.
 */
export async function swapClasses(
  context: SwapContext,
  classes: readonly BuiltClass[],
  options: SwapOptions = {},
  signal?: AbortSignal,
): Promise<SwapResult> {
  const { connection, known, clock } = context;
  const started = clock.monotonic();
  const comparisons = await compareWithRunning(
    connection,
    known,
    await lookup(context, classes, signal),
    signal,
  );
  const compare = clock.monotonic() - started;
  const items = comparisons.flatMap(({ built, loaded }) =>
    loaded
      .filter(({ isSame }) => options.all === true || !isSame)
      .map((comparison): Item => ({ loaded: comparison.loaded, built, comparison })),
  );
  const unloaded = comparisons.filter(({ loaded }) => loaded.length === 0).map(({ built }) => built);
  if (items.length === 0) {
    return { classes: comparisons.map((each) => untouched(each)), unloaded, ms: { compare } };
  }
  const sent = await send(context, items);
  if (sent.unloaded) return swapClasses(context, classes, options, signal);
  const { send: sendMs, verify } = sent;
  const isRefused = sent.offenders.size > 0;
  const results = isRefused ? refusedResults(comparisons, sent) : swappedResults(comparisons, items, sent);
  return { classes: results, unloaded: isRefused ? [] : unloaded, ms: { compare, send: sendMs, verify } };
}

/** One class of a packet. */
interface Item extends Redefinition {
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

function refusedResults(comparisons: readonly Comparison[], { offenders }: Answered): ClassResult[] {
  return comparisons.map((comparison) => {
    const error = offenders.get(comparison.built.name);
    return error === undefined ? result(comparison, 'skipped') : result(comparison, 'refused', { error });
  });
}

function swappedResults(
  comparisons: readonly Comparison[],
  items: readonly Item[],
  { different }: Answered,
): ClassResult[] {
  const byClass = new Map<BuiltClass, Item[]>();
  for (const item of items) byClass.set(item.built, [...(byClass.get(item.built) ?? []), item]);
  return comparisons.map((comparison) => {
    const { built } = comparison;
    const own = byClass.get(built);
    if (!own) return untouched(comparison);
    const differences = own.map((item) => item.comparison.detail().differences).find((each) => each);
    return result(comparison, 'swapped', {
      ...(differences ? { methods: changedMethods(differences, classFileOf(built)) } : {}),
      ...(own.length > 1 ? { loaders: own.length } : {}),
      ...(different.has(built.name) ? { verified: false } : {}),
    });
  });
}

function untouched(comparison: Comparison): ClassResult {
  return result(comparison, comparison.loaded.length === 0 ? 'pending' : 'skipped');
}

function result(
  comparison: Comparison,
  outcome: ClassResult['outcome'],
  more: Partial<ClassResult> = {},
): ClassResult {
  return { name: comparison.built.name, state: stateOf(comparison), outcome, ...more };
}
