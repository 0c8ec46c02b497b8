import { classFlagsOfModifiers } from '../../classfile/accessFlags';
import type { ClassFile } from '../../classfile/classFile';
import { ConstantPool } from '../../classfile/constantPool';
import { disassembleClass } from '../../classfile/disassemble';
import type { ClassSide } from '../../classfile/side';
import type { LoadedClass } from '../../jdwp/classIndex';
import { ClassType, ReferenceType } from '../../jdwp/commands';
import type { JdwpConnection } from '../../jdwp/connection';
import { TypeTag } from '../../jdwp/constants';
import { VmError } from '../../jdwp/error';
import type { ClassId, ReferenceTypeId } from '../../jdwp/ids';
import { readBack, runningClass } from '../running';

/**
 * The bytecode of a class as text, to stand side by side: what runs as far as a JVM gives it back, and of the file
 * no more than that. Members of the running class stand in the order of the file, so that equal ones meet.
 */
const options = { readableOnly: true, lines: true } as const;

/** Of a class file. Throws `ClassFileError`. */
export function builtText(built: ClassFile): string {
  return disassembleClass(built, options);
}

/** Of what a JVM runs; `built` where there is a class file to stand beside. Rejects with `JdwpError`, `ClassFileError`. */
export async function runningText(
  connection: JdwpConnection,
  loaded: LoadedClass,
  built: ClassFile | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const [read, header] = await Promise.all([
    readBack(connection, loaded.id, signal),
    readHeader(connection, loaded, signal),
  ]);
  const { pool, modifiers, fields, methods } = read;
  const side: ClassSide = built
    ? runningClass(read, built)
    : {
        name: loaded.name.replaceAll('.', '/'),
        pool: new ConstantPool(pool.bytes, pool.count),
        accessFlags: classFlagsOfModifiers(modifiers),
        fields,
        methods,
      };
  return disassembleClass({ ...side, ...header }, { ...options, ...(built && { like: built }) });
}

/** What stands above the members. */
async function readHeader(
  connection: JdwpConnection,
  { id: refType, typeTag }: LoadedClass,
  signal: AbortSignal | undefined,
): Promise<Pick<ClassSide, 'majorVersion' | 'superName' | 'interfaces' | 'sourceFile'>> {
  const nameOf = async (each: bigint): Promise<string> => {
    const id = each as ReferenceTypeId;
    const { signature } = await connection.request(ReferenceType.Signature, { refType: id }, { signal });
    return signature.slice(1, -1);
  };
  const superName = async (): Promise<string> => {
    if (typeTag !== TypeTag.Class) return 'java/lang/Object';
    const clazz = refType as bigint as ClassId;
    const { superclass } = await connection.request(ClassType.Superclass, { clazz }, { signal });
    return nameOf(superclass);
  };
  const [version, source, above, interfaces] = await Promise.all([
    connection.request(ReferenceType.ClassFileVersion, { refType }, { signal }),
    connection.request(ReferenceType.SourceFile, { refType }, { signal }).catch(unlessAbsent),
    superName(),
    connection
      .request(ReferenceType.Interfaces, { refType }, { signal })
      .then((each) => Promise.all(each.interfaces.map(nameOf))),
  ]);
  return {
    majorVersion: version.majorVersion,
    superName: above,
    interfaces,
    sourceFile: source?.sourceFile,
  };
}

/** A class without debug data, or one that was generated, names no source. */
function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof VmError)) throw error;
}
