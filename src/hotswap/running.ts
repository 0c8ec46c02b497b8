import { ACC } from '../classfile/accessFlags';
import type { ClassFile } from '../classfile/classFile';
import { ConstantPool } from '../classfile/constantPool';
import type { ClassSide, MemberSide, MethodSide } from '../classfile/side';
import { Method, ReferenceType } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ReferenceTypeId } from '../jdwp/ids';
import type { RunningMethod } from './known';

/**
 * The flags that a class file may have (JVMS tables 4.1-B, 4.5-A, 4.6-A). JDWP sets bits above the 16 of the class
 * file for synthetic members, and HotSpot 17 lets marks of its own through, as 0x800 for a field of generic type.
 */
const classFlags = 0xffff;
const fieldFlags = 0x50df;
const methodFlags = 0x1dff;
/** JDWP errors of a method without code: NATIVE_METHOD, ABSENT_INFORMATION. */
const nativeMethod = 511;
const absentInformation = 101;

/** What runs, as far as a JVM gives it back. */
export interface RunningClass extends ClassSide {
  readonly runningMethods: readonly RunningMethod[];
}

/**
 * Reads a loaded class back: its pool, members and modifiers in one round trip, the methods' code and line
 * numbers in a second one. Rejects with `JdwpError`; `VmError` 20 or 21 when the class was unloaded meanwhile.
 */
export async function readRunning(
  connection: JdwpConnection,
  id: ReferenceTypeId,
  built: ClassFile,
  signal?: AbortSignal,
): Promise<RunningClass> {
  const head = await readHead(connection, id, signal);
  const methods = await Promise.all(
    head.methods.map((method) => readMethod(connection, id, method, true, signal)),
  );
  return {
    name: built.name,
    pool: head.pool,
    accessFlags: sameModifiers(built, head.modifiers) ? built.accessFlags : head.modifiers,
    fields: head.fields,
    methods,
    runningMethods: head.methods,
  };
}

interface Head {
  readonly pool: ConstantPool;
  readonly methods: readonly RunningMethod[];
  readonly fields: readonly MemberSide[];
  readonly modifiers: number;
}

async function readHead(
  connection: JdwpConnection,
  refType: ReferenceTypeId,
  signal: AbortSignal | undefined,
): Promise<Head> {
  const options = { signal };
  const [pool, methods, fields, modifiers] = await Promise.all([
    readPool(connection, refType, signal),
    connection.request(ReferenceType.Methods, { refType }, options),
    connection.request(ReferenceType.Fields, { refType }, options),
    connection.request(ReferenceType.Modifiers, { refType }, options),
  ]);
  return {
    pool,
    methods: methods.declared.map(({ methodID, name, signature, modBits }) => ({
      id: methodID,
      name,
      descriptor: signature,
      accessFlags: modBits & methodFlags,
    })),
    fields: fields.declared.map(({ name, signature, modBits }) => ({
      name,
      descriptor: signature,
      accessFlags: modBits & fieldFlags,
    })),
    modifiers: modifiers.modBits & classFlags,
  };
}

/** The constant pool that runs: the file's, until a redefinition merges another one into it. */
export async function readPool(
  connection: JdwpConnection,
  refType: ReferenceTypeId,
  signal?: AbortSignal,
): Promise<ConstantPool> {
  const { count, bytes } = await connection.request(ReferenceType.ConstantPool, { refType }, { signal });
  return new ConstantPool(bytes, count);
}

/** A method with its code and, if wanted, its line numbers. */
export async function readMethod(
  connection: JdwpConnection,
  refType: ReferenceTypeId,
  method: RunningMethod,
  lines: boolean,
  signal?: AbortSignal,
): Promise<MethodSide> {
  const { id, ...member } = method;
  if ((method.accessFlags & (ACC.NATIVE | ACC.ABSTRACT)) !== 0) return { ...member, lineNumbers: [] };
  const args = { refType, methodID: id };
  const [code, table] = await Promise.all([
    connection.request(Method.Bytecodes, args, { signal }),
    lines ? connection.request(Method.LineTable, args, { signal }).catch(noLines) : undefined,
  ]);
  const lineNumbers = table?.lines.map(({ lineCodeIndex, lineNumber }) => ({
    startPc: Number(lineCodeIndex),
    line: lineNumber,
  }));
  return { ...member, code: code.bytes, lineNumbers };
}

function noLines(error: unknown): { lines: [] } {
  if (error instanceof VmError && (error.error === absentInformation || error.error === nativeMethod))
    return { lines: [] };
  throw error;
}

/** JVM TI gives a nested class the flags of its InnerClasses entry, and never ACC_SUPER. */
function sameModifiers(built: ClassFile, modifiers: number): boolean {
  const own = built
    .attribute('InnerClasses')
    ?.classes.find(({ innerClassIndex }) => built.pool.className(innerClassIndex) === built.name);
  return ((own?.accessFlags ?? built.accessFlags) & ~ACC.SUPER) === (modifiers & ~ACC.SUPER);
}
