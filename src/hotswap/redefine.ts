import type { LoadedClass } from '../jdwp/classIndex';
import { VirtualMachine } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ReferenceTypeId } from '../jdwp/ids';
import type { BuiltClass } from './model';

/** One loaded class and what it becomes. */
export interface Redefinition {
  readonly loaded: LoadedClass;
  readonly built: BuiltClass;
}

/** The JVM's answer to one packet: all classes redefined, or none and the error of the first one at fault. */
export type RedefineAnswer =
  { readonly accepted: true } | { readonly accepted: false; readonly error: number };

/**
 * Sends one RedefineClasses packet (JDWP, VirtualMachine 18), one transaction in the JVM. Has no time limit: the
 * JVM may wait for a safepoint, and what was sent can't be taken back. Rejects with `JdwpError` when the
 * connection ends first: then nobody knows.
 */
export async function redefine(
  connection: JdwpConnection,
  items: readonly Redefinition[],
): Promise<RedefineAnswer> {
  return send(
    connection,
    items.map(({ loaded, built }) => ({ refType: loaded.id, classfile: built.bytes })),
  );
}

async function send(
  connection: JdwpConnection,
  classes: readonly { refType: ReferenceTypeId; classfile: Buffer }[],
): Promise<RedefineAnswer> {
  try {
    await connection.request(VirtualMachine.RedefineClasses, { classes }, { timeoutMs: Infinity });
    return { accepted: true };
  } catch (error) {
    if (error instanceof VmError) return { accepted: false, error: error.error };
    throw error;
  }
}

/**
 * What a JVM always refuses, and with which error. INVALID_CLASS_FORMAT: no class file. NAMES_DONT_MATCH: a class
 * file (version 45.3, constants `Class #2`, `Swapdeck$Decoy`, `Class #4`, `java/lang/Object`, no members) of a
 * name that no application has.
 */
export const decoys: readonly { readonly error: number; readonly classfile: Buffer }[] = [
  { error: 60, classfile: Buffer.alloc(4) },
  {
    error: 69,
    classfile: Buffer.concat([
      Buffer.from('cafebabe0003002d0005', 'hex'),
      Buffer.from('07000201000e', 'hex'),
      Buffer.from('Swapdeck$Decoy'),
      Buffer.from('070004010010', 'hex'),
      Buffer.from('java/lang/Object'),
      Buffer.from('0021000100030000000000000000', 'hex'),
    ]),
  },
];

/**
 * What the JVM would answer: the error of a refusal, or undefined when it would take the classes. They are sent with
 * a decoy behind them: the JVM checks all of them, verification included, and redefines none.
 */
export async function trialOf(
  connection: JdwpConnection,
  items: readonly Redefinition[],
): Promise<number | undefined> {
  const [decoy] = decoys;
  const last = items.at(-1);
  if (!decoy || !last) return undefined;
  const classes = items.map(({ loaded, built }) => ({ refType: loaded.id, classfile: built.bytes }));
  const behind = { refType: last.loaded.id, classfile: decoy.classfile };
  const answer = await send(connection, [...classes, behind]);
  return answer.accepted || answer.error === decoy.error ? undefined : answer.error;
}

/**
 * After a refusal: which classes were at fault, each with its own error. The JVM's answer names none, but it looks
 * at the classes of a packet in order, redefines none when one is refused, and answers with the first error. So
 * each class is sent once more, followed by a decoy that is always refused: the decoy's error means that the class
 * itself is acceptable. A second decoy tells a class that would be refused with the first one's error. Nothing can
 * be redefined by that.
 */
export async function findOffenders<T extends Redefinition>(
  connection: JdwpConnection,
  items: readonly T[],
  error: number,
): Promise<Map<T, number>> {
  const offenders = new Map<T, number>();
  const only = items.length === 1 ? items[0] : undefined;
  if (only) return offenders.set(only, error);
  await Promise.all(
    items.map(async (item, i) => {
      const other = items[(i + 1) % items.length]!;
      const own = await trial(connection, item, other);
      if (own !== undefined) offenders.set(item, own);
    }),
  );
  return offenders;
}

/** The error that one class is refused with, or undefined when it is acceptable; nothing is redefined. */
async function trial(
  connection: JdwpConnection,
  item: Redefinition,
  other: Redefinition,
): Promise<number | undefined> {
  const tried = { refType: item.loaded.id, classfile: item.built.bytes };
  let last: number | undefined;
  for (const decoy of decoys) {
    const answer = await send(connection, [tried, { refType: other.loaded.id, classfile: decoy.classfile }]);
    last = answer.accepted ? undefined : answer.error;
    if (last !== decoy.error) return last;
  }
  return undefined;
}
