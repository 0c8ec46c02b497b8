import { ReferenceType } from '../jdwp/commands';
import type { ClassIndex } from '../jdwp/classIndex';
import type { JdwpConnection } from '../jdwp/connection';
import { JdwpError } from '../jdwp/error';

/** A class whose static field is a random number, drawn at each start of a JVM since Java 9. */
const salted = { className: 'java.util.ImmutableCollections', fields: ['SALT32L', 'SALT'] };

/**
 * What tells one run of a JVM from another at the same address, also over a tunnel; undefined where nothing does
 * (Java 8). Rejects with `JdwpError` when the connection ends.
 */
export async function readJvmRun(
  connection: JdwpConnection,
  index: ClassIndex,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const [loaded] = index.lookup(salted.className);
  if (!loaded) return undefined;
  try {
    const refType = loaded.id;
    const { declared } = await connection.request(ReferenceType.Fields, { refType }, { signal });
    const field = declared.find(({ name }) => salted.fields.includes(name));
    if (!field) return undefined;
    const fields = [{ fieldID: field.fieldID }];
    const { values } = await connection.request(ReferenceType.GetValues, { refType, fields }, { signal });
    return values[0]?.value === undefined ? undefined : String(values[0].value);
  } catch (error) {
    if (error instanceof JdwpError && connection.closed) throw error;
    return undefined;
  }
}
