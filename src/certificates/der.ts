/**
 * Where the value of a DER element begins and ends (X.690 section 8.1.3); `undefined` for one of indefinite length, as
 * BER has them.
 */
export function valueAt(der: Buffer, at: number): { start: number; end: number } | undefined {
  const first = der[at + 1] ?? 0;
  if (first === 0x80) return undefined;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const size = first & 0x7f;
  const start = at + 2 + size;
  if (size > 6 || start > der.length) return { start, end: Infinity };
  return { start, end: start + der.readUIntBE(at + 2, size) };
}
