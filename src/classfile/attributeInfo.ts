import type { BinaryReader, BinaryWriter } from '../util/bytes';
import { ClassFileError } from './errors';
import type { ConstantPool } from './constantPool';

/**
 * One attribute as it stands in the file (JVMS 4.7 `attribute_info`): its name and its content byte for byte,
 * so that what is unknown or was not decoded is written back unchanged.
 */
export class AttributeInfo {
  readonly nameIndex: number;
  readonly name: string;
  readonly length: number;
  /** Where the content begins in the file; 0 for an attribute made in memory. */
  readonly offset: number;
  /** The bytes that hold the content, from `start` on. */
  readonly source: Buffer;
  readonly start: number;

  constructor(
    nameIndex: number,
    name: string,
    source: Buffer,
    start = 0,
    length = source.length,
    offset = 0,
  ) {
    this.nameIndex = nameIndex;
    this.name = name;
    this.length = length;
    this.offset = offset;
    this.source = source;
    this.start = start;
  }

  /** The content without name and length; a view. */
  get info(): Buffer {
    return this.source.subarray(this.start, this.start + this.length);
  }
}

const NONE: readonly AttributeInfo[] = [];

/** Reads an attribute table: count, then name index, length and content of each. `base`: file offset of byte 0. */
export function readAttributes(r: BinaryReader, pool: ConstantPool, base: number): readonly AttributeInfo[] {
  const count = r.u16();
  if (count === 0) return NONE;
  const attributes: AttributeInfo[] = [];
  for (let index = 0; index < count; index++) {
    const nameIndex = r.u16();
    if (pool.tag(nameIndex) !== 1)
      throw new ClassFileError(
        'constantIndex',
        base + r.offset - 2,
        `attribute name ${nameIndex} is no Utf8`,
      );
    const length = r.u32();
    const start = r.take(length);
    attributes.push(new AttributeInfo(nameIndex, pool.utf8(nameIndex), r.bytes, start, length, base + start));
  }
  return attributes;
}

/** Passes over an attribute table. */
export function skipAttributes(r: BinaryReader): void {
  for (let left = r.u16(); left > 0; left--) {
    r.take(2);
    r.take(r.u32());
  }
}

export function writeAttributes(w: BinaryWriter, attributes: readonly AttributeInfo[]): void {
  w.u16(attributes.length);
  for (const attribute of attributes) w.u16(attribute.nameIndex).u32(attribute.length).raw(attribute.info);
}
