import { cursorAt, isMark, type Cursor } from './cursor';
import { schemaTree } from './engine';
import type { Completion } from './language';
import { Lines } from './lines';
import { placeholderForms } from './placeholders';
import type { TextRange } from './problems';
import { namesIn } from './references';
import {
  alternatives,
  childSchema,
  choicesOf,
  expectedOf,
  knownKeys,
  schemaAt,
  type SchemaNode,
} from './schemaTree';
import { treeAt, type Tree } from './tree';

/** See `completionsAt` in `language.ts`. */
export function completions(text: string, offset: number): Completion[] {
  const cursor = cursorAt(text, offset);
  const node = cursor && schemaAt(schemaTree(), cursor.path, cursor.tree);
  if (!node) return [];
  const lines = new Lines(text);
  const placeholder = openPlaceholder(text, offset);
  if (placeholder) {
    const range = lines.range(placeholder.start, placeholder.end);
    return placeholderForms(node['x-placeholders'] ?? []).map((form) =>
      item(form, 'placeholder', form, range),
    );
  }
  const range = lines.range(cursor.start, cursor.end);
  return cursor.place === 'value' ? values(cursor.tree, node, range) : keysOrValues(cursor, node, range);
}

function keysOrValues(cursor: Cursor, node: SchemaNode, range: TextRange): Completion[] {
  const here = treeAt(cursor.tree, cursor.path);
  const present = here?.kind === 'map' ? [...here.entries.keys()].filter((key) => !isMark(key)) : [];
  const found = [...keys(cursor, node, here, range), ...names(cursor, node, range)];
  if (found.length > 0 || present.length > 0) return found.filter(({ label }) => !present.includes(label));
  // A word alone on its line below `strategy:` or `targets:` is no key but a value or an item.
  const entry = childSchema(node, 0);
  return entry ? values(cursor.tree, entry, range, '- ') : values(cursor.tree, node, range);
}

function keys(cursor: Cursor, node: SchemaNode, here: Tree | undefined, range: TextRange): Completion[] {
  const options = alternatives(node, here);
  return [...knownKeys(node, here)].map(([key, schema]) => ({
    ...item(key, 'key', key + colon(cursor, schema), range),
    required: options.some(({ required }) => required?.includes(key) ?? false),
    expects: expectedOf(schema),
    ...(schema.description !== undefined && { description: schema.description }),
  }));
}

/** Keys that are names from another section, such as the applications of an environment. */
function names(cursor: Cursor, node: SchemaNode, range: TextRange): Completion[] {
  return namesIn(cursor.tree, node.propertyNames?.['x-refers'] ?? []).map((name) =>
    item(name, 'reference', cursor.hasColon ? name : `${name}: `, range),
  );
}

function values(tree: Tree, node: SchemaNode, range: TextRange, prefix = ''): Completion[] {
  const referred = namesIn(tree, node['x-refers'] ?? []).filter((name) => !isMark(name));
  const words = choicesOf(node) ?? new Map(freeValues(node).map((word) => [word, undefined]));
  return [
    ...referred.map((name) => item(name, 'reference', prefix + name, range)),
    ...[...words].map(([word, description]) => ({
      ...item(word, 'value', prefix + word, range),
      ...(description !== undefined && { description }),
    })),
  ];
}

/** Words to choose from where others are right too. */
function freeValues(node: SchemaNode): string[] {
  const examples = (node.examples ?? []).map(String);
  const zones = node['x-expects'] === 'timeZone' ? Intl.supportedValuesOf('timeZone') : [];
  return [...new Set([...examples, ...zones])];
}

function item(label: string, kind: Completion['kind'], insertText: string, range: TextRange): Completion {
  return { label, kind, insertText, range, required: false };
}

function colon(cursor: Cursor, schema: SchemaNode): string {
  if (cursor.hasColon) return '';
  const takesLines = schema.type === 'object' || schema.anyOf !== undefined;
  return takesLines && !cursor.inLine ? ':' : ': ';
}

/** The span of a placeholder that is being typed: from its `${` to the cursor, or to the brace after it. */
function openPlaceholder(text: string, offset: number): { start: number; end: number } | undefined {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const [typed] = /\$\{[^}]*$/.exec(line) ?? [];
  if (typed === undefined) return undefined;
  const [rest] = /^[\w:.-]*\}/.exec(text.slice(offset)) ?? [''];
  return { start: offset - typed.length, end: offset + rest.length };
}
