import { ACC } from '../classfile/accessFlags';
import type { LineNumber } from '../classfile/attributeTypes';
import type { ClassFile } from '../classfile/classFile';
import { ConstantPool } from '../classfile/constantPool';
import type { ClassSide, MemberSide, MethodSide } from '../classfile/side';
import { Method, ReferenceType } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ReferenceTypeId } from '../jdwp/ids';
import type { PacketReader } from '../jdwp/reader';
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

/** The answers of a JVM about one class, not decoded further than they must be to be held. */
export interface ReadBack {
  readonly pool: { readonly count: number; readonly bytes: Buffer };
  /** The 16 bits of the class file; of a nested class those it was declared with. */
  readonly modifiers: number;
  readonly fields: readonly MemberSide[];
  readonly methods: readonly MethodSide[];
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
  return runningClass(await readBack(connection, id, signal), built);
}

/** What was read back, as a side to compare with `built`. Throws `ClassFileError`. */
export function runningClass(read: ReadBack, built: ClassFile): RunningClass {
  const { pool, modifiers, fields, methods, runningMethods } = read;
  // Of a pool that is there already nothing need be decoded twice.
  const isSame = pool.count === built.pool.count && pool.bytes.equals(built.pool.bytes);
  return {
    name: built.name,
    pool: isSame ? built.pool : new ConstantPool(pool.bytes, pool.count),
    accessFlags: sameModifiers(built, modifiers) ? built.accessFlags : modifiers,
    declaredFlags: modifiers,
    fields,
    methods,
    runningMethods,
  };
}

/** As `readRunning`, without a class file at hand. */
export async function readBack(
  connection: JdwpConnection,
  refType: ReferenceTypeId,
  signal?: AbortSignal,
): Promise<ReadBack> {
  const options = { signal };
  const [pool, methods, fields, modifiers] = await Promise.all([
    connection.request(ReferenceType.ConstantPool, { refType }, options),
    connection.request(ReferenceType.Methods, { refType }, options),
    connection.request(ReferenceType.Fields, { refType }, options),
    connection.request(ReferenceType.Modifiers, { refType }, options),
  ]);
  const runningMethods = methods.declared.map(({ methodID, name, signature, modBits }) => ({
    id: methodID,
    name,
    descriptor: signature,
    accessFlags: modBits & methodFlags,
  }));
  return {
    pool,
    modifiers: modifiers.modBits & classFlags,
    fields: fields.declared.map(({ name, signature, modBits }) => ({
      name,
      descriptor: signature,
      accessFlags: modBits & fieldFlags,
    })),
    methods: await Promise.all(
      runningMethods.map((method) => readMethod(connection, refType, method, true, signal)),
    ),
    runningMethods,
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
    lines ? connection.exchange(Method.LineTable, args, readLines, { signal }).catch(noLines) : undefined,
  ]);
  return { ...member, code: code.bytes, lineNumbers: table };
}

/** long start, long end, int count, then for each: long code index, int line. Methods are many: no bigints. */
function readLines(body: PacketReader): LineNumber[] {
  body.skip(16);
  const lines: LineNumber[] = [];
  for (let left = body.count(); left > 0; left--) {
    body.skip(4); // code is shorter than 2^16
    lines.push({ startPc: body.int(), line: body.int() });
  }
  return lines;
}

function noLines(error: unknown): LineNumber[] {
  if (error instanceof VmError && (error.error === absentInformation || error.error === nativeMethod))
    return [];
  throw error;
}

/** JVM TI gives a nested class the flags of its InnerClasses entry, and never ACC_SUPER. */
function sameModifiers(built: ClassFile, modifiers: number): boolean {
  const own = built
    .attribute('InnerClasses')
    ?.classes.find(({ innerClassIndex }) => built.pool.className(innerClassIndex) === built.name);
  return ((own?.accessFlags ?? built.accessFlags) & ~ACC.SUPER) === (modifiers & ~ACC.SUPER);
}
