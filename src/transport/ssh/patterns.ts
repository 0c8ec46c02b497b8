/** Matches `*` (any run of characters) and `?` (exactly one), in time linear in both for each `*`. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      // Let the last star take one more character.
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/**
 * Whether a list of patterns matches (ssh_config(5), PATTERNS): one must match, and no pattern after a `!` may.
 * A negated pattern alone never makes a match.
 */
export function matchesPatternList(patterns: readonly string[], text: string): boolean {
  let found = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesWildcard(pattern.slice(1), text)) return false;
    } else if (!found) found = matchesWildcard(pattern, text);
  }
  return found;
}
