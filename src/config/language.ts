import type { ConfigPath, TextRange } from './problems';
import type { Expected, Table } from './schema/scalars';

/** What an editor offers for `swapdeck.yaml`. The parser and the schema are loaded on first use. */

/** One thing that can stand at the cursor. */
export interface Completion {
  readonly label: string;
  readonly kind: 'key' | 'value' | 'reference' | 'placeholder';
  /** Takes the place of `range`. */
  readonly insertText: string;
  readonly range: TextRange;
  /** From the schema. */
  readonly description?: string;
  /** What to write as the value of a key; the words are in `src/messages/config.ts`. */
  readonly expects?: Expected;
  readonly required: boolean;
}

/** What can stand at an offset while the text is typed, syntax errors elsewhere or not; empty where nothing is known. */
export async function completionsAt(text: string, offset: number): Promise<Completion[]> {
  const { completions } = await import('./completion');
  return completions(text, offset);
}

/** What is known of the key or value at an offset; `describeHover` in `src/messages/config.ts` makes a text of it. */
export interface Hover {
  readonly range: TextRange;
  readonly path: ConfigPath;
  readonly place: 'key' | 'value';
  /** The last key of the path. */
  readonly name: string;
  readonly description?: string;
  readonly expects: Expected;
  /** The value is the name of an entry of one of these sections. */
  readonly refers?: readonly Table[];
  /** The only words that are right. */
  readonly allowed?: readonly string[];
  readonly examples?: readonly string[];
  readonly default?: string;
  /** Where the entry that the value names is defined. */
  readonly definition?: TextRange;
}

export async function hoverAt(text: string, offset: number): Promise<Hover | undefined> {
  const { hover } = await import('./hover');
  return hover(text, offset);
}
