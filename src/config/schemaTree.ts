import type { PlaceholderSource } from './placeholders';
import type { ConfigPath } from './problems';
import type { Expected, Table } from './schema/scalars';
import type { Tree } from './tree';

/** As much of a JSON schema as ours uses, with our own keywords (see `schema/scalars.ts`). */
export interface SchemaNode {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly propertyNames?: SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly 'x-expects'?: Expected;
  readonly 'x-refers'?: readonly Table[];
  readonly 'x-open'?: boolean;
  readonly 'x-placeholders'?: readonly PlaceholderSource[];
  readonly 'x-secret'?: boolean;
}

/** The alternatives of a node; those that the data's own constants (`kind: haproxy`) rule out are left away. */
export function alternatives(node: SchemaNode, tree?: Tree): SchemaNode[] {
  const options = node.anyOf ?? node.oneOf;
  if (!options) return [node];
  const all = options.flatMap((option) => alternatives(option, tree));
  const fitting = all.filter((option) => !contradicts(option, tree));
  return fitting.length > 0 ? fitting : all;
}

function contradicts(option: SchemaNode, tree: Tree | undefined): boolean {
  if (tree?.kind !== 'map') return false;
  return Object.entries(option.properties ?? {}).some(([key, property]) => {
    const value = tree.entries.get(key)?.value;
    return property.const !== undefined && value?.kind === 'scalar' && value.value !== property.const;
  });
}

/** The schema of one key or item; of all alternatives that have it, where the data does not say which it is. */
export function childSchema(node: SchemaNode, step: string | number, tree?: Tree): SchemaNode | undefined {
  const found = alternatives(node, tree).flatMap((option) => {
    if (typeof step === 'number') return option.items ?? [];
    if (option.properties && Object.hasOwn(option.properties, step)) return option.properties[step]!;
    return typeof option.additionalProperties === 'object' ? option.additionalProperties : [];
  });
  const [first, ...others] = found;
  if (!first || others.every((other) => JSON.stringify(other) === JSON.stringify(first))) return first;
  return { anyOf: found, ...(first['x-expects'] && { 'x-expects': first['x-expects'] }) };
}

/** The schema at a path of the data, as far as the schema knows it. */
export function schemaAt(root: SchemaNode, path: ConfigPath, tree?: Tree): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  let at = tree;
  for (const step of path) {
    if (!node) return undefined;
    node = childSchema(node, step, at);
    if (at?.kind === 'map') at = at.entries.get(String(step))?.value;
    else if (at?.kind === 'list') at = at.items[Number(step)];
    else at = undefined;
  }
  return node;
}

/** The keys a mapping may have; empty for one with free names. */
export function knownKeys(node: SchemaNode, tree?: Tree): Map<string, SchemaNode> {
  const keys = new Map<string, SchemaNode>();
  for (const option of alternatives(node, tree)) {
    for (const [key, property] of Object.entries(option.properties ?? {})) {
      if (!keys.has(key)) keys.set(key, property);
    }
  }
  return keys;
}

/** The words a value may be, with what each means; `undefined` when it is not one of a few. */
export function choicesOf(node: SchemaNode): Map<string, string | undefined> | undefined {
  const choices = new Map<string, string | undefined>();
  for (const option of alternatives(node)) {
    if (option.const !== undefined) choices.set(String(option.const), option.description);
    else if (option.enum) for (const word of option.enum) choices.set(String(word), undefined);
    else if (option.type === 'boolean') choices.set('true', undefined).set('false', undefined);
  }
  return choices.size > 0 ? choices : undefined;
}

const BY_TYPE: Readonly<Record<string, Expected>> = {
  object: 'mapping',
  array: 'list',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  string: 'text',
};

/** What to ask for where a value is wrong. */
export function expectedOf(node: SchemaNode | undefined): Expected {
  if (!node) return 'text';
  if (node['x-expects']) return node['x-expects'];
  const [first] = alternatives(node);
  return first?.['x-expects'] ?? BY_TYPE[first?.type ?? ''] ?? 'text';
}
