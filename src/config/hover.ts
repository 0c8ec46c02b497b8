import { readTree, schemaTree } from './engine';
import type { Hover } from './language';
import { Lines } from './lines';
import type { ConfigPath } from './problems';
import { choicesOf, expectedOf, schemaAt } from './schemaTree';
import { keySpanAt, treeAt, type Span, type Tree } from './tree';

/** See `hoverAt` in `language.ts`. */
export function hover(text: string, offset: number): Hover | undefined {
  const lines = new Lines(text);
  const { tree } = readTree(text, lines);
  const found = tree && find(tree, offset, []);
  const node = found && schemaAt(schemaTree(), found.path, tree);
  if (!tree || !found || !node) return undefined;
  const { path, place, span } = found;
  const choices = choicesOf(node);
  const description = node.description ?? ofList(path, tree);
  const refers = node['x-refers'];
  const defined = place === 'value' ? definition(tree, path, refers ?? []) : undefined;
  return {
    range: lines.range(span.start, span.end),
    path,
    place,
    name: path.findLast((step) => typeof step === 'string') ?? '',
    expects: expectedOf(node),
    ...(description !== undefined && { description }),
    ...(choices && { allowed: [...choices.keys()] }),
    ...(refers && { refers }),
    ...(node.examples && { examples: node.examples.map(String) }),
    ...(isPlain(node.default) && { default: String(node.default) }),
    ...(defined && { definition: lines.range(defined.start, defined.end) }),
  };
}

/** An item is described by its list. */
function ofList(path: ConfigPath, tree: Tree): string | undefined {
  return typeof path.at(-1) === 'number'
    ? schemaAt(schemaTree(), path.slice(0, -1), tree)?.description
    : undefined;
}

function textAt(tree: Tree, path: ConfigPath): string {
  const value = treeAt(tree, path);
  return value?.kind === 'scalar' ? String(value.value) : '';
}

/** Whether a default can be shown as a word. */
function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

interface FoundAt {
  readonly place: 'key' | 'value';
  readonly path: ConfigPath;
  readonly span: Span;
}

function find(tree: Tree, offset: number, path: ConfigPath): FoundAt | undefined {
  if (tree.kind === 'scalar')
    return covers(tree.span, offset) ? { place: 'value', path, span: tree.span } : undefined;
  const children: [string | number, Tree, Span?][] =
    tree.kind === 'map'
      ? [...tree.entries].map(([name, { key, value }]) => [name, value, key])
      : tree.items.map((child, index) => [index, child]);
  for (const [step, value, key] of children) {
    if (key && covers(key, offset)) return { place: 'key', path: [...path, step], span: key };
    if (!covers(value.span, offset)) continue;
    const found = find(value, offset, [...path, step]);
    if (found) return found;
  }
  return undefined;
}

function covers({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end && end > start;
}

/** Where the entry that a value names is defined. */
function definition(tree: Tree, path: ConfigPath, tables: readonly string[]): Span | undefined {
  for (const table of tables) {
    const span = keySpanAt(tree, [table, textAt(tree, path)]);
    if (span) return span;
  }
  return undefined;
}
