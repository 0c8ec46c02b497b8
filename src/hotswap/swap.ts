import type { Clock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import type { ClassIndex, LoadedClass } from '../jdwp/classIndex';
import type { JdwpConnection } from '../jdwp/connection';
import { JdwpError } from '../jdwp/error';
import { ErrorConstant } from '../jdwp/errorConstants';
import { changedMethods } from './changedMethods';
import { compareWithRunning, stateOf, type Comparison } from './compare';
import { HotSwapError } from './errors';
import type { KnownClasses } from './known';
import type { BuiltClass, ClassResult } from './model';
import { findOffenders, redefine } from './redefine';
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
      .filter(({ state }) => options.all === true || state !== 'same')
      .map((each) => ({ ...each, built })),
  );
  const unloaded = comparisons.filter(({ loaded }) => loaded.length === 0).map(({ built }) => built);
  if (items.length === 0) {
    return { classes: comparisons.map((each) => untouched(each)), unloaded, ms: { compare } };
  }
  const sent = await send(context, items);
  if (sent.unloaded) return swapClasses(context, classes, options, signal);
  const { send: sendMs, verify, offenders, different } = sent;
  const refused = errorsByName(offenders);
  const results = comparisons.map((comparison) => {
    const { built } = comparison;
    if (refused.size > 0) {
      const error = refused.get(built.name);
      return error === undefined ? result(comparison, 'skipped') : result(comparison, 'refused', { error });
    }
    const own = items.filter((item) => item.built === built);
    if (own.length === 0) return untouched(comparison);
    const differences = own.find((item) => item.differences)?.differences;
    return result(comparison, 'swapped', {
      ...(differences ? { methods: changedMethods(differences, classFileOf(built)) } : {}),
      ...(own.length > 1 ? { loaders: own.length } : {}),
      ...(own.some((item) => different.has(item)) ? { verified: false } : {}),
    });
  });
  return {
    classes: results,
    unloaded: refused.size > 0 ? [] : unloaded,
    ms: { compare, send: sendMs, verify },
  };
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

type Sent =
  /** A class is gone since it was looked up; the index knows by now. */
  | { readonly unloaded: true }
  | {
      readonly unloaded: false;
      readonly send: number;
      readonly verify: number;
      readonly offenders: ReadonlyMap<Verifiable, number>;
      readonly different: ReadonlySet<Verifiable>;
    };

/** One packet, and right behind it the reads that verify it: the JVM executes commands in order. */
async function send(context: SwapContext, items: readonly Verifiable[]): Promise<Sent> {
  const { connection, index, known, clock, log } = context;
  const started = clock.monotonic();
  const answering = redefine(connection, items);
  const verifying = verifySwapped(connection, items).catch((error: unknown) => {
    log.warn(`${connection.peer}: could not verify: ${String(error)}`);
    return new Set<Verifiable>();
  });
  const answer = await answering.catch((error: unknown) => {
    throw connectionEnded(error, items);
  });
  const send = clock.monotonic() - started;
  const different = await verifying;
  const verify = clock.monotonic() - started - send;
  if (answer.accepted) {
    const keep = items.length <= 64;
    for (const { loaded, built, methods } of items) known.runs(loaded.id, built, methods, keep);
    return { unloaded: false, send, verify, offenders: new Map(), different };
  }
  if (answer.error === ErrorConstant.INVALID_OBJECT || answer.error === ErrorConstant.INVALID_CLASS) {
    index.recheck(items.map(({ loaded }) => loaded.name));
    await index.settled();
    const isGone = ({ loaded }: Verifiable): boolean =>
      !index.lookup(loaded.name).some(({ id }) => id === loaded.id);
    if (items.some(isGone)) return { unloaded: true };
  }
  const offenders = await findOffenders<Verifiable>(connection, items, answer.error);
  return { unloaded: false, send, verify, offenders, different: new Set() };
}

function connectionEnded(error: unknown, items: readonly Verifiable[]): unknown {
  if (!(error instanceof JdwpError)) return error;
  const names = items.map(({ loaded }) => loaded.name).join(', ');
  return new HotSwapError('unknownOutcome', `no answer: ${error.message}`, { classes: names }, error);
}

function errorsByName(offenders: ReadonlyMap<Verifiable, number>): Map<string, number> {
  return new Map([...offenders].map(([{ loaded }, error]) => [loaded.name, error]));
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
