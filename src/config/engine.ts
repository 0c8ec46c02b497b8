import type { YAMLError } from 'yaml';
import * as z from 'zod';
import { readDocument, type ReadDocument } from './document';
import { problem, problemsOfIssues, type Source } from './issues';
import { Lines } from './lines';
import type { SwapdeckConfig } from './model';
import type { ConfigPath, Problem } from './problems';
import { checkReferences } from './references';
import { checkRules } from './rules';
import { configSchema } from './schema/config';
import type { SchemaNode } from './schemaTree';
import { buildTree, toData, type BuiltTree, type Tree } from './tree';

/**
 * Everything here needs `yaml` and `zod`, so this file is only loaded by `parse.ts`, `completion.ts` and
 * `hover.ts`, on first use.
 */

/** A file this long is no configuration; the most hostile one of this length is read in some two seconds. */
const LONGEST_TEXT = 256 * 1024;
const MOST_SYNTAX_PROBLEMS = 20;

export interface Analysis {
  readonly lines: Lines;
  /** Absent for an empty document and one that could not be read at all. */
  readonly tree?: Tree;
  /** Only when there is no error. */
  readonly config?: SwapdeckConfig;
  /** In the order of the text. */
  readonly problems: readonly Problem[];
}

const EMPTY: Tree = { kind: 'map', entries: new Map(), span: { start: 0, end: 0 }, size: 1 };

/** Reads and checks a configuration; never throws for what the text holds. */
export function analyse(text: string): Analysis {
  const lines = new Lines(text);
  const read = readTree(text, lines);
  if (!read.tree && read.problems.length > 0) return { lines, problems: read.problems };
  const tree = read.tree ?? EMPTY;
  if (read.syntax) return { lines, tree, problems: read.problems };

  const source: Source = { lines, tree, schema: schemaTree() };
  const result = configSchema.safeParse(toData(tree));
  const problems = settled(
    read.problems,
    problemsOfIssues(source, result.error?.issues ?? []),
    checkReferences(source),
    checkRules(source),
  );
  const valid = result.success && !problems.some(({ severity }) => severity === 'error');
  return { lines, tree, problems, ...(valid && { config: result.data }) };
}

/** `syntax`: the text is not YAML, so that its tree is only good for completion. */
export function readTree(text: string, lines = new Lines(text)): BuiltTree & { readonly syntax: boolean } {
  const tooLarge = (what: 'file' | 'nesting') => ({
    problems: [problem({ lines }, 'tooLarge', [], { start: 0, end: 0 }, { what })],
    syntax: true,
  });
  if (text.length > LONGEST_TEXT) return tooLarge('file');
  const read = readDocument(text);
  if (!read) return tooLarge('nesting');
  const syntax = syntaxProblems(read, lines);
  const built = buildTree(read.document, lines);
  const broken = syntax.some(({ severity }) => severity === 'error');
  return { ...built, problems: broken ? syntax : [...syntax, ...built.problems], syntax: broken };
}

function syntaxProblems({ errors, warnings, second }: ReadDocument, lines: Lines): Problem[] {
  const toProblem = (error: YAMLError, more: { severity?: 'warning' }): Problem => {
    const [start, end] = error.pos;
    return problem(
      { lines },
      'syntax',
      [],
      { start, end },
      { code: error.code, message: error.message },
      more,
    );
  };
  const problems = [
    ...errors.slice(0, MOST_SYNTAX_PROBLEMS).map((error) => toProblem(error, {})),
    ...warnings.map((warning) => toProblem(warning, { severity: 'warning' })),
  ];
  if (second === undefined) return problems;
  const details = { code: 'MULTIPLE_DOCS', message: 'a second document' };
  return [...problems, problem({ lines }, 'syntax', [], { start: second, end: second }, details)];
}

/** In the order of the text, without what only follows from another problem. */
function settled(structural: readonly Problem[], ...rest: readonly (readonly Problem[])[]): Problem[] {
  // Of a repeated key the first stands; everything else that is wrong in structure leaves a hole.
  const spoilt = structural
    .filter(({ reason, severity }) => severity === 'error' && reason !== 'duplicateKey')
    .map(({ path }) => path);
  const found = rest.flat();
  const misspelt = new Set(
    found.map((one) =>
      one.reason === 'unknownKey' ? placeKey([...one.path.slice(0, -1), one.details.suggestion ?? '']) : '',
    ),
  );
  const isMisspelt = ({ path, details }: Extract<Problem, { reason: 'missingKey' }>): boolean =>
    details.key.split(' | ').some((key) => misspelt.has(placeKey([...path.slice(0, -1), key])));
  const seen = new Set<string>();
  const others = found.filter((one) => {
    const place = `${one.range.start.offset} ${placeKey(one.path)}`;
    if (spoilt.some((root) => root.every((step, index) => one.path[index] === step))) return false;
    if (seen.has(place) || (one.reason === 'missingKey' && isMisspelt(one))) return false;
    seen.add(place);
    return true;
  });
  return [...structural, ...others].sort((a, b) => a.range.start.offset - b.range.start.offset);
}

const placeKey = (path: ConfigPath): string => path.join('\0');

let schema: SchemaNode | undefined;

/** The schema as JSON schema (draft 7), which editors read and which completion and hover walk. */
export function schemaTree(): SchemaNode {
  schema ??= z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }) as SchemaNode;
  return schema;
}
