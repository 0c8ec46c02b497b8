import type { PlaceholderSource } from './placeholders';
import type { Expected, Table } from './schema/scalars';

/** `line` and `column` from 1 (UTF-16 units), `offset` from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** `end` is after the last character. */
export interface TextRange {
  readonly start: Position;
  readonly end: Position;
}

/** Keys and list indices from the root, such as `['environments', 'dev', 'jvms', 'a']`. */
export type ConfigPath = readonly (string | number)[];

/** Replacing `range` by `replacement` settles the problem. */
export interface Fix {
  /** `replace`: a misspelt word. `quote`: the value as text. */
  readonly kind: 'replace' | 'quote';
  readonly replacement: string;
  readonly range: TextRange;
}

/** What was found where something else was expected. */
export type Found = 'text' | 'number' | 'boolean' | 'list' | 'mapping' | 'nothing';

/**
 * Reason -> the facts its text is made of. `suggestion` is the nearest word that would be right.
 *
 * - `syntax`: not YAML; `code` is the parser's, `message` its own words.
 * - `needsKey`: `key` has no meaning without one of `needs` (joined with ` | `).
 * - `needsValue`: `key` has a meaning only where `other` is `value`.
 * - `missingKey`: `key` is one name, or several joined with ` | ` of which one must be there.
 * - `wrongTarget`: an application of `application` kind can't be put on an entry of `table`.
 * - `notReleasable`: an application with classes only has nothing that could be released.
 * - `cycle`: `chain` is the names in order, the first repeated at the end.
 * - `stepsOrder`: the steps of a canary must rise.
 * - `plainSecret`: a warning; the file is committed with the code.
 * - `lossyNumber`: a number whose text would change (`1.10` -> `1.1`).
 * - `tooLarge`: the file, its nesting or what its aliases expand to is beyond any real configuration.
 */
export interface ProblemDetails {
  syntax: { readonly code: string; readonly message: string };
  tooLarge: { readonly what: 'file' | 'nesting' | 'aliases' };
  unknownAlias: { readonly name: string };
  aliasCycle: { readonly name: string };
  keyNotText: object;
  duplicateKey: { readonly key: string; readonly firstLine: number };
  unknownKey: { readonly key: string; readonly suggestion?: string };
  missingKey: { readonly key: string };
  badName: { readonly name: string; readonly expected: Expected };
  wrongType: { readonly expected: Expected; readonly found: Found };
  wrongFormat: { readonly expected: Expected; readonly value: string; readonly suggestion?: string };
  wrongValue: { readonly value: string; readonly allowed: readonly string[]; readonly suggestion?: string };
  outOfRange: { readonly value: number; readonly least?: number; readonly most?: number };
  tooFew: { readonly least: number };
  lossyNumber: { readonly written: string; readonly read: string };
  conflictingKeys: { readonly key: string; readonly other: string };
  needsKey: { readonly key: string; readonly needs: string };
  needsValue: { readonly key: string; readonly other: string; readonly value: string };
  unknownReference: {
    readonly name: string;
    readonly tables: readonly Table[];
    readonly suggestion?: string;
  };
  wrongTarget: {
    readonly application: string;
    readonly kind: string;
    readonly name: string;
    readonly table: Table;
  };
  notReleasable: { readonly application: string };
  cycle: { readonly key: string; readonly chain: readonly string[] };
  stepsOrder: object;
  unknownPlaceholder: { readonly placeholder: string; readonly suggestion?: string };
  unclosedPlaceholder: object;
  placeholderNotAllowed: {
    readonly placeholder: string;
    readonly allowed: readonly PlaceholderSource[];
  };
  plainSecret: { readonly key: string };
}

export type ProblemReason = keyof ProblemDetails;

/** One thing wrong with a configuration, with its place. */
export type Problem = {
  readonly [R in ProblemReason]: {
    readonly reason: R;
    readonly severity: 'error' | 'warning';
    readonly range: TextRange;
    readonly path: ConfigPath;
    readonly details: ProblemDetails[R];
    readonly fix?: Fix;
  };
}[ProblemReason];
