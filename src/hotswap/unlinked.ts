import type { ClassIndex } from '../jdwp/classIndex';
import { ClassLoaderReference, ReferenceType } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ClassLoaderId, ReferenceTypeId } from '../jdwp/ids';
import { nameOfRedefinable } from '../jdwp/signature';

/** Names by id, asked once; ids are never given to another class. */
const namesOf = new WeakMap<JdwpConnection, Map<ReferenceTypeId, string | undefined>>();

/**
 * Names (`demo.A`) of classes that a class loader has, or has found through its parents, and that the index does
 * not know since they are not linked yet: `ClassLoaderReference.VisibleClasses` is the one answer of HotSpot that
 * has them. Rejects with `JdwpError`.
 */
export async function unlinkedClasses(
  { connection, index }: { readonly connection: JdwpConnection; readonly index: ClassIndex },
  loader: ClassLoaderId,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (loader === 0n) return new Set();
  let names = namesOf.get(connection);
  if (!names) namesOf.set(connection, (names = new Map<ReferenceTypeId, string | undefined>()));
  const known = names;
  const { classes } = await connection.request(
    ClassLoaderReference.VisibleClasses,
    { classLoaderObject: loader },
    { signal },
  );
  const linked = new Set<ReferenceTypeId>();
  for (const name of index.names()) for (const { id } of index.lookup(name)) linked.add(id);
  const others = classes.map(({ typeID }) => typeID).filter((id) => !linked.has(id));
  await Promise.all(
    others
      .filter((id) => !known.has(id))
      .map(async (id) => known.set(id, await readName(connection, id, signal))),
  );
  return new Set(others.flatMap((id) => known.get(id) ?? []));
}

/** `undefined` for arrays, hidden classes, and one that was unloaded meanwhile. */
async function readName(
  connection: JdwpConnection,
  refType: ReferenceTypeId,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const { signature } = await connection.request(ReferenceType.Signature, { refType }, { signal });
    return nameOfRedefinable(signature);
  } catch (error) {
    if (error instanceof VmError) return undefined;
    throw error;
  }
}
