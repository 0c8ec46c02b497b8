import { Composer, Parser, type CST, type Document, type YAMLError } from 'yaml';

/** As many brackets or indentations inside each other no configuration has. */
const DEEPEST = 64;

/** What the parser of YAML made of a text: a document, its errors and its warnings. */
export interface ReadDocument {
  readonly document: Document.Parsed;
  readonly errors: readonly YAMLError[];
  readonly warnings: readonly YAMLError[];
  /** Where a second document begins; one file holds one. */
  readonly second?: number;
}

/**
 * Parses YAML; `undefined` when it is nested deeper than any configuration. The parser works with a list of its
 * own, but all that comes after it is recursive and may end the process with the stack: hence the look in between.
 */
export function readDocument(text: string): ReadDocument | undefined {
  const tokens = [...new Parser().parse(text)];
  if (isDeep(tokens)) return undefined;
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const [document, second] = composer.compose(tokens, true, text.length);
  // `true`: a document even for no text.
  const { errors, warnings } = document!;
  return {
    document: document!,
    errors,
    warnings,
    ...(second && { second: second.range[0] }),
  };
}

function isDeep(tokens: readonly CST.Token[]): boolean {
  const left: { token: CST.Token | null | undefined; depth: number }[] = tokens.map((token) => ({
    token,
    depth: 0,
  }));
  for (let next = left.pop(); next; next = left.pop()) {
    const { token, depth } = next;
    if (depth > DEEPEST) return true;
    if (token?.type === 'document') left.push({ token: token.value, depth });
    else if (token && 'items' in token)
      for (const { key, value } of token.items as readonly CST.CollectionItem[])
        left.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 });
  }
  return false;
}
