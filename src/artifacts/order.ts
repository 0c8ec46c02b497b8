// Maven's order of versions: https://maven.apache.org/pom.html#version-order-specification
//
//   1.0.0-foo.1  ->  1  -foo  -1        tokens with what stands before them; a change between digits and letters
//                                       counts as a hyphen, and so does every sign before a qualifier
//
// What means nothing (0, "final", "ga", "release") is left out at the end and before each hyphen.

interface Token {
  readonly sign: '.' | '-';
  /** A number in digits without zeros before it, of any length; or a qualifier. */
  readonly value: bigint | string;
}

/** Qualifiers that come before all others, in this order. The empty one is that of a release. */
const KNOWN = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const ALIASES: Readonly<Record<string, string>> = { cr: 'rc', final: '', ga: '', release: '' };
/** These stand for a qualifier only right before a number. */
const SHORT: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };

/** Which of two versions comes first, as Maven has it; 0 for equal ones, such as `1.0` and `1-ga`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [tokensOf(a), tokensOf(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareTokens(left[at] ?? padding(right[at]!), right[at] ?? padding(left[at]!));
    if (order !== 0) return order;
  }
  return 0;
}

function tokensOf(version: string): Token[] {
  const tokens: Token[] = [];
  let sign: Token['sign'] = '-';
  const parts = version.toLowerCase().match(/[.-]|\d+|[^\d.-]+/g) ?? [];
  let isAfterSign = true;
  parts.forEach((part, at) => {
    if (part === '.' || part === '-') {
      // Nothing between two signs counts as 0.
      if (isAfterSign) tokens.push({ sign, value: 0n });
      sign = part;
      isAfterSign = true;
      return;
    }
    const isNumber = /^\d/.test(part);
    const isNumberNext = /^\d/.test(parts[at + 1] ?? '');
    const name = (isNumberNext ? SHORT[part] : undefined) ?? ALIASES[part] ?? part;
    tokens.push({
      sign: isAfterSign && isNumber ? sign : '-',
      value: isNumber ? BigInt(part) : name,
    });
    sign = '-';
    isAfterSign = false;
  });
  return trimmed(tokens);
}

/** Without what means nothing, at the end and before each hyphen. */
function trimmed(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (const token of [...tokens].reverse()) {
    const isBeforeHyphen = kept.length === 0 || kept.at(-1)!.sign === '-';
    if (!(isBeforeHyphen && (token.value === 0n || token.value === ''))) kept.push(token);
  }
  return kept.reverse();
}

/** What a version that ends is compared by. */
function padding({ sign, value }: Token): Token {
  return sign === '.' && typeof value === 'bigint' ? { sign, value: 0n } : { sign: '-', value: '' };
}

function compareTokens(a: Token, b: Token): number {
  const rank = (token: Token): number => (typeof token.value === 'string' ? 0 : token.sign === '-' ? 1 : 2);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a.value === 'bigint' && typeof b.value === 'bigint')
    return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  return compareQualifiers(String(a.value), String(b.value));
}

function compareQualifiers(a: string, b: string): number {
  const place = (name: string): number => (KNOWN.includes(name) ? KNOWN.indexOf(name) : KNOWN.length);
  return place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}
