import { systemClock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import { attachJvm, detachJvm } from '../hotswap/attach';
import type { JvmInfo, JvmTarget } from '../hotswap/model';
import { VirtualMachine } from '../jdwp/commands';
import { describeJvmError } from '../messages/describe';
import type { Message } from '../messages/message';
import { localEndpointProbe } from '../targets/jvm/discover';
import { AbortedError, SwapdeckError } from '../util/errors';

/** Attaches, reads, detaches. Rejects only with `AbortedError`. */
export async function readJvmInfo(
  target: JvmTarget,
  log: Log,
  signal: AbortSignal,
): Promise<
  | (JvmInfo & { readonly classPath: readonly string[] })
  | { readonly failure: Message; readonly reason: string }
> {
  const where = target.id;
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
