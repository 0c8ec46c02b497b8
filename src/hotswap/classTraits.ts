import { ACC } from '../classfile/accessFlags';
import { parseClassFile, type ClassFile, type MethodInfo } from '../classfile/classFile';
import type { ClassTraits } from '../compile/traits';

/** What a class file tells of the way it was compiled. Throws `ClassFileError`. */
export function classTraits(bytes: Uint8Array): ClassTraits {
  const file = parseClassFile(bytes);
  const { sourceFile } = file;
  const lines = evidence(
    file.methods,
    (method) => method.codeAttribute !== undefined,
    hasTable('LineNumberTable'),
  );
  const variables = evidence(file.methods, hasThis, hasTable('LocalVariableTable'));
  const parameters = evidence(file.methods, (method) => mayName(file, method), namesParameters);
  return {
    name: file.binaryName,
    majorVersion: file.majorVersion,
    ...(sourceFile !== undefined && { sourceFile }),
    ...(lines !== undefined && { lines }),
    ...(variables !== undefined && { variables }),
    ...(parameters !== undefined && { parameters }),
    members: [...file.methods, ...file.fields].map(({ name }) => name),
  };
}

/** Whether one of the methods that could show something shows it; undefined when none could. */
function evidence(
  methods: readonly MethodInfo[],
  could: (method: MethodInfo) => boolean,
  shows: (method: MethodInfo) => boolean,
): boolean | undefined {
  const able = methods.filter(could);
  return able.length === 0 ? undefined : able.some(shows);
}

function hasTable(name: string): (method: MethodInfo) => boolean {
  return (method) => method.codeAttribute?.attributes.some((attribute) => attribute.name === name) ?? false;
}

/** The compiler describes `this` in every instance method that it did not make up itself. */
function hasThis(method: MethodInfo): boolean {
  const never = ACC.STATIC | ACC.SYNTHETIC;
  return method.codeAttribute !== undefined && (method.accessFlags & never) === 0;
}

/** Methods whose parameters are named only under `-parameters`. */
function mayName(file: ClassFile, method: MethodInfo): boolean {
  const constructorOfRecord = method.name === '<init>' && file.attribute('Record') !== undefined;
  const synthetic = (method.accessFlags & ACC.SYNTHETIC) !== 0;
  return !synthetic && !constructorOfRecord && !method.descriptor.startsWith('()');
}

function namesParameters(method: MethodInfo): boolean {
  return method.attribute('MethodParameters')?.parameters.some(({ nameIndex }) => nameIndex !== 0) ?? false;
}
