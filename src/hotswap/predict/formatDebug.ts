import type { AttributeInfo } from '../../classfile/attributeInfo';
import type { Code } from '../../classfile/attributeTypes';
import type { ConstantPool } from '../../classfile/constantPool';
import { isFieldDescriptor, isFieldName } from './formatNames';
import { checkText } from './formatPool';

const LINE_SIZE = 4;
const VARIABLE_SIZE = 10;
/** `J` and `D` take two places. */
const WIDE = [0x4a, 0x44];

/**
 * What HotSpot minds about the attributes of code while it reads them: tables of lines and local variables. Read
 * as bytes: they are the largest part of most class files.
 */
export function codeAttributeFault(code: Code, pool: ConstantPool): string | undefined {
  let stackMaps = 0;
  for (const attribute of code.attributes) {
    const { name } = attribute;
    if (name === 'StackMapTable' && ++stackMaps > 1) return 'it has two tables of stack maps';
    if (name === 'LineNumberTable' && !areLinesFine(attribute, code.code.length)) return 'its line numbers';
    if (name === 'LocalVariableTable' && !areVariablesFine(attribute, code, pool))
      return 'its local variables';
  }
  for (const attribute of code.attributes)
    if (attribute.name === 'LocalVariableTypeTable' && !areTypesFine(attribute, code, pool))
      return 'the types of its local variables';
  return undefined;
}

function u16(bytes: Buffer, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Number of entries; -1 when the attribute does not have room for exactly that many. */
function entries({ source, start, length }: AttributeInfo, size: number): number {
  if (length < 2) return -1;
  const count = u16(source, start);
  return length === 2 + count * size ? count : -1;
}

function areLinesFine(attribute: AttributeInfo, codeLength: number): boolean {
  const count = entries(attribute, LINE_SIZE);
  for (let entry = 0; entry < count; entry++)
    if (u16(attribute.source, attribute.start + 2 + entry * LINE_SIZE) >= codeLength) return false;
  return count >= 0;
}

/** The same entry may not be there twice. Tables are short: looking through them costs less than an index. */
function areVariablesFine(attribute: AttributeInfo, code: Code, pool: ConstantPool): boolean {
  const count = entries(attribute, VARIABLE_SIZE);
  for (let entry = 0; entry < count; entry++) {
    const at = attribute.start + 2 + entry * VARIABLE_SIZE;
    if (!isPlaceFine(attribute.source, at, code, pool)) return false;
    const descriptor = u16(attribute.source, at + 6);
    if (!checkText(pool, descriptor, isFieldDescriptor)) return false;
    const isWide = WIDE.includes(pool.bytes[pool.offsets[descriptor]! + 2]!);
    if (u16(attribute.source, at + 8) + (isWide ? 1 : 0) >= code.maxLocals) return false;
    if (hasEntry(attribute, entry, attribute.source, at)) return false;
  }
  return count >= 0;
}

/** Each entry must belong to one of the table of local variables. */
function areTypesFine(attribute: AttributeInfo, code: Code, pool: ConstantPool): boolean {
  const count = entries(attribute, VARIABLE_SIZE);
  const tables = code.attributes.filter(({ name }) => name === 'LocalVariableTable');
  for (let entry = 0; entry < count; entry++) {
    const at = attribute.start + 2 + entry * VARIABLE_SIZE;
    const isFine =
      isPlaceFine(attribute.source, at, code, pool) &&
      pool.tag(u16(attribute.source, at + 6)) === 1 &&
      u16(attribute.source, at + 8) < code.maxLocals &&
      tables.some((table) => hasEntry(table, entries(table, VARIABLE_SIZE), attribute.source, at));
    if (!isFine || hasEntry(attribute, entry, attribute.source, at)) return false;
  }
  return count >= 0;
}

function isPlaceFine(source: Buffer, at: number, code: Code, pool: ConstantPool): boolean {
  const start = u16(source, at);
  const { length } = code.code;
  return (
    start < length &&
    start + u16(source, at + 2) <= length &&
    checkText(pool, u16(source, at + 4), isFieldName)
  );
}

/** Start, name, slot and length of the entries at two places are the same. */
function isSameEntry(a: Buffer, x: number, b: Buffer, y: number): boolean {
  return (
    u16(a, x) === u16(b, y) &&
    u16(a, x + 4) === u16(b, y + 4) &&
    u16(a, x + 8) === u16(b, y + 8) &&
    u16(a, x + 2) === u16(b, y + 2)
  );
}

/** Whether one of the first `count` entries of a table is the same as the one at `at`. */
function hasEntry({ source, start }: AttributeInfo, count: number, from: Buffer, at: number): boolean {
  for (let entry = 0; entry < count; entry++)
    if (isSameEntry(source, start + 2 + entry * VARIABLE_SIZE, from, at)) return true;
  return false;
}
