import { gzipSync } from 'node:zlib';

// An empty member of gzip (RFC 1952, section 2.3) with an extra field of zeros:
//   1f 8b  8  flags=4  mtime(4)  xfl  os  | xlen(2, little-endian)  zeros  | deflate of nothing: 03 00 | crc32(4)  isize(4)
const HEAD = 12;
const SMALLEST = HEAD + 2 + 8;
const LARGEST = SMALLEST + 0xffff;
/** Members of the largest size that are packed together. */
const AT_ONCE = 64;

let atOnce: Buffer | undefined;

/** Whether there is a padding of this many bytes. */
export function canPad(size: number): boolean {
  return size === 0 || size >= SMALLEST;
}

/**
 * Bytes that may follow gzip without changing what it unpacks to, packed with gzip themselves: about a thousandth of
 * `size`. Throws `RangeError` where `canPad` says no.
 */
export function* packedPadding(size: number): Generator<Buffer> {
  if (!canPad(size)) throw new RangeError(`no padding of ${size} bytes`);
  let left = size;
  for (; left >= AT_ONCE * LARGEST + SMALLEST; left -= AT_ONCE * LARGEST)
    yield (atOnce ??= gzipSync(Buffer.concat(new Array<Buffer>(AT_ONCE).fill(emptyMember(LARGEST)))));
  const members: Buffer[] = [];
  while (left > 0) {
    // What is left is never too small for one more.
    const next = left <= LARGEST ? left : Math.min(LARGEST, left - SMALLEST);
    members.push(emptyMember(next));
    left -= next;
  }
  if (members.length > 0) yield gzipSync(Buffer.concat(members));
}

function emptyMember(size: number): Buffer {
  const member = Buffer.alloc(size);
  const extra = size - SMALLEST;
  member.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]);
  member.writeUInt16LE(extra, HEAD - 2);
  member[HEAD + extra] = 0x03;
  return member;
}
