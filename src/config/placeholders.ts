/**
 * `${...}` inside texts: `${env:NAME}`, `${secret:NAME}`, and the values of the release at hand such as
 * `${version}`. `$${` stands for `${` itself. A `$` elsewhere has no meaning.
 */

/** Values of the release at hand. */
export const RELEASE_VALUES = ['environment', 'version', 'branch', 'sha'] as const;
export type ReleaseValue = (typeof RELEASE_VALUES)[number];

/** `port`: the port a switch goes to, known only while it runs. */
export type NamedValue = ReleaseValue | 'port';

/** What a text may refer to; each key of the schema that takes placeholders names its sources. */
export type PlaceholderSource = 'env' | 'secret' | 'release' | 'port';

/** `start` and `end` are offsets in the text, `end` after the closing brace. */
export type Placeholder = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'env' | 'secret'; readonly name: string }
  | { readonly kind: 'value'; readonly name: NamedValue }
  /** Not one we know; `name` is what stands between the braces. */
  | { readonly kind: 'unknown'; readonly name: string }
  /** `${` without `}`. */
  | { readonly kind: 'unclosed' }
);

const NAMED_VALUES: readonly string[] = [...RELEASE_VALUES, 'port'];
const NAME: Readonly<Record<string, RegExp>> = {
  env: /^[A-Za-z_][A-Za-z0-9_]*$/,
  secret: /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/,
};

/** All placeholders of a text, in order. */
export function findPlaceholders(text: string): Placeholder[] {
  const found: Placeholder[] = [];
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', at)) {
    if (text[at - 1] === '$') {
      at += 2;
      continue;
    }
    const close = text.indexOf('}', at);
    if (close < 0) {
      found.push({ kind: 'unclosed', start: at, end: text.length });
      break;
    }
    found.push({ start: at, end: close + 1, ...classify(text.slice(at + 2, close)) });
    at = close + 1;
  }
  return found;
}

type Classified =
  | { kind: 'env' | 'secret'; name: string }
  | { kind: 'value'; name: NamedValue }
  | { kind: 'unknown'; name: string };

function classify(inner: string): Classified {
  if (NAMED_VALUES.includes(inner)) return { kind: 'value', name: inner as NamedValue };
  const colon = inner.indexOf(':');
  const kind = inner.slice(0, Math.max(colon, 0));
  const name = inner.slice(colon + 1);
  if ((kind === 'env' || kind === 'secret') && NAME[kind]!.test(name)) return { kind, name };
  return { kind: 'unknown', name: inner };
}

export function hasPlaceholder(text: string): boolean {
  return findPlaceholders(text).length > 0;
}

/** Which source a well-formed placeholder draws from. */
export function sourceOf(
  placeholder: Extract<Placeholder, { kind: 'env' | 'secret' | 'value' }>,
): PlaceholderSource {
  if (placeholder.kind !== 'value') return placeholder.kind;
  return placeholder.name === 'port' ? 'port' : 'release';
}

/** How the sources are written, for suggestions and completion; `NAME` is to be replaced. */
export function placeholderForms(sources: readonly PlaceholderSource[]): string[] {
  return sources.flatMap((source) => {
    if (source === 'release') return RELEASE_VALUES.map((value) => `\${${value}}`);
    return source === 'port' ? ['${port}'] : [`\${${source}:NAME}`];
  });
}

/** The environment variable that stands in for a secret in a pipeline: `adara-db` is `SWAPDECK_SECRET_ADARA_DB`. */
export function secretVariable(name: string): string {
  return `SWAPDECK_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

/** The text with each placeholder replaced by what `replace` gives for it, and `$${` by `${`. */
export function replacePlaceholders(text: string, replace: (placeholder: Placeholder) => string): string {
  let result = '';
  let from = 0;
  const literal = (end: number): string => text.slice(from, end).replaceAll('$${', '${');
  for (const placeholder of findPlaceholders(text)) {
    result += literal(placeholder.start) + replace(placeholder);
    from = placeholder.end;
  }
  return result + literal(text.length);
}
