import type { ClassFile } from '../classfile/classFile';
import type { Difference, MemberDifference } from '../classfile/compare';

/** A method whose code a swap replaced, and the source lines it stands on (from 1; absent without line numbers). */
export interface ChangedMethod {
  readonly name: string;
  readonly descriptor: string;
  readonly firstLine?: number;
  readonly lastLine?: number;
}

/** The methods of the new class file that differ in more than debug data. */
export function changedMethods(differences: readonly Difference[], file: ClassFile): ChangedMethod[] {
  const keys = new Set(
    differences
      .filter((each): each is MemberDifference => each.of === 'method')
      .filter(({ what }) => what !== 'removed' && what !== 'debug')
      .map(({ name, descriptor }) => name + descriptor),
  );
  return file.methods
    .filter(({ name, descriptor }) => keys.has(name + descriptor))
    .map(({ name, descriptor, lineNumbers }) => {
      const lines = lineNumbers.map(({ line }) => line);
      return lines.length === 0
        ? { name, descriptor }
        : { name, descriptor, firstLine: Math.min(...lines), lastLine: Math.max(...lines) };
    });
}
