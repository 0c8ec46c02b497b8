import { systemClock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import type { BuiltClass, ClassResult, JvmTarget } from '../hotswap/model';
import { Session } from '../hotswap/session';
import { describeJvmError } from '../messages/describe';
import { classOutcome } from '../messages/hotswap';
import { english } from '../messages/translate';
import { localEndpointProbe } from '../targets/jvm/discover';
import { Deferred } from '../util/async';
import { AbortedError } from '../util/errors';
import type { Output } from './output';
import type { JvmReport } from './swapReport';

/** Swaps classes in one JVM and detaches; with `wait` stays for pending ones until aborted. Never rejects, save when aborted before it was done. */
export async function swapJvm(
  target: JvmTarget,
  classes: readonly BuiltClass[],
  { all = false, wait = false }: { readonly all?: boolean; readonly wait?: boolean },
  { log, output }: { readonly log: Log; readonly output: Output },
  signal: AbortSignal,
): Promise<JvmReport> {
  const jvm = target.id;
  const started = systemClock.monotonic();
  const session = new Session(target, { clock: systemClock, log, probe: localEndpointProbe() });
  const results = new Map<string, ClassResult>();
  const late = session.onDidSwap(({ classes }) => {
    for (const result of classes) {
      // The command's own record is printed at the end.
      if (results.has(result.name)) output.line(`${jvm}  ${result.name}: ${classOutcome(result, english)}`);
      results.set(result.name, result);
    }
  });
  try {
    await session.start(false, signal);
    const connect = systemClock.monotonic() - started;
    warn(session, jvm, output);
    const change = { origin: 'command', at: systemClock.now(), classes, ms: {} } as const;
    const pend = wait ? {} : { pend: () => Promise.resolve([]) };
    const record = await session.swap(change, { all, ...pend }, signal);
    // Without `wait` nothing is made pending; the report still tells what is not loaded.
    const isRefused = record.classes.some(({ outcome }) => outcome === 'refused');
    for (const result of record.classes)
      results.set(
        result.name,
        result.state === 'unloaded' && !isRefused ? { ...result, outcome: 'pending' } : result,
      );
    if (wait && !record.error) {
      output.note(`${jvm}: ${session.pending.length} pending; waiting until interrupted.`);
      await untilAborted(signal);
    }
    return {
      jvm,
      version: record.version,
      classes: [...results.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      ms: { connect, ...record.ms },
      waited: wait,
      ...(record.error
        ? { error: describeJvmError(record.error, { where: jvm }), reason: record.error.reason }
        : {}),
    };
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    const reason = (error as { reason?: unknown }).reason;
    return {
      jvm,
      classes: [],
      ms: {},
      waited: wait,
      error: describeJvmError(error, { where: jvm }),
      reason: typeof reason === 'string' ? reason : 'unexpected',
    };
  } finally {
    late.dispose();
    await session.close();
  }
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
