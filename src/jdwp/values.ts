import { SuspendPolicy, TypeTag } from './constants';
import { JdwpError } from './error';
import type { ObjectId } from './ids';
import { boolean, classId, constantByte, int, long, methodId, objectId, struct, type Layout } from './layout';
import type { PacketReader } from './reader';
import type { PacketWriter } from './writer';

/**
 * Tags of values (JDWP specification, constant set "Tag"): the ASCII character on the wire.
 * `[` array, `L` object, `s` string, `t` thread, `g` thread group, `l` class loader, `c` class object.
 */
export type ObjectTag = '[' | 'L' | 's' | 't' | 'g' | 'l' | 'c';
export interface TaggedObject {
  readonly tag: ObjectTag;
  readonly value: ObjectId;
}
export type Value =
  | { readonly tag: 'B' | 'C' | 'S' | 'I' | 'F' | 'D'; readonly value: number }
  | { readonly tag: 'J'; readonly value: bigint }
  | { readonly tag: 'Z'; readonly value: boolean }
  | { readonly tag: 'V'; readonly value?: undefined }
  | TaggedObject;

const numeric = (
  read: (from: PacketReader) => number,
  write: (to: PacketWriter, value: number) => void,
): Layout<number> => ({ read, write });

/** Tag -> the value without its tag. */
const untagged = new Map<string, Layout<unknown>>([
  [
    'B',
    numeric(
      (from) => from.signedByte(),
      (to, value) => to.byte(value),
    ),
  ],
  [
    'C',
    numeric(
      (from) => from.char(),
      (to, value) => to.char(value),
    ),
  ],
  [
    'S',
    numeric(
      (from) => from.short(),
      (to, value) => to.short(value),
    ),
  ],
  ['I', int],
  [
    'F',
    numeric(
      (from) => from.float(),
      (to, value) => to.float(value),
    ),
  ],
  [
    'D',
    numeric(
      (from) => from.double(),
      (to, value) => to.double(value),
    ),
  ],
  ['J', long],
  ['Z', boolean],
  // void: a tag and no value.
  ['V', { read: () => undefined, write: () => undefined }],
  ...['[', 'L', 's', 't', 'g', 'l', 'c'].map((tag): [string, Layout<unknown>] => [tag, objectId]),
]);

const isObjectTag = (tag: string): tag is ObjectTag => untagged.get(tag) === objectId;

function readTag(from: PacketReader): { tag: string; layout: Layout<unknown> } {
  const code = from.byte();
  const tag = String.fromCharCode(code);
  const layout = untagged.get(tag);
  if (!layout) throw new JdwpError('malformed', `unknown value tag ${code}`, { tag: code });
  return { tag, layout };
}

function notReadable(): never {
  throw new JdwpError('malformed', 'an untagged value cannot be read without its type');
}

/** value: byte tag, then 0 to 8 bytes by the tag. */
export const value: Layout<Value> = {
  read: (from) => {
    const { tag, layout } = readTag(from);
    return { tag, value: layout.read(from) } as Value;
  },
  write: (to, value) => {
    to.byte(value.tag.charCodeAt(0));
    untaggedValue.write(to, value);
  },
};

/** untagged-value: as `value` without the tag; occurs only in requests, where the VM knows the type. */
export const untaggedValue: Layout<Value> = {
  read: notReadable,
  write: (to, value) => untagged.get(value.tag)!.write(to, value.value),
};

/** tagged-objectID: byte tag, then objectID. */
export const taggedObject: Layout<TaggedObject> = {
  read: (from) => {
    const { tag } = readTag(from);
    if (!isObjectTag(tag)) throw new JdwpError('malformed', `not an object tag: ${tag}`, { tag });
    return { tag, value: objectId.read(from) };
  },
  write: (to, object) => {
    to.byte(object.tag.charCodeAt(0));
    objectId.write(to, object.value);
  },
};

/** Elements of an array. `B`: the raw bytes; objects: each with its own tag. */
export type ArrayRegion =
  | { readonly tag: 'B'; readonly values: Uint8Array }
  | { readonly tag: 'C' | 'S' | 'I' | 'F' | 'D'; readonly values: readonly number[] }
  | { readonly tag: 'J'; readonly values: readonly bigint[] }
  | { readonly tag: 'Z'; readonly values: readonly boolean[] }
  | { readonly tag: ObjectTag; readonly values: readonly TaggedObject[] };

/** arrayregion: byte tag, int count, then untagged values for a primitive tag, tagged ones for an object tag. */
export const arrayRegion: Layout<ArrayRegion> = {
  read: (from) => {
    const { tag, layout } = readTag(from);
    if (tag === 'V') throw new JdwpError('malformed', 'an array of void', { tag });
    const count = from.count();
    if (tag === 'B') return { tag, values: from.bytes(count) };
    const element = isObjectTag(tag) ? taggedObject : layout;
    const values: unknown[] = [];
    for (let left = count; left > 0; left--) values.push(element.read(from));
    return { tag, values } as unknown as ArrayRegion;
  },
  write: (to, region) => {
    to.byte(region.tag.charCodeAt(0));
    writeElements(to, region, isObjectTag(region.tag) ? taggedObject : untagged.get(region.tag)!);
  },
};

/** int count, then untagged values: the elements of `ArrayReference.SetValues`. */
export const untaggedElements: Layout<ArrayRegion> = {
  read: notReadable,
  write: (to, region) => {
    const object: Layout<TaggedObject> = {
      read: notReadable,
      write: (to, one) => objectId.write(to, one.value),
    };
    writeElements(to, region, isObjectTag(region.tag) ? object : untagged.get(region.tag)!);
  },
};

function writeElements(to: PacketWriter, region: ArrayRegion, element: Layout<unknown>): void {
  to.int(region.values.length);
  if (region.tag === 'B') to.bytes(region.values);
  else for (const one of region.values) element.write(to, one);
}

export const typeTag = constantByte(TypeTag);
export const suspendPolicy = constantByte(SuspendPolicy);

/**
 * location: byte type tag, classID, methodID, unsigned 8-byte index of the instruction (-1: native). The location of
 * nothing has null ids; HotSpot gives it the tag of a class, the specification would allow 0.
 */
export const location = struct({
  typeTag: constantByte({ ...TypeTag, None: 0 }),
  classID: classId,
  methodID: methodId,
  index: long,
});
