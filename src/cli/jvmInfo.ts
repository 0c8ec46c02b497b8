import type { Endpoint } from '../contracts/channel';
import { systemClock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import { attachJvm, detachJvm } from '../hotswap/attach';
import type { JvmInfo } from '../hotswap/model';
import { VirtualMachine } from '../jdwp/commands';
import { describeJvmError } from '../messages/describe';
import type { Message } from '../messages/message';
import { localEndpointProbe } from '../targets/jvm/discover';
import { TcpDialer } from '../transport/tcp';
import { AbortedError, SwapdeckError } from '../util/errors';
import { formatJvmAddress } from './jvmAddress';

/** Attaches, reads, detaches. Rejects only with `AbortedError`. */
export async function readJvmInfo(
  endpoint: Endpoint,
  log: Log,
  signal: AbortSignal,
): Promise<
  | (JvmInfo & { readonly classPath: readonly string[] })
  | { readonly failure: Message; readonly reason: string }
> {
  const where = formatJvmAddress(endpoint);
  const target = { id: where, name: where, endpoint, dialer: new TcpDialer(), classRoots: [] };
  try {
    const attached = await attachJvm(
      target,
      { clock: systemClock, log, probe: localEndpointProbe() },
      signal,
    );
    try {
      const paths = await attached.connection.request(VirtualMachine.ClassPaths, {}, { signal });
      return { ...attached.info, exposed: await attached.exposed, classPath: paths.classpaths };
    } finally {
      attached.index.dispose();
      await detachJvm(attached.connection);
    }
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    const reason = error instanceof SwapdeckError ? (error as SwapdeckError).reason : 'unexpected';
    return { failure: describeJvmError(error, { where }), reason };
  }
}
