import { resolve } from 'node:path';
import type { Endpoint } from '../contracts/channel';
import { systemClock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import { attachJvm, detachJvm, type Attached } from '../hotswap/attach';
import { pathKey } from '../hotswap/roots/relevant';
import { VirtualMachine } from '../jdwp/commands';
import { localEndpointProbe } from '../targets/jvm/discover';
import { isLoopbackHost } from '../targets/jvm/jdwpOptions';
import { TcpDialer } from '../transport/tcp';
import { formatJvmAddress } from './jvmAddress';

/** Attaches to a JVM, looks, and detaches: nothing is changed there. Rejects as `attachJvm` does. */
export async function inspectJvm<T>(
  endpoint: Endpoint,
  log: Log,
  look: (attached: Attached) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const jvm = formatJvmAddress(endpoint);
  const target = { id: jvm, name: jvm, endpoint, dialer: new TcpDialer(), classRoots: [] };
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
  endpoint: Endpoint,
  roots: readonly string[],
): Promise<boolean> {
  if (!isLoopbackHost(endpoint.host)) return false;
  const { baseDir, classpaths } = await connection.request(VirtualMachine.ClassPaths, {});
  const entries = new Set(classpaths.map((entry) => pathKey(resolve(baseDir, entry))));
  return roots.every((root) => entries.has(pathKey(root)));
}
