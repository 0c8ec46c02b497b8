import type { core } from 'zod';
import type { Lines } from './lines';
import { nearest } from './nearest';
import type { ConfigPath, Fix, Found, Problem, ProblemDetails, ProblemReason } from './problems';
import type { Expected } from './schema/scalars';
import { alternatives, choicesOf, expectedOf, knownKeys, schemaAt, type SchemaNode } from './schemaTree';
import { keySpanAt, treeAt, type Span, type Tree } from './tree';

/** A checked text: where it came from and what it is checked against. */
export interface Source {
  readonly lines: Lines;
  readonly tree: Tree;
  readonly schema: SchemaNode;
}

/** Builds a problem with its range. */
export function problem<R extends ProblemReason>(
  source: Pick<Source, 'lines'>,
  reason: R,
  path: ConfigPath,
  span: Span,
  details: ProblemDetails[R],
  more: { fix?: Fix; severity?: 'warning' } = {},
): Problem {
  const range = source.lines.range(span.start, span.end);
  return { reason, severity: 'error', range, path, details, ...more } as Problem;
}

/** Replaces a word by the one that was probably meant. */
export function replaceFix(
  source: Pick<Source, 'lines'>,
  span: Span,
  suggestion: string | undefined,
): { fix?: Fix } {
  if (suggestion === undefined) return {};
  const range = source.lines.range(span.start, span.end);
  return { fix: { kind: 'replace', replacement: yamlWord(suggestion), range } };
}

/** A word as it can stand in YAML: as it is where it can be nothing else than a text. */
function yamlWord(word: string): string {
  return /^[A-Za-z][\w./-]*$/.test(word) && !/^(?:true|false|null)$/i.test(word)
    ? word
    : JSON.stringify(word);
}

/** Turns what the schema found wrong into problems with their place, told in our own terms. */
export function problemsOfIssues(source: Source, issues: readonly core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) => {
    const path = issue.path as ConfigPath;
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(source, path, key));
    return [problemOfIssue(source, issue, path)];
  });
}

function unknownKey(source: Source, parent: ConfigPath, key: string): Problem {
  const tree = treeAt(source.tree, parent);
  const node = schemaAt(source.schema, parent, source.tree);
  const present = tree?.kind === 'map' ? tree.entries : new Map<string, unknown>();
  const free = node ? [...knownKeys(node, tree).keys()].filter((known) => !present.has(known)) : [];
  const suggestion = nearest(key, free);
  const path = [...parent, key];
  const span = keySpanAt(source.tree, path) ?? spanAt(source, path);
  const details = { key, ...(suggestion !== undefined && { suggestion }) };
  return problem(source, 'unknownKey', path, span, details, replaceFix(source, span, suggestion));
}

function problemOfIssue(source: Source, issue: core.$ZodIssue, path: ConfigPath): Problem {
  const tree = treeAt(source.tree, path);
  const last = path.at(-1);
  if (issue.code === 'invalid_key') {
    const parent = schemaAt(source.schema, path.slice(0, -1), source.tree);
    const span = keySpanAt(source.tree, path) ?? spanAt(source, path);
    return problem(source, 'badName', path, span, {
      name: String(last),
      expected: expectedOf(parent?.propertyNames),
    });
  }
  if (!tree && typeof last === 'string')
    return problem(source, 'missingKey', path, spanAt(source, path), { key: last });

  const node = schemaAt(source.schema, path, source.tree);
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    if (tree?.kind === 'list')
      return problem(source, 'tooFew', path, spanAt(source, path), { least: node?.minItems ?? 1 });
    if (tree?.kind === 'scalar' && typeof tree.value === 'number')
      return outOfRange(source, path, tree.value, node);
  }
  return wrongValue(source, path, tree, node, issue);
}

function outOfRange(source: Source, path: ConfigPath, value: number, node: SchemaNode | undefined): Problem {
  const limited = node && alternatives(node).find(({ minimum }) => minimum !== undefined);
  const { minimum: least, maximum: most } = limited ?? {};
  return problem(source, 'outOfRange', path, spanAt(source, path), {
    value,
    ...(least !== undefined && { least }),
    ...(most !== undefined && { most }),
  });
}

function wrongValue(
  source: Source,
  path: ConfigPath,
  tree: Tree | undefined,
  node: SchemaNode | undefined,
  issue: core.$ZodIssue,
): Problem {
  const span = spanAt(source, path);
  const found = foundIn(tree);
  const allowed = choices(issue, node);
  if (allowed && tree?.kind === 'scalar' && tree.value !== null) {
    const value = tree.source;
    const suggestion = nearest(value, allowed);
    const details = { value, allowed, ...(suggestion !== undefined && { suggestion }) };
    return problem(source, 'wrongValue', path, span, details, replaceFix(source, span, suggestion));
  }
  const expected = expectedOf(node);
  if (tree?.kind !== 'scalar' || !node || !typesOf(node).has(found))
    return problem(source, 'wrongType', path, span, { expected, found }, quoteFix(source, tree, expected));
  const suggestion =
    expected === 'timeZone' ? nearest(tree.source, Intl.supportedValuesOf('timeZone')) : undefined;
  const details = { expected, value: tree.source, ...(suggestion !== undefined && { suggestion }) };
  return problem(source, 'wrongFormat', path, span, details, replaceFix(source, span, suggestion));
}

/** The words to choose from; the options of a missed discriminator reach further than the schema of its key. */
function choices(issue: core.$ZodIssue, node: SchemaNode | undefined): string[] | undefined {
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return issue.options.map(String);
  const choices = node && choicesOf(node);
  return choices && [...choices.keys()];
}

/** A number or a truth value where a text is wanted becomes one in quotes. */
function quoteFix(source: Source, tree: Tree | undefined, expected: Expected): { fix?: Fix } {
  if (tree?.kind !== 'scalar' || tree.value === null || (expected !== 'text' && expected !== 'name'))
    return {};
  const range = source.lines.range(tree.span.start, tree.span.end);
  return { fix: { kind: 'quote', replacement: JSON.stringify(tree.source), range } };
}

function foundIn(tree: Tree | undefined): Found {
  if (!tree) return 'nothing';
  if (tree.kind === 'map') return 'mapping';
  if (tree.kind === 'list') return 'list';
  if (tree.value === null) return 'nothing';
  const type = typeof tree.value;
  return type === 'number' || type === 'boolean' ? type : 'text';
}

const FOUND: Readonly<Record<string, Found>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  object: 'mapping',
  array: 'list',
};

function typesOf(node: SchemaNode): Set<Found | undefined> {
  return new Set(alternatives(node).map((option) => FOUND[option.type ?? '']));
}

/** The value's span; its key's where the value is empty, absent or long, else that of what it should stand in. */
export function spanAt(source: Source, path: ConfigPath): Span {
  const tree = treeAt(source.tree, path);
  const span = tree && trimmed(tree, source.lines.text);
  const key = keySpanAt(source.tree, path);
  if (span && span.end > span.start && !(key && isLong(source, span))) return span;
  if (key) return key;
  for (let length = path.length - 1; length > 0; length--) {
    const parent = path.slice(0, length);
    const span = keySpanAt(source.tree, parent) ?? itemSpan(source, parent);
    if (span) return span;
  }
  return { start: 0, end: 0 };
}

function isLong(source: Source, { start, end }: Span): boolean {
  return source.lines.text.slice(start, end).includes('\n');
}

function itemSpan(source: Source, path: ConfigPath): Span | undefined {
  const tree = treeAt(source.tree, path);
  return tree && trimmed(tree, source.lines.text);
}

/** Collections end where the next token begins; a person sees them end with their last character. */
function trimmed(tree: Tree, text: string): Span {
  const { start, end } = tree.span;
  return { start, end: start + text.slice(start, end).trimEnd().length };
}
