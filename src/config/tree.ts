import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';
import type { ConfigPath, Problem, ProblemDetails, ProblemReason } from './problems';
import type { Lines } from './lines';

/** Offsets in the text, `end` after the last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A YAML document with aliases followed; the same subtree may be reached by several paths, never by itself. */
export type Tree = { readonly span: Span; readonly size: number } & (
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Entry> }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | {
      readonly kind: 'scalar';
      readonly value: string | number | boolean | null;
      /** As written, without quotes. */
      readonly source: string;
      readonly plain: boolean;
    }
);

export interface Entry {
  readonly key: Span;
  readonly value: Tree;
}

/** A configuration of a thousand servers has some ten thousand nodes; aliases may not blow it up further. */
const MOST_NODES = 100_000;

export interface BuiltTree {
  /** Absent for an empty document. */
  readonly tree?: Tree;
  readonly problems: readonly Problem[];
}

/** Follows aliases and finds repeated keys; what can't be represented is left out with a problem. */
export function buildTree(document: Document.Parsed, lines: Lines): BuiltTree {
  const builder = new Builder(lines);
  const { contents } = document;
  // A document with nothing after `---` is empty too.
  if (!contents || (isScalar(contents) && contents.value === null)) return { problems: [] };
  try {
    const tree = builder.build(contents, []);
    return { ...(tree && { tree }), problems: builder.problems };
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    return { problems: builder.problems };
  }
}

class TooLarge extends Error {}

class Builder {
  readonly problems: Problem[] = [];
  /** Anchors seen so far; `undefined` while the anchored node is being built, so that a cycle shows. */
  readonly #anchors = new Map<string, Tree | undefined>();

  constructor(readonly lines: Lines) {}

  build(node: Node, path: ConfigPath): Tree | undefined {
    if (isAlias(node)) return this.#followed(node.source, spanOf(node), path);
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const tree = this.#plain(node, path);
    if (anchor !== undefined) this.#anchors.set(anchor, tree);
    return tree;
  }

  #followed(name: string, span: Span, path: ConfigPath): Tree | undefined {
    const tree = this.#anchors.get(name);
    if (tree) return { ...tree, span };
    this.#report(this.#anchors.has(name) ? 'aliasCycle' : 'unknownAlias', span, path, { name });
    return undefined;
  }

  #plain(node: Node, path: ConfigPath): Tree | undefined {
    const span = spanOf(node);
    if (isMap(node)) {
      const entries = new Map<string, Entry>();
      let size = 1;
      for (const pair of node.items as Pair<Node | null, Node | null>[]) {
        const entry = this.#entry(pair, entries, path, span);
        size = this.#add(size, entry?.value, span, path);
      }
      return { kind: 'map', span, size, entries };
    }
    if (isSeq(node)) {
      const items: Tree[] = [];
      let size = 1;
      for (const [index, item] of (node.items as Node[]).entries()) {
        const tree = this.build(item, [...path, index]);
        size = this.#add(size, tree, span, path);
        items.push(tree ?? nothing(span.start));
      }
      return { kind: 'list', span, size, items };
    }
    return isScalar(node) ? scalarTree(node.value, node.source, node.type === 'PLAIN', span) : undefined;
  }

  #entry(
    { key, value }: Pair<Node | null, Node | null>,
    entries: Map<string, Entry>,
    path: ConfigPath,
    parent: Span,
  ): Entry | undefined {
    if (!isScalar(key) || key.value === null) {
      this.#report('keyNotText', key ? spanOf(key) : parent, path, {});
      return undefined;
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? '');
    const keySpan = spanOf(key);
    // Plain objects, which later rooms work with, can't hold a key of this name.
    if (name === '__proto__') {
      this.#report('badName', keySpan, [...path, name], { name, expected: 'name' });
      return undefined;
    }
    const earlier = entries.get(name);
    if (earlier) {
      const firstLine = this.lines.position(earlier.key.start).line;
      this.#report('duplicateKey', keySpan, [...path, name], { key: name, firstLine });
      return undefined;
    }
    const tree = (value && this.build(value, [...path, name])) ?? nothing(keySpan.end);
    const entry = { key: keySpan, value: tree };
    entries.set(name, entry);
    return entry;
  }

  #add(size: number, tree: Tree | undefined, span: Span, path: ConfigPath): number {
    const sum = size + (tree?.size ?? 0);
    if (sum <= MOST_NODES) return sum;
    this.#report('tooLarge', span, path, { what: 'aliases' });
    throw new TooLarge();
  }

  #report<R extends ProblemReason>(
    reason: R,
    span: Span,
    path: ConfigPath,
    details: ProblemDetails[R],
  ): void {
    const range = this.lines.range(span.start, span.end);
    this.problems.push({ reason, severity: 'error', range, path, details } as Problem);
  }
}

/** Where a value is absent: `key:` with nothing after it. */
function nothing(at: number): Tree {
  return { kind: 'scalar', value: null, source: '', plain: true, span: { start: at, end: at }, size: 1 };
}

function scalarTree(value: unknown, source: string | undefined, plain: boolean, span: Span): Tree {
  const known =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
  const text = source ?? (typeof value === 'string' ? value : '');
  return { kind: 'scalar', value: known ? value : text, source: text, plain, span, size: 1 };
}

function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

/** Plain values for the schema. */
export function toData(tree: Tree | undefined): unknown {
  if (!tree) return {};
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toData);
  const data = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of tree.entries) data[key] = toData(entry.value);
  return data;
}

/** The subtree at a path, as far as it goes. */
export function treeAt(tree: Tree | undefined, path: ConfigPath): Tree | undefined {
  let at = tree;
  for (const step of path) {
    if (at?.kind === 'map') at = at.entries.get(String(step))?.value;
    else if (at?.kind === 'list') at = at.items[Number(step)];
    else return undefined;
  }
  return at;
}

/** The span of the key that leads to a path, where it is a key. */
export function keySpanAt(tree: Tree | undefined, path: ConfigPath): Span | undefined {
  const parent = treeAt(tree, path.slice(0, -1));
  const last = path.at(-1);
  return parent?.kind === 'map' && last !== undefined ? parent.entries.get(String(last))?.key : undefined;
}
