import type { LoadedClass } from '../jdwp/classIndex';
import { ReferenceType, ThreadReference, VirtualMachine } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ClassId, MethodId, ReferenceTypeId, ThreadId } from '../jdwp/ids';
import { ifUnloaded } from './unloaded';

/** Where one frame is. */
interface Frame {
  readonly location: { readonly classID: ClassId; readonly methodID: MethodId };
}

/** What of a class a JVM uses right now. */
export interface InUse {
  /** Keys (`name` + descriptor) of its methods that are on some thread's stack. */
  readonly onStack: ReadonlySet<string>;
  /** Objects of exactly this class that can be reached; absent where the JVM does not count them. */
  readonly instances?: number;
}

/**
 * Looks which methods of these classes are on a stack, and counts their instances. For that each thread is stopped
 * while its frames are read: the commands that stop it, read it and let it go on are sent together, so that the JVM
 * takes one after the other whatever becomes of us. Counting walks the heap (JDWP, InstanceCounts). Threads that
 * begin meanwhile and virtual threads are not seen. Rejects with `JdwpError`.
 */
export async function readInUse(
  connection: JdwpConnection,
  classes: readonly LoadedClass[],
  signal?: AbortSignal,
): Promise<Map<ReferenceTypeId, InUse>> {
  const wanted = new Set(classes.map(({ id }) => id));
  const [names, stacks, instances] = await Promise.all([
    Promise.all(classes.map(({ id }) => methodKeys(connection, id, signal))),
    methodsOnStacks(connection, wanted, signal),
    countInstances(connection, classes, signal),
  ]);
  return new Map(
    classes.map(({ id }, at) => {
      const keys = [...(stacks.get(id) ?? [])].flatMap((method) => names[at]!.get(method) ?? []);
      const count = instances[at];
      return [id, { onStack: new Set(keys), ...(count === undefined ? {} : { instances: count }) }];
    }),
  );
}

async function methodKeys(
  connection: JdwpConnection,
  refType: ReferenceTypeId,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<MethodId, string>> {
  const methods = await connection.request(ReferenceType.Methods, { refType }, { signal }).catch(ifUnloaded);
  return new Map(
    (methods?.declared ?? []).map(({ methodID, name, signature }) => [methodID, name + signature]),
  );
}

async function methodsOnStacks(
  connection: JdwpConnection,
  wanted: ReadonlySet<ReferenceTypeId>,
  signal: AbortSignal | undefined,
): Promise<Map<ReferenceTypeId, Set<MethodId>>> {
  const { threads } = await connection.request(VirtualMachine.AllThreads, {}, { signal });
  const stacks = await Promise.all(threads.map((thread) => framesOf(connection, thread)));
  const found = new Map<ReferenceTypeId, Set<MethodId>>();
  for (const { location } of stacks.flat()) {
    const id = location.classID as bigint as ReferenceTypeId;
    if (!wanted.has(id)) continue;
    found.set(id, (found.get(id) ?? new Set()).add(location.methodID));
  }
  return found;
}

/** Without a signal and in one go: once the thread is stopped, the command to resume it is on its way already. */
async function framesOf(connection: JdwpConnection, thread: ThreadId): Promise<readonly Frame[]> {
  const [, read] = await Promise.all([
    connection.request(ThreadReference.Suspend, { thread }).catch(ifEnded),
    connection.request(ThreadReference.Frames, { thread, startFrame: 0, length: -1 }).catch(ifEnded),
    connection.request(ThreadReference.Resume, { thread }).catch(ifEnded),
  ]);
  return read?.frames ?? [];
}

/** A thread that ended since it was listed has no frames. */
function ifEnded(error: unknown): undefined {
  if (!(error instanceof VmError)) throw error;
}

async function countInstances(
  connection: JdwpConnection,
  classes: readonly LoadedClass[],
  signal: AbortSignal | undefined,
): Promise<readonly (number | undefined)[]> {
  if (classes.length === 0) return [];
  const refTypesCount = classes.map(({ id }) => id);
  try {
    const { counts } = await connection.request(VirtualMachine.InstanceCounts, { refTypesCount }, { signal });
    return counts.map(Number);
  } catch (error) {
    // The JVM can't count, or one class is gone.
    if (error instanceof VmError) return [];
    throw error;
  }
}
