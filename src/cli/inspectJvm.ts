import { resolve } from 'node:path';
import { systemClock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import { attachJvm, detachJvm, type Attached } from '../hotswap/attach';
import type { JvmTarget } from '../hotswap/model';
import { pathKey } from '../hotswap/roots/relevant';
import { VirtualMachine } from '../jdwp/commands';
import { localEndpointProbe } from '../targets/jvm/discover';
import { isLoopbackHost } from '../targets/jvm/jdwpOptions';

/** Attaches to a JVM, looks, and detaches: nothing is changed there. Rejects as `attachJvm` does. */
export async function inspectJvm<T>(
  target: JvmTarget,
  log: Log,
  look: (attached: Attached) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const attached = await attachJvm(target, { clock: systemClock, log, probe: localEndpointProbe() }, signal);
  try {
    return await look(attached);
  } finally {
    attached.index.dispose();
    await detachJvm(attached.connection);
  }
}

/** Whether the JVM finds all of these class roots by itself: it runs here and has them on its class path. */
export async function seesRoots(
  { connection }: Attached,
  { endpoint, through }: JvmTarget,
  roots: readonly string[],
): Promise<boolean> {
  if (through !== undefined || !isLoopbackHost(endpoint.host)) return false;
  const { baseDir, classpaths } = await connection.request(VirtualMachine.ClassPaths, {});
  const entries = new Set(classpaths.map((entry) => pathKey(resolve(baseDir, entry))));
  return roots.every((root) => entries.has(pathKey(root)));
}
