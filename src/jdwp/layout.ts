import { JdwpError } from './error';
import type { PacketReader } from './reader';
import type { PacketWriter } from './writer';
import type * as ids from './ids';

/** How one value lies in a packet. Layouts compose into the rows of the command table, which give the types. */
export interface Layout<T> {
  read(from: PacketReader): T;
  write(to: PacketWriter, value: T): void;
}
export type ValueOf<L> = L extends Layout<infer T> ? T : never;

/** Name -> layout, in the order of the wire. */
export type Fields = Readonly<Record<string, Layout<unknown>>>;
export type StructOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

// Common data types (JDWP specification, "Detailed Command Information"), big-endian.

/** byte: 1 byte, unsigned here. */
export const byte: Layout<number> = { read: (from) => from.byte(), write: (to, value) => to.byte(value) };
/** boolean: 1 byte; 0 is false. */
export const boolean: Layout<boolean> = {
  read: (from) => from.boolean(),
  write: (to, value) => to.boolean(value),
};
/** int: 4 bytes, signed. */
export const int: Layout<number> = { read: (from) => from.int(), write: (to, value) => to.int(value) };
/** long: 8 bytes, signed. */
export const long: Layout<bigint> = { read: (from) => from.long(), write: (to, value) => to.long(value) };
/** string: int length in bytes, UTF-8 without terminator. */
export const string: Layout<string> = {
  read: (from) => from.string(),
  write: (to, value) => to.string(value),
};
const byteArray = {
  read: (from: PacketReader): Buffer => from.bytes(from.int()),
  write: (to: PacketWriter, value: Uint8Array): void => {
    to.int(value.length);
    to.bytes(value);
  },
};
/** int length, then bytes, which are borrowed until the request is sent (`PacketWriter.bytes`). */
export const bytes: Layout<Uint8Array> = byteArray;
/** The same in a reply: a view of what was received (`PacketReader.bytes`). */
export const buffer: Layout<Buffer> = byteArray;

const idLayout = <T extends bigint>(kind: keyof ids.IdSizes): Layout<T> => ({
  read: (from) => from.id(from.sizes[kind]) as T,
  write: (to, value) => to.id(value, to.sizes[kind]),
});
// objectID and its kinds share one width, as do referenceTypeID and its kinds.
export const objectId = idLayout<ids.ObjectId>('object');
export const threadId = idLayout<ids.ThreadId>('object');
export const threadGroupId = idLayout<ids.ThreadGroupId>('object');
export const stringId = idLayout<ids.StringId>('object');
export const classLoaderId = idLayout<ids.ClassLoaderId>('object');
export const classObjectId = idLayout<ids.ClassObjectId>('object');
export const arrayId = idLayout<ids.ArrayId>('object');
export const moduleId = idLayout<ids.ModuleId>('object');
export const referenceTypeId = idLayout<ids.ReferenceTypeId>('referenceType');
export const classId = idLayout<ids.ClassId>('referenceType');
export const interfaceId = idLayout<ids.InterfaceId>('referenceType');
export const arrayTypeId = idLayout<ids.ArrayTypeId>('referenceType');
export const methodId = idLayout<ids.MethodId>('method');
export const fieldId = idLayout<ids.FieldId>('field');
export const frameId = idLayout<ids.FrameId>('frame');

/** byte: one of the constants; any other value is malformed. */
export function constantByte<T extends number>(constants: Readonly<Record<string, T>>): Layout<T> {
  const known = new Set<number>(Object.values(constants));
  return {
    read: (from) => {
      const value = from.byte();
      if (!known.has(value)) throw new JdwpError('malformed', `unexpected constant ${value}`, { value });
      return value as T;
    },
    write: (to, value) => to.byte(value),
  };
}

/** Fields one after another; they can be listed, as the tables can be checked and printed. */
export interface Struct<F extends Fields = Fields> extends Layout<StructOf<F>> {
  readonly fields: F;
}
export function struct<F extends Fields>(fields: F): Struct<F> {
  const entries = Object.entries(fields);
  return {
    fields,
    read: (from) => {
      const value: Record<string, unknown> = {};
      for (const [name, layout] of entries) value[name] = layout.read(from);
      return value as StructOf<F>;
    },
    write: (to, value) => {
      for (const [name, layout] of entries) layout.write(to, value[name]);
    },
  };
}

/** int count, then the elements. */
export interface List<T = unknown> extends Layout<readonly T[]> {
  readonly element: Layout<T>;
}
export function list<T>(element: Layout<T>): List<T> {
  return {
    element,
    read: (from) => {
      const values: T[] = [];
      // No array of the claimed size: it grows as elements are really there.
      for (let left = from.count(); left > 0; left--) values.push(element.read(from));
      return values;
    },
    write: (to, values) => {
      to.int(values.length);
      for (const value of values) element.write(to, value);
    },
  };
}

/** One row a variant: the byte that announces it, and its fields. */
export type Variants = Readonly<Record<string, readonly [tag: number, fields: Fields]>>;
export type VariantOf<V extends Variants> = {
  [K in keyof V]: { readonly kind: K } & StructOf<V[K][1]>;
}[keyof V];

/** byte tag, then the fields of that variant; a tag outside the table is malformed. */
export interface Variant<V extends Variants = Variants> extends Layout<VariantOf<V>> {
  readonly variants: V;
}
export function variant<V extends Variants>(what: string, variants: V): Variant<V> {
  const rows = Object.entries(variants).map(([kind, [tag, fields]]) => ({
    kind,
    tag,
    layout: struct(fields),
  }));
  const byTag = new Map(rows.map((row) => [row.tag, row]));
  const byKind = new Map(rows.map((row) => [row.kind, row]));
  return {
    variants,
    read: (from) => {
      const tag = from.byte();
      const row = byTag.get(tag);
      if (!row) throw new JdwpError('malformed', `unknown ${what} ${tag}`, { tag });
      return { kind: row.kind, ...row.layout.read(from) } as VariantOf<V>;
    },
    write: (to, value) => {
      const row = byKind.get(value.kind as string);
      if (!row) throw new RangeError(`unknown ${what} ${String(value.kind)}`);
      to.byte(row.tag);
      row.layout.write(to, value);
    },
  };
}
