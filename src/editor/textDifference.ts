/** The part in which two texts differ: `[from, to)` of the old one becomes `replacement`. */
export function difference(before: string, after: string): { from: number; to: number; replacement: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let same = 0;
  while (same < shorter - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  return { from, to: before.length - same, replacement: after.slice(from, after.length - same) };
}
