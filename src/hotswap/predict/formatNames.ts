/**
 * Which names and descriptors HotSpot accepts while it reads a class file (JVMS 4.2, 4.3), read from their modified
 * UTF-8 bytes in `[start, end)`: every constant is looked at, so none is decoded for it. Before Java 5 names had to
 * be identifiers of the language; that is looked at only as far as it is the same in both.
 */

/** An array may have so many dimensions. */
const MAX_DIMENSIONS = 255;

/** Characters with a meaning. */
const DOT = 46;
const SLASH = 47;
const SEMICOLON = 59;
const LESS = 60;
const GREATER = 62;
const BRACKET = 91;
const OPEN = 40;
const CLOSE = 41;
const OBJECT = 76;
const LONG = 74;
const DOUBLE = 68;
const VOID = 86;
const PRIMITIVES = new Set(Array.from('BCDFIJSZ', (letter) => letter.charCodeAt(0)));

/** From this version on each character has only one encoding. */
const JAVA_4 = 48;

/** Whether HotSpot takes the bytes for modified UTF-8. */
export function isLegalText(bytes: Buffer, start: number, end: number, major: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte > 0 && byte < 0x80) continue;
    const more = (byte & 0xe0) === 0xc0 ? 1 : (byte & 0xf0) === 0xe0 ? 2 : 0;
    if (more === 0 || at + more >= end) return false;
    let unit = byte & (more === 1 ? 0x1f : 0x0f);
    for (let left = more; left > 0; left--) {
      const next = bytes[++at]!;
      if ((next & 0xc0) !== 0x80) return false;
      unit = (unit << 6) | (next & 0x3f);
    }
    const isShortest = more === 1 ? unit === 0 || unit >= 0x80 : unit >= 0x800;
    if (major >= JAVA_4 && !isShortest) return false;
  }
  return true;
}

function isUnqualified(
  bytes: Buffer,
  start: number,
  end: number,
  allow: 'class' | 'field' | 'method',
): boolean {
  if (start >= end) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    // Everything that may not stand there lies below the lower-case letters.
    if (byte > BRACKET) continue;
    if (byte === DOT || byte === SEMICOLON || byte === BRACKET) return false;
    if (byte === SLASH) {
      const isInside = at > start && at + 1 < end && bytes[at + 1] !== SLASH;
      if (allow !== 'class' || !isInside) return false;
    } else if (allow === 'method' && (byte === LESS || byte === GREATER)) return false;
  }
  return true;
}

export function isClassName(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === BRACKET && start < end
    ? isFieldDescriptor(bytes, start, end)
    : isUnqualified(bytes, start, end, 'class');
}

export function isFieldName(bytes: Buffer, start: number, end: number): boolean {
  return isUnqualified(bytes, start, end, 'field');
}

export function isMethodName(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== LESS) return isUnqualified(bytes, start, end, 'method');
  const text = bytes.toString('latin1', start, end);
  return text === '<init>' || text === '<clinit>';
}

export function isFieldDescriptor(bytes: Buffer, start: number, end: number): boolean {
  return skipType(bytes, start, end) === end;
}

/** Whether a descriptor is a method's rather than a field's, valid or not. */
export function isMethodLike(bytes: Buffer, start: number, end: number): boolean {
  return start < end && bytes[start] === OPEN;
}

export function returnsVoid(bytes: Buffer, end: number): boolean {
  return bytes[end - 1] === VOID && bytes[end - 2] === CLOSE;
}

/** Places the parameters of a method descriptor take, a long or double two; -1 for what is none. */
export function parameterPlaces(bytes: Buffer, start: number, end: number): number {
  if (!isMethodLike(bytes, start, end)) return -1;
  let places = 0;
  let at = start + 1;
  while (at < end && bytes[at] !== CLOSE) {
    const next = skipType(bytes, at, end);
    if (next < 0) return -1;
    places += bytes[at] === LONG || bytes[at] === DOUBLE ? 2 : 1;
    at = next;
  }
  const result = at + 1;
  if (result >= end) return -1;
  const whole = bytes[result] === VOID ? result + 1 : skipType(bytes, result, end);
  return whole === end ? places : -1;
}

/** Where the type that begins at `start` ends; -1 when none begins there. */
function skipType(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === BRACKET) at++;
  if (at - start > MAX_DIMENSIONS || at >= end) return -1;
  if (bytes[at] !== OBJECT) return PRIMITIVES.has(bytes[at]!) ? at + 1 : -1;
  const name = ++at;
  while (at < end && bytes[at] !== SEMICOLON) at++;
  return at < end && isUnqualified(bytes, name, at, 'class') ? at + 1 : -1;
}
