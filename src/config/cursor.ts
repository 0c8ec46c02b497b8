import { readTree } from './engine';
import type { ConfigPath } from './problems';
import type { Tree } from './tree';

/** Stands where the cursor is while a text under edit is read. */
const MARK = 'swapdeckCursor';
const WORD = /[\w./-]/;

/** Where a cursor stands in a text that is being typed. */
export interface Cursor {
  /** The configuration around the cursor, without the word at it. */
  readonly tree: Tree;
  /** `key`: a key of the mapping at `path`. `value`: the value (or list item) at `path`. */
  readonly place: 'key' | 'value';
  readonly path: ConfigPath;
  /** The word that the cursor touches, which may be empty. */
  readonly start: number;
  readonly end: number;
  /** A key that already has its colon. */
  readonly hasColon: boolean;
  /** Inside of `{ }` or `[ ]`, or on the line of a key. */
  readonly inLine: boolean;
}

/** `undefined` in a comment, and where the text around can't be read at all. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const { start, end } = wordAround(text, offset);
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const lineEnd = text.indexOf('\n', end);
  const after = text.slice(end, lineEnd < 0 ? text.length : lineEnd);

  const hasColon = /^["']?\s*:(?:\s|$)/.test(after);
  const alone = /^(?:\s|-\s)*$/.test(before) && /^\s*(?:#.*)?$/.test(after);
  // A word alone on its line may become a key; without a colon the lines below would be taken for its value.
  const mark = alone ? `${MARK}:` : MARK;
  const { tree } = readTree(text.slice(0, start) + mark + text.slice(end));
  const found = tree && locate(tree, []);
  if (!tree || !found) return undefined;
  return { ...found, tree, start, end, hasColon, inLine: !alone };
}

function wordAround(text: string, offset: number): { start: number; end: number } {
  let start = Math.min(Math.max(offset, 0), text.length);
  let end = start;
  while (start > 0 && WORD.test(text[start - 1]!)) start--;
  while (end < text.length && WORD.test(text[end]!)) end++;
  // The dash of a list item is no part of the word after it.
  if (text[start] === '-' && /^\s*(?:-\s+)*$/.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start)))
    if (end === start + 1) return { start: end, end };
  return { start, end };
}

function locate(tree: Tree, path: ConfigPath): Pick<Cursor, 'place' | 'path'> | undefined {
  if (tree.kind === 'scalar')
    return tree.source.includes(MARK) || String(tree.value).includes(MARK)
      ? { place: 'value', path }
      : undefined;
  if (tree.kind === 'list') {
    for (const [index, item] of tree.items.entries()) {
      const found = locate(item, [...path, index]);
      if (found) return found;
    }
    return undefined;
  }
  for (const [key, { value }] of tree.entries) {
    if (key.includes(MARK)) return { place: 'key', path };
    const found = locate(value, [...path, key]);
    if (found) return found;
  }
  return undefined;
}

/** Whether a key or value of the tree is only the mark of the cursor. */
export function isMark(name: string): boolean {
  return name.includes(MARK);
}
