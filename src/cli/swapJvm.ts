import { systemClock } from '../contracts/clock';
import type { Ledger } from '../hotswap/ledger/ledger';
import type { BuiltClass, ClassResult, JvmTarget, SwapRecord } from '../hotswap/model';
import { configuredRoot } from '../hotswap/roots/relevant';
import { Session } from '../hotswap/session';
import type { SwapCommand } from '../hotswap/swapQueue';
import { describeJvmError } from '../messages/describe';
import { classOutcome } from '../messages/hotswap';
import { english } from '../messages/translate';
import { foundSwap } from '../messages/undo';
import { localEndpointProbe } from '../targets/jvm/discover';
import { Deferred, nextEvent } from '../util/async';
import { AbortedError } from '../util/errors';
import type { SwapOne } from './commandGroup';
import type { Output } from './output';
import type { JvmReport } from './swapReport';

/** How long a JVM that was cut off in the middle of a swap of several may take to come back, in milliseconds. */
const comeBackMs = 15_000;
/** How long a command goes on to keep class files for swaps to come, in milliseconds; the next one goes on with it. */
const keepMs = 2000;

/** What a `swap` command chose. */
export interface SwapChoices {
  readonly all?: boolean;
  readonly wait?: boolean;
  readonly isChosenLoader?: SwapCommand['isChosenLoader'];
}

export interface SwapSurroundings {
  readonly ledger: Ledger | undefined;
  readonly output: Output;
  /** Alone, or together with the other JVMs of the command. */
  readonly swap: SwapOne;
}

/** Swaps classes in one JVM and detaches; with `wait` stays for pending ones until aborted. Never rejects, save when aborted before it was done. */
export async function swapJvm(
  target: JvmTarget,
  { classes, roots }: { readonly classes: readonly BuiltClass[]; readonly roots: readonly string[] },
  { all = false, wait = false, isChosenLoader }: SwapChoices,
  { ledger, output, swap }: SwapSurroundings,
  signal: AbortSignal,
): Promise<JvmReport> {
  const jvm = target.id;
  const { session, connected } = openSession(target, ledger, output);
  const done = new AbortController();
  const results = new Map<string, ClassResult>();
  const late = session.onDidSwap(({ classes, found }) => {
    if (found) return;
    for (const result of classes) {
      // The command's own record is printed at the end.
      if (results.has(result.name)) output.line(`${jvm}  ${result.name}: ${classOutcome(result, english)}`);
      results.set(result.name, result);
    }
  });
  try {
    const connect = await connected(signal);
    session.useRoots(roots.map((root) => configuredRoot(root)));
    const change = { origin: 'command', at: systemClock.now(), classes, ms: {} } as const;
    const pend = wait ? {} : { pend: () => Promise.resolve([]) };
    const record = await settled(
      session,
      await swap(session, change, { all, ...pend, isChosenLoader }, signal),
      signal,
    );
    // Without `wait` nothing is made pending; the report still tells what is not loaded.
    const isHeldBack =
      record.group?.decision === 'none' || record.classes.some(({ outcome }) => outcome === 'refused');
    for (const result of record.classes)
      results.set(
        result.name,
        result.state === 'unloaded' && result.outcome === 'skipped' && !isHeldBack
          ? { ...result, outcome: 'pending' }
          : result,
      );
    if (wait && !record.error) {
      output.note(`${jvm}: ${session.pending.length} pending; waiting until interrupted.`);
      await untilAborted(signal);
    }
    await Promise.race([session.kept(), systemClock.delay(keepMs, done.signal).catch(() => undefined)]);
    return {
      jvm,
      ...(ledger && record.swapped > 0 && { swap: record.id }),
      version: record.version,
      classes: [...results.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      ms: { connect, ...record.ms },
      waited: wait,
      ...(record.group && { group: record.group }),
      ...(record.error
        ? { error: describeJvmError(record.error, { where: jvm }), reason: record.error.reason }
        : {}),
    };
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    return { ...failedReport(jvm, error), waited: wait };
  } finally {
    done.abort();
    late.dispose();
    await session.close();
  }
}

/**
 * The record of a JVM, or of what became of it after it was cut off in the middle of a swap of several JVMs: it is
 * brought to what these came to, as long as it comes back soon.
 */
async function settled(session: Session, record: SwapRecord, signal: AbortSignal): Promise<SwapRecord> {
  if (!record.group || record.error?.reason !== 'unknownOutcome') return record;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(comeBackMs)]);
  const isTold = ({ resolves }: SwapRecord): boolean => resolves === record.id;
  return nextEvent(session.onDidSwap, isTold, limit).catch(() => record);
}

/** A session with a JVM, and how to connect it: resolves to the milliseconds that took. */
export function openSession(
  target: JvmTarget,
  ledger: Ledger | undefined,
  output: Output,
): { readonly session: Session; readonly connected: (signal: AbortSignal) => Promise<number> } {
  const probe = localEndpointProbe();
  const session = new Session(target, { clock: systemClock, log: output.log, probe, ledger });
  const found = session.onDidSwap((record) => {
    if (record.found) output.note(`${target.id}: ${foundSwap(record, english).title}`);
  });
  const connected = async (signal: AbortSignal): Promise<number> => {
    const started = systemClock.monotonic();
    await session.start(false, signal);
    const connect = systemClock.monotonic() - started;
    warn(session, target.id, output);
    await session.noted();
    found.dispose();
    return connect;
  };
  return { session, connected };
}

/** What is told of a JVM where nothing was done. */
export function failedReport(jvm: string, error: unknown): JvmReport {
  const reason = (error as { reason?: unknown }).reason;
  return {
    jvm,
    classes: [],
    ms: {},
    waited: false,
    error: describeJvmError(error, { where: jvm }),
    reason: typeof reason === 'string' ? reason : 'unexpected',
  };
}

function warn(session: Session, jvm: string, output: Output): void {
  const info = session.attached?.info;
  if (info?.exposed)
    output.note(`${jvm}: this debug port is open to other machines; JDWP asks nobody for a password.`);
  if (info?.suspendedAtStart)
    output.note(`${jvm}: the JVM waited for a debugger; it runs on when this command ends.`);
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  const aborted = new Deferred<void>();
  signal.addEventListener('abort', () => aborted.resolve(), { once: true });
  if (!signal.aborted) await aborted.promise;
}
