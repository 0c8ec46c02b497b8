import { problem, replaceFix, type Source } from './issues';
import { nearest } from './nearest';
import { findPlaceholders, placeholderForms, sourceOf, type Placeholder } from './placeholders';
import type { ConfigPath, Problem } from './problems';
import type { Table } from './schema/scalars';
import { alternatives, childSchema, type SchemaNode } from './schemaTree';
import type { Span, Tree } from './tree';

type Scalar = Extract<Tree, { kind: 'scalar' }>;

/** What the schema can't see from one value alone: names of other sections, placeholders, numbers as text. */
export function checkReferences(source: Source): Problem[] {
  const problems: Problem[] = [];
  visit(source.tree, source.schema, [], (tree, node, path) => {
    if (tree.kind === 'map') {
      const tables = node.propertyNames?.['x-refers'];
      if (!tables) return;
      for (const [name, { key }] of tree.entries)
        problems.push(...referenceProblems(source, tables, name, [...path, name], key));
    } else if (tree.kind === 'scalar') {
      problems.push(...scalarProblems(source, tree, node, path));
    }
  });
  return problems;
}

/** The names defined in some of the sections. */
export function namesIn(tree: Tree | undefined, tables: readonly Table[]): string[] {
  if (tree?.kind !== 'map') return [];
  return tables.flatMap((table) => {
    const section = tree.entries.get(table)?.value;
    return section?.kind === 'map' ? [...section.entries.keys()] : [];
  });
}

function visit(
  tree: Tree,
  schema: SchemaNode,
  path: ConfigPath,
  see: (tree: Tree, node: SchemaNode, path: ConfigPath) => void,
): void {
  const options = alternatives(schema, tree);
  see(tree, options.length === 1 ? { ...options[0]!, ...schema } : schema, path);
  if (tree.kind === 'map') {
    for (const [key, { value }] of tree.entries) {
      const child = childSchema(schema, key, tree);
      if (child) visit(value, child, [...path, key], see);
    }
  } else if (tree.kind === 'list') {
    for (const [index, item] of tree.items.entries()) {
      const child = childSchema(schema, index, tree);
      if (child) visit(item, child, [...path, index], see);
    }
  }
}

function scalarProblems(source: Source, tree: Scalar, node: SchemaNode, path: ConfigPath): Problem[] {
  if (typeof tree.value === 'number' && node['x-expects'] === 'scalar')
    return lossyNumber(source, tree, path);
  if (typeof tree.value !== 'string') return [];
  const tables = node['x-refers'];
  if (tables && !node['x-open']) return referenceProblems(source, tables, tree.value, path, tree.span);
  const problems = findPlaceholders(tree.value).flatMap((placeholder) =>
    placeholderProblems(source, tree, node, path, placeholder),
  );
  if (node['x-secret'] && tree.value !== '' && !tree.value.includes('${'))
    problems.push(
      problem(source, 'plainSecret', path, tree.span, { key: String(path.at(-1)) }, { severity: 'warning' }),
    );
  return problems;
}

function referenceProblems(
  source: Source,
  tables: readonly Table[],
  name: string,
  path: ConfigPath,
  span: Span,
): Problem[] {
  const names = namesIn(source.tree, tables);
  if (names.includes(name)) return [];
  const suggestion = nearest(name, names);
  const details = { name, tables, ...(suggestion !== undefined && { suggestion }) };
  return [problem(source, 'unknownReference', path, span, details, replaceFix(source, span, suggestion))];
}

/** `1.10` is read as 1.1: what a person wrote would arrive changed. */
function lossyNumber(source: Source, tree: Scalar, path: ConfigPath): Problem[] {
  const read = String(tree.value);
  if (read === tree.source) return [];
  const range = source.lines.range(tree.span.start, tree.span.end);
  const fix = { kind: 'quote', replacement: JSON.stringify(tree.source), range } as const;
  return [problem(source, 'lossyNumber', path, tree.span, { written: tree.source, read }, { fix })];
}

function placeholderProblems(
  source: Source,
  tree: Scalar,
  node: SchemaNode,
  path: ConfigPath,
  placeholder: Placeholder,
): Problem[] {
  const span = placeholderSpan(source, tree, placeholder);
  const allowed = node['x-placeholders'] ?? [];
  const written = String(tree.value).slice(placeholder.start, placeholder.end);
  switch (placeholder.kind) {
    case 'unclosed':
      return [problem(source, 'unclosedPlaceholder', path, span, {})];
    case 'unknown': {
      const suggestion = nearestPlaceholder(placeholder.name, placeholderForms(allowed));
      const details = { placeholder: written, ...(suggestion !== undefined && { suggestion }) };
      const fix = suggestion === undefined ? {} : exactFix(source, span, suggestion);
      return [problem(source, 'unknownPlaceholder', path, span, details, fix)];
    }
    case 'env':
    case 'secret':
    case 'value':
      if (allowed.includes(sourceOf(placeholder))) return [];
      return [problem(source, 'placeholderNotAllowed', path, span, { placeholder: written, allowed })];
  }
}

function exactFix(source: Source, span: Span, replacement: string) {
  return { fix: { kind: 'replace', replacement, range: source.lines.range(span.start, span.end) } as const };
}

/** `${enviroment}` -> `${environment}`, `${evn:HOME}` -> `${env:HOME}`. */
function nearestPlaceholder(inner: string, forms: readonly string[]): string | undefined {
  const colon = inner.indexOf(':');
  if (colon < 0) {
    const plain = forms.filter((form) => !form.includes(':')).map((form) => form.slice(2, -1));
    const value = nearest(inner, plain);
    return value === undefined ? undefined : `\${${value}}`;
  }
  const kinds = forms.filter((form) => form.includes(':')).map((form) => form.slice(2, form.indexOf(':')));
  const kind = nearest(inner.slice(0, colon), kinds);
  const name = inner.slice(colon + 1).trim();
  return kind === undefined || !/^[A-Za-z][\w.-]*$/.test(name) ? undefined : `\${${kind}:${name}}`;
}

/** The placeholder's own span where the text stands in the file as it is read, else the whole value's. */
function placeholderSpan(source: Source, tree: Scalar, { start, end }: Placeholder): Span {
  const text = String(tree.value);
  const first = source.lines.text.indexOf(text, tree.span.start);
  if (first < 0 || first + text.length > tree.span.end) return tree.span;
  return { start: first + start, end: first + end };
}
