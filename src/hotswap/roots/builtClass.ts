import { parseClassFile, type ClassFile } from '../../classfile/classFile';
import { ClassFileError } from '../../classfile/errors';
import type { BuiltClass } from '../model';

/** Class files parsed last. Enough for a save; of a rebuild of thousands the garbage would cost more than parsing again. */
const parsed = new Map<BuiltClass, ClassFile>();
const parsedLimit = 128;

function keep(built: BuiltClass, file: ClassFile): ClassFile {
  if (parsed.size >= parsedLimit) parsed.delete(parsed.keys().next().value!);
  parsed.set(built, file);
  return file;
}

/** The class file of a built class; parsed again only when many others were since. */
export function classFileOf(built: BuiltClass): ClassFile {
  return parsed.get(built) ?? keep(built, parseClassFile(built.bytes));
}

/**
 * A whole class file as a built class, or `incomplete` when the bytes do not parse to their end: a file that is
 * still being written (or isn't a class file at all).
 */
export function builtClass(bytes: Buffer, file: string, root: string): BuiltClass | 'incomplete' {
  try {
    const classFile = parseClassFile(bytes);
    const built: BuiltClass = { name: classFile.name.split('/').join('.'), bytes, file, root };
    keep(built, classFile);
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
