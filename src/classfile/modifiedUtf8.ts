import { ClassFileError } from './errors';

/**
 * Modified UTF-8 (JVMS 4.4.7): 0 is two bytes, characters beyond the basic plane are two surrogates of three
 * bytes each. A decoded string holds the same UTF-16 units, lone surrogates included, so that encoding it gives
 * back the bytes of every string a compiler writes.
 */
export function decodeModifiedUtf8(bytes: Buffer, start: number, end: number, base = 0): string {
  let at = start;
  // 0x01 to 0x7f; 0x00 never stands for itself.
  while (at < end && (bytes[at]! - 1) >>> 0 < 0x7f) at++;
  // Latin-1 decoding of pure ASCII is the quickest way Node has.
  const ascii = bytes.toString('latin1', start, at);
  return at === end ? ascii : ascii + decodeRest(bytes, at, end, base);
}

function decodeRest(bytes: Buffer, start: number, end: number, base: number): string {
  const units: number[] = [];
  let text = '';
  let at = start;
  const bad = (): never => {
    throw new ClassFileError('utf8', base + at, 'malformed modified UTF-8');
  };
  const continuation = (index: number): number => {
    const byte = index < end ? bytes[index]! : 0;
    return (byte & 0xc0) === 0x80 ? byte & 0x3f : bad();
  };
  while (at < end) {
    const lead = bytes[at]!;
    if (lead >= 0x01 && lead <= 0x7f) {
      units.push(lead);
      at += 1;
    } else if ((lead & 0xe0) === 0xc0) {
      units.push(((lead & 0x1f) << 6) | continuation(at + 1));
      at += 2;
    } else if ((lead & 0xf0) === 0xe0) {
      units.push(((lead & 0x0f) << 12) | (continuation(at + 1) << 6) | continuation(at + 2));
      at += 3;
    } else bad();
    // String.fromCharCode takes its units as arguments; their number is limited.
    if (units.length >= 4096) text += String.fromCharCode(...units.splice(0));
  }
  return text + String.fromCharCode(...units);
}

/** The modified UTF-8 bytes of a string of UTF-16 units. */
export function encodeModifiedUtf8(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length * 3);
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x01 && unit <= 0x7f) bytes[at++] = unit;
    else if (unit <= 0x7ff) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    }
  }
  return bytes.subarray(0, at);
}
