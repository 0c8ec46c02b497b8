import { BinaryWriter } from '../../../../src/util/bytes';
import { builtClass } from '../../../../src/hotswap/roots/builtClass';
import type { BuiltClass } from '../../../../src/hotswap/model';

export interface ClassOptions {
  /** Binary names of the classes that an InnerClasses attribute names. */
  readonly nested?: readonly string[];
  /** A constant that makes one version differ from another. */
  readonly text?: string;
}

/** The smallest class file of that binary name: no members, superclass `java.lang.Object` (JVMS 4.1). */
export function classBytes(name: string, { nested = [], text = '' }: ClassOptions = {}): Buffer {
  const writer = new BinaryWriter().u32(0xcafebabe).u16(0).u16(61);
  const utf8 = (value: string): void => {
    writer.u8(1).u16(Buffer.byteLength(value)).raw(Buffer.from(value));
  };
  const names = [name, 'java.lang.Object', ...nested];
  writer.u16(names.length * 2 + 3);
  names.forEach((each, index) => {
    utf8(each.replaceAll('.', '/'));
    writer.u8(7).u16(index * 2 + 1);
  });
  utf8('InnerClasses');
  utf8(text);
  writer.u16(0x21).u16(2).u16(4).u16(0).u16(0).u16(0);
  writer.u16(1).u16(names.length * 2 + 1);
  writer.u32(2 + nested.length * 8).u16(nested.length);
  nested.forEach((_, index) => {
    writer
      .u16(6 + index * 2)
      .u16(0)
      .u16(0)
      .u16(0);
  });
  return writer.toBuffer();
}

export function built(name: string, options: ClassOptions & { readonly root?: string } = {}): BuiltClass {
  const root = options.root ?? '/root';
  const file = `${root}/${name.replaceAll('.', '/')}.class`;
  const whole = builtClass(classBytes(name, options), file, root);
  if (whole === 'incomplete') throw new Error(`${name} does not parse`);
  return whole;
}
