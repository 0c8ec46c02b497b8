import { literal } from '../contracts/deployCall';
import { escapeRegExp } from './asking';

// What `envsubst '$NAME ...'` of GNU gettext does: `$NAME` and `${NAME}` of the named variables are replaced, once,
// and nothing else is touched. Apache's own `${NAME}` stay for Apache.

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

type Piece = { readonly text: string } | { readonly variable: string; readonly text: string };

/** Texts and variables of a template, in order; every `$NAME` counts as a variable. */
function pieces(template: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of template.matchAll(VARIABLE)) {
    if (match.index > from) found.push({ text: template.slice(from, match.index) });
    found.push({ variable: match[1] ?? match[2] ?? '', text: match[0] });
    from = match.index + match[0].length;
  }
  if (from < template.length) found.push({ text: template.slice(from) });
  return found;
}

type Values = Readonly<Record<string, string>>;

/** The template with the named variables filled in, as a text of a call: only the values may hold placeholders. */
export function fillInForCall(template: string, values: Values): string {
  return pieces(template)
    .map((piece) => valueOf(piece, values) ?? literal(piece.text))
    .join('');
}

function valueOf(piece: Piece, values: Values): string | undefined {
  return 'variable' in piece && Object.hasOwn(values, piece.variable) ? values[piece.variable] : undefined;
}

/** Names of all variables of a template. */
export function variablesIn(template: string): Set<string> {
  return new Set(pieces(template).flatMap((piece) => ('variable' in piece ? [piece.variable] : [])));
}

export interface VariableUse {
  readonly name: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Variables that Apache would have to know: `${NAME}` outside of comments that is neither filled in nor defined in
 * the same file (core, `Define`). `$NAME` without braces has no meaning there.
 */
export function apacheVariables(template: string, filled: readonly string[]): VariableUse[] {
  const defined = new Set(filled);
  const uses: VariableUse[] = [];
  for (const [at, text] of template.split('\n').entries()) {
    if (/^\s*#/.test(text)) continue;
    const [, own] = /^\s*Define\s+"?(\w+)/i.exec(text) ?? [];
    if (own !== undefined) defined.add(own);
    for (const [, name = ''] of text.matchAll(/\$\{([A-Za-z_]\w*)\}/g)) uses.push({ name, line: at + 1 });
  }
  return uses.filter(({ name }) => !defined.has(name));
}

/**
 * The values that a file made of the template has, as far as they can be told: each line of the template that uses
 * one of the variables is looked for in the file, which may be older than the template. Only values about which all
 * lines agree.
 */
export function valuesIn(
  template: string,
  made: string,
  names: readonly string[],
): Partial<Record<string, string>> {
  const values = new Map<string, Set<string>>();
  const lines = made.split('\n').map((line) => line.trim());
  for (const text of template.split('\n').map((line) => line.trim())) {
    const used = names.filter((name) => variablesIn(text).has(name));
    if (used.length === 0) continue;
    const form = lineForm(text, used);
    for (const groups of lines.map((line) => form.exec(line)?.groups)) {
      for (const [name, value] of Object.entries(groups ?? {}))
        values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  const agreed = [...values].filter(([, found]) => found.size === 1);
  return Object.fromEntries(agreed.map(([name, [value]]) => [name, value]));
}

/** What a filled in line looks like; a variable that occurs again must have the same value. */
function lineForm(text: string, names: readonly string[]): RegExp {
  const seen = new Set<string>();
  const form = pieces(text).map((piece) => {
    if (!('variable' in piece) || !names.includes(piece.variable)) return escapeRegExp(piece.text);
    if (seen.has(piece.variable)) return `\\k<${piece.variable}>`;
    seen.add(piece.variable);
    return `(?<${piece.variable}>.*?)`;
  });
  return new RegExp(`^${form.join('')}$`);
}

/** The host that stands before the variable of a port: `http://127.0.0.1:${PORT}/`. */
export function hostBefore(template: string, variable: string): string | undefined {
  return new RegExp(String.raw`//(\[[^\]\s]+\]|[^/:\s"']+):\$\{?${variable}\b`).exec(template)?.[1];
}
