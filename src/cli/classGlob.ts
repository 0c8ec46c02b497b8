/**
 * Chooses classes by name: `*` stands for any characters (packages included), `?` for one. A slash counts as a
 * dot and the ending `.class` may be there, so that paths work too.
 */
export function classGlob(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => true;
  const matchers = patterns.map((pattern) => {
    const plain = pattern.replace(/\.class$/, '').replaceAll('/', '.');
    const source = plain
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${source}$`);
  });
  return (name) => matchers.some((matcher) => matcher.test(name));
}
