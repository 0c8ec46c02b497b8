import { isKnownAttribute, decodeAttribute, findAttribute } from './attributes';
import { ClassFile } from './classFile';
import { CONSTANT_SIZES, TAG, type ConstantPool } from './constantPool';
import type { Equality } from './compare';
import type { ClassSide } from './side';

/**
 * Compares what can't be read back from a JVM (attributes, exception tables) by the constants it uses, after
 * everything readable was found equal. A merged pool has the constants of the file that runs, and more; so a
 * constant of the file on one side that the running pool does not have is a difference. `debug`: only names of
 * local variables and the like are missing.
 */
export function compareUnreadable(left: ClassSide, right: ClassSide): Equality {
  const file = right instanceof ClassFile ? right : left instanceof ClassFile ? left : undefined;
  if (!file) return 'same';
  const other = file === right ? left.pool : right.pool;
  const present = new Set<string>();
  for (let index = 1; index < other.count; index++) present.add(constantText(other, index));
  const missing: number[] = [];
  for (let index = 1; index < file.pool.count; index++)
    if (!present.has(constantText(file.pool, index))) missing.push(index);
  if (missing.length === 0) return 'same';
  const debug = debugConstants(file);
  return missing.every((index) => debug.has(index)) ? 'debug' : 'changed';
}

/** A text equal for constants that mean the same; of dynamic ones without the bootstrap method. */
function constantText(pool: ConstantPool, index: number, depth = 0): string {
  const tag = pool.tag(index);
  // MethodHandle, member reference, class or name and type, text: deeper is a pool that points in circles.
  if (depth > 3) pool.fail(index, 'a constant that ends in a text');
  const part = (offset: number): string => constantText(pool, pool.u16At(offset), depth + 1);
  const at = pool.offsets[index]!;
  switch (tag) {
    case 0:
      return '';
    case TAG.Utf8:
      return `1 ${pool.utf8Bytes(index).toString('latin1')}`;
    case TAG.Class:
    case TAG.String:
    case TAG.MethodType:
    case TAG.Module:
    case TAG.Package:
      return `${tag} ${part(at)}`;
    case TAG.Fieldref:
    case TAG.Methodref:
    case TAG.InterfaceMethodref:
    case TAG.NameAndType:
      return `${tag} ${part(at)} ${part(at + 2)}`;
    case TAG.MethodHandle:
      return `${tag} ${pool.bytes[at]!} ${part(at + 1)}`;
    case TAG.Dynamic:
    case TAG.InvokeDynamic:
      return `${tag} ${part(at + 2)}`;
    default:
      return `${tag} ${pool.bytes.toString('latin1', at, at + CONSTANT_SIZES[tag]!)}`;
  }
}

/** Indices of the constants that debug attributes use, their own names included. */
function debugConstants(file: ClassFile): Set<number> {
  const used = new Set<number>();
  for (const attribute of file.attributes)
    if (attribute.name === 'SourceFile') {
      used.add(attribute.nameIndex);
      used.add(findAttribute([attribute], 'SourceFile', file.pool)!.sourceFileIndex);
    }
  for (const method of file.methods)
    for (const attribute of method.codeAttribute?.attributes ?? []) {
      if (!isKnownAttribute(attribute.name) || attribute.name.includes('Annotations')) continue;
      used.add(attribute.nameIndex);
      if (!attribute.name.startsWith('LocalVariable')) continue;
      const table = decodeAttribute(attribute, file.pool);
      if (table && 'variables' in table)
        for (const { nameIndex, typeIndex } of table.variables) used.add(nameIndex).add(typeIndex);
    }
  return used;
}
