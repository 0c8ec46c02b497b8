import type { ClassSide } from '../../classfile/side';
import type { LoadedClass } from '../../jdwp/classIndex';
import { ClassType, ReferenceType } from '../../jdwp/commands';
import type { JdwpConnection } from '../../jdwp/connection';
import { TypeTag } from '../../jdwp/constants';
import { VmError } from '../../jdwp/error';
import type { ClassId, ReferenceTypeId } from '../../jdwp/ids';

/** What stands above the members of a class. */
export type ClassHeader = Pick<ClassSide, 'majorVersion' | 'superName' | 'interfaces' | 'sourceFile'>;

/** Reads the header of a loaded class. Rejects with `JdwpError`. */
export async function readClassHeader(
  connection: JdwpConnection,
  { id: refType, typeTag }: LoadedClass,
  signal?: AbortSignal,
): Promise<ClassHeader> {
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
