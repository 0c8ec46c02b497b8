import type { EndpointProbe } from '../contracts/endpointProbe';
import type { Clock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import { TransportError } from '../contracts/transportError';
import { ClassIndex } from '../jdwp/classIndex';
import { ThreadReference, VirtualMachine } from '../jdwp/commands';
import { JdwpConnection } from '../jdwp/connection';
import { JdwpError, VmError } from '../jdwp/error';
import { throwIfAborted } from '../util/async';
import { AbortedError, type SwapdeckError } from '../util/errors';
import { ClassLoaders } from './classLoaders';
import { HotSwapError } from './errors';
import { KnownClasses, type Baseline } from './known';
import type { Ledger } from './ledger/ledger';
import type { JvmInfo, JvmTarget } from './model';
import type { SwapContext } from './swap';

/** What the inner loop needs from outside. */
export interface HotSwapDependencies {
  readonly clock: Clock;
  readonly log: Log;
  /** Who has a local port; answers nothing about targets that are reached through another host. */
  readonly probe: EndpointProbe;
  /** Where every swap is written down, with the class files it replaces; without one nothing can be undone. */
  readonly ledger?: Ledger | undefined;
}

/** A connection with its index: everything that ends with it. */
export interface Attached extends SwapContext {
  readonly info: JvmInfo;
  /** Whether other machines can reach the port, where the system takes its time to tell; false when it can't. */
  readonly exposed: Promise<boolean>;
}

/** How long a JVM may take to introduce itself. Afterwards it may take its time: whoever waits is told and can cancel. */
const attachTimeoutMs = 20_000;
/** Linux tells in a millisecond who listens; elsewhere it is not waited for. */
const exposureMs = 25;
/** A JVM that was just detached from listens again after some milliseconds. */
const relistenDelays = [20, 40, 80, 160, 320];

/**
 * Connects to a JVM, reads what it says of itself and indexes its classes. Rejects with `TransportError`,
 * `JdwpError`, `HotSwapError` (`held`, `unsupported`) or `AbortedError`.
 */
export async function attachJvm(
  target: JvmTarget,
  dependencies: HotSwapDependencies,
  signal?: AbortSignal,
  baseline?: Baseline,
): Promise<Attached> {
  const { clock } = dependencies;
  // Asked first: an attached JVM does not listen any more.
  const exposed = isExposed(target, dependencies);
  const isQuicklyExposed = await Promise.race([exposed, clock.delay(exposureMs, signal).then(() => false)]);
  // The way there has limits of its own: a person may be asked, who takes more time than a JVM may.
  const connection = await connect(target, dependencies, signal);
  try {
    const introduced = await inTime(signal, (limited) =>
      introduce(connection, dependencies, isQuicklyExposed, baseline, limited),
    );
    return { ...introduced, exposed };
  } catch (error) {
    connection.dispose();
    throw error;
  }
}

/** Rejects with `JdwpError` (`timeout`) when the JVM takes too long. */
async function inTime<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(attachTimeoutMs);
  try {
    return await work(signal ? AbortSignal.any([signal, limit]) : limit);
  } catch (error) {
    if (!(error instanceof AbortedError) || signal?.aborted) throw error;
    throw new JdwpError('timeout', `attach: no answer in ${attachTimeoutMs} ms`, {
      timeoutMs: attachTimeoutMs,
    });
  }
}

/** What a JVM says of itself, and its classes. */
async function introduce(
  connection: JdwpConnection,
  { clock, log }: HotSwapDependencies,
  exposed: boolean,
  baseline: Baseline | undefined,
  signal: AbortSignal,
): Promise<Omit<Attached, 'exposed'>> {
  const [version, capabilities, index, suspendedAtStart] = await Promise.all([
    connection.request(VirtualMachine.Version, {}, { signal }),
    connection.request(VirtualMachine.CapabilitiesNew, {}, { signal }),
    ClassIndex.open(connection, signal),
    isSuspended(connection, signal),
  ]);
  const { canRedefineClasses, canGetBytecodes, canGetConstantPool } = capabilities;
  if (!canRedefineClasses || !canGetBytecodes || !canGetConstantPool) {
    throw new HotSwapError('unsupported', `${version.vmName} cannot redefine classes or read them back`, {
      vm: version.vmName,
    });
  }
  const info: JvmInfo = {
    version: version.vmVersion,
    vmName: version.vmName,
    loadedClasses: index.size,
    suspendedAtStart,
    exposed,
  };
  log.info(`attached to ${connection.peer}: ${info.vmName} ${info.version}, ${index.size} classes`);
  const known = new KnownClasses(undefined, baseline);
  index.onUnload(({ id }) => known.forget(id));
  const loaders = new ClassLoaders(connection, index);
  return { connection, index, known, loaders, clock, log, info };
}

/** Says false where nobody can tell, as of a port at the far end of another connection. */
async function isExposed({ endpoint, through }: JvmTarget, { probe }: HotSwapDependencies): Promise<boolean> {
  if (through !== undefined) return false;
  return (await probe.exposed(endpoint).catch(() => undefined)) ?? false;
}

/** Lets go of a JVM in order, so that it listens again at once. */
export async function detachJvm(connection: JdwpConnection): Promise<void> {
  await connection.request(VirtualMachine.Dispose, {}, { timeoutMs: 1000 }).catch(() => undefined);
  connection.dispose();
}

async function connect(
  target: JvmTarget,
  { clock, log, probe }: HotSwapDependencies,
  signal: AbortSignal | undefined,
): Promise<JdwpConnection> {
  for (const pause of [...relistenDelays, undefined]) {
    throwIfAborted(signal, 'attach');
    try {
      const channel = await target.dialer.dial(target.endpoint, signal);
      const options = { log, requestTimeoutMs: Infinity };
      return await inTime(signal, (limited) => JdwpConnection.open(channel, options, limited));
    } catch (error) {
      if (!isNotListening(error)) throw error;
      if (pause !== undefined) await clock.delay(pause, signal);
      else throw (await heldError(target, probe, error, signal)) ?? error;
    }
  }
  throw new TypeError('unreachable');
}

/** Nothing listens: also what a JVM looks like while another debugger has it. */
async function heldError(
  { endpoint, through }: JvmTarget,
  probe: EndpointProbe,
  cause: unknown,
  signal: AbortSignal | undefined,
): Promise<SwapdeckError | undefined> {
  const held = through === undefined && (await probe.held(endpoint, signal).catch(() => undefined)) === true;
  if (!held) return undefined;
  const { host, port } = endpoint;
  return new HotSwapError('held', `another debugger is attached to ${host}:${port}`, { host, port }, cause);
}

function isNotListening(error: unknown): boolean {
  if (error instanceof TransportError) return error.reason === 'refused';
  return error instanceof JdwpError && error.reason === 'busy';
}

/** Whether every thread waits for a debugger: started with `suspend=y`. */
async function isSuspended(connection: JdwpConnection, signal: AbortSignal | undefined): Promise<boolean> {
  const { threads } = await connection.request(VirtualMachine.AllThreads, {}, { signal });
  const counts = await Promise.all(
    threads.map((thread) =>
      connection.request(ThreadReference.SuspendCount, { thread }, { signal }).then(
        ({ suspendCount }) => suspendCount,
        // A thread that ended since it was listed says nothing.
        (error: unknown) => (error instanceof VmError ? 1 : Promise.reject(error as Error)),
      ),
    ),
  );
  return counts.length > 0 && counts.every((count) => count > 0);
}
