import { parseClassFile, type ClassFile } from '../../classfile/classFile';
import { ClassFileError } from '../../classfile/errors';
import type { BuiltClass } from '../model';

const parsed = new WeakMap<BuiltClass, ClassFile>();

/** The class file of a built class, parsed once. */
export function classFileOf(built: BuiltClass): ClassFile {
  let file = parsed.get(built);
  if (!file) parsed.set(built, (file = parseClassFile(built.bytes)));
  return file;
}

/**
 * A whole class file as a built class, or `incomplete` when the bytes do not parse to their end: a file that is
 * still being written (or isn't a class file at all).
 */
export function builtClass(bytes: Buffer, file: string, root: string): BuiltClass | 'incomplete' {
  try {
    const classFile = parseClassFile(bytes);
    const built: BuiltClass = { name: classFile.binaryName, bytes, file, root };
    parsed.set(built, classFile);
    return built;
  } catch (error) {
    if (error instanceof ClassFileError) return 'incomplete';
    throw error;
  }
}

/** Whether a file name can be that of a class a JVM may redefine: no module or package descriptor. */
export function isClassFileName(name: string): boolean {
  return name.endsWith('.class') && !/(?:^|[/\\])(?:module|package)-info\.class$/.test(name);
}
