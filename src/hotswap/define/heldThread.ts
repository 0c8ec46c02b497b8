import { EventRequest, ThreadReference, VirtualMachine } from '../../jdwp/commands';
import type { JdwpConnection } from '../../jdwp/connection';
import { EventKind, StepDepth, StepSize, SuspendPolicy } from '../../jdwp/constants';
import type { CompositeEvent } from '../../jdwp/events';
import type { ThreadId } from '../../jdwp/ids';
import { abortable, Deferred } from '../../util/async';
import type { TaggedObject } from '../../jdwp/values';
import { HotSwapError } from '../errors';
import { classNameOf } from './remoteObjects';

export interface HoldOptions {
  /** How long to wait for a thread to come by; 10,000 ms unless given. */
  readonly timeoutMs?: number;
}

/** More threads than these need not be armed: one that comes by is enough. */
const mostThreads = 256;
/** How long the JVM's own cleaner thread may take to come by before every thread is told to, in milliseconds. */
const cleanerMs = 250;

/** A thread that was told to report its next step. */
interface Armed {
  /** It holds no monitor of the application, so that what runs in it can't lock that up. */
  readonly usable: Promise<boolean>;
  readonly requestId: Promise<number | undefined>;
}

/**
 * Stops one thread at an event, hands it to `use`, and lets it go on. Methods can be invoked only in a thread that
 * an event stopped (JDWP, ClassType.InvokeMethod); one merely suspended answers INVALID_THREAD. So a thread is told
 * to report its next step. Best is the JVM's own cleaner thread, which no request waits for. Where it does not come
 * by, every thread is told: a running one reports at once, a waiting one when it wakes. One that holds a monitor of
 * the application is passed over.
 * Rejects with `HotSwapError` (`noThread`) when none does in time. Whatever happens, no thread stays stopped.
 */
export async function withHeldThread<T>(
  connection: JdwpConnection,
  use: (thread: ThreadId) => Promise<T>,
  options: HoldOptions = {},
  signal?: AbortSignal,
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const armed = new Map<ThreadId, Armed>();
  const held = new Deferred<ThreadId>();
  let wanted = true;
  const isWanted = (): boolean => wanted;
  const consider = async (thread: ThreadId): Promise<void> => {
    const usable = await armed.get(thread)!.usable;
    if (!wanted || !usable) return resume(connection, thread);
    wanted = false;
    held.resolve(thread);
  };
  // Stays subscribed until all requests are cleared: other threads may report meanwhile.
  const subscription = connection.onEvent((composite) => {
    const thread = steppedThread(composite);
    if (thread !== undefined && armed.has(thread)) void consider(thread);
  });
  const lost = connection.onClose((error) => held.reject(error));
  const timer = setTimeout(
    () => held.reject(new HotSwapError('noThread', `no thread came by in ${timeoutMs} ms`, { timeoutMs })),
    timeoutMs,
  );
  try {
    const { threads } = await connection.request(VirtualMachine.AllThreads, {}, { signal });
    const cleaner = await findCleaner(connection, threads);
    if (cleaner !== undefined) {
      armed.set(cleaner, arm(connection, cleaner));
      wake(connection, cleaner);
      await abortable(cameBy(held, cleanerMs), signal, 'wait for a thread');
    }
    if (isWanted())
      for (const thread of threads.slice(0, mostThreads))
        if (!armed.has(thread)) armed.set(thread, arm(connection, thread));
    const thread = await abortable(held.promise, signal, 'wait for a thread');
    try {
      return await use(thread);
    } finally {
      await resume(connection, thread);
    }
  } finally {
    wanted = false;
    clearTimeout(timer);
    lost.dispose();
    await disarm(connection, armed);
    subscription.dispose();
  }
}

/**
 * The thread that runs `java.lang.ref.Cleaner` actions of the JDK (since 9): it waits for most of its life, holds
 * only locks of its own queue, and takes an interruption for a reason to look at that queue.
 */
async function findCleaner(
  connection: JdwpConnection,
  threads: readonly ThreadId[],
): Promise<ThreadId | undefined> {
  const names = await Promise.all(
    threads.map((thread) =>
      connection.request(ThreadReference.Name, { thread }).then(
        ({ threadName }) => threadName,
        () => undefined,
      ),
    ),
  );
  for (const thread of threads.filter((_, i) => names[i] === 'Common-Cleaner')) {
    // Anyone may give a thread this name; only the JDK makes threads of this class.
    const className = await classNameOf(connection, thread).catch(() => undefined);
    if (className === 'jdk.internal.misc.InnocuousThread') return thread;
  }
  return undefined;
}

/** Ends the wait of the cleaner thread, so that it runs a step. */
function wake(connection: JdwpConnection, cleaner: ThreadId): void {
  connection.request(ThreadReference.Interrupt, { thread: cleaner }).catch(() => undefined);
}

/** Settles when a thread is held or the time has passed; rejects when there will be none. */
async function cameBy(held: Deferred<ThreadId>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  try {
    await Promise.race([held.promise, passed]);
  } finally {
    clearTimeout(timer);
  }
}

function steppedThread(composite: CompositeEvent): ThreadId | undefined {
  if (composite.suspendPolicy !== SuspendPolicy.EventThread) return undefined;
  return composite.events.find((event) => event.kind === 'SingleStep')?.thread;
}

async function resume(connection: JdwpConnection, thread: ThreadId): Promise<void> {
  // A connection that ended has resumed it; a thread that ended needs nothing.
  await connection.request(ThreadReference.Resume, { thread }).catch(() => undefined);
}

/**
 * All commands at once: the VM executes them in order, so the thread is stopped only for microseconds, whatever the
 * distance. Its step can be reported only after its `OwnedMonitors` was answered.
 */
function arm(connection: JdwpConnection, thread: ThreadId): Armed {
  connection.request(ThreadReference.Suspend, { thread }).catch(() => undefined);
  const owned = connection.request(ThreadReference.OwnedMonitors, { thread });
  const step = connection.request(EventRequest.Set, {
    eventKind: EventKind.SingleStep,
    suspendPolicy: SuspendPolicy.EventThread,
    modifiers: [
      { kind: 'Step', thread, size: StepSize.Min, depth: StepDepth.Into },
      { kind: 'Count', count: 1 },
    ],
  });
  // Sent right behind; a thread that could not be suspended is not running one suspension short: it has ended.
  void resume(connection, thread);
  return {
    usable: owned.then(
      (monitors) => areHarmless(connection, monitors.owned),
      () => false,
    ),
    requestId: step.then(
      (answer) => answer.requestID,
      () => undefined,
    ),
  };
}

/**
 * A thread that waits in a selector or reads a stream holds that object's own monitor. No class is ever loaded under
 * those, and in an idle server there may be no other threads.
 */
async function areHarmless(connection: JdwpConnection, monitors: readonly TaggedObject[]): Promise<boolean> {
  try {
    const names = await Promise.all(monitors.map(({ value }) => classNameOf(connection, value)));
    return names.every((name) => name.startsWith('sun.nio.ch.') || name.startsWith('java.io.'));
  } catch {
    return false;
  }
}

/** A request that has fired is gone already; clearing it again does no harm. */
async function disarm(connection: JdwpConnection, armed: ReadonlyMap<ThreadId, Armed>): Promise<void> {
  await Promise.all(
    [...armed.values()].map(async ({ requestId }) => {
      const requestID = await requestId;
      if (requestID === undefined || connection.closed) return;
      const clear = { eventKind: EventKind.SingleStep, requestID };
      await connection.request(EventRequest.Clear, clear).catch(() => undefined);
    }),
  );
}
