/**
 * Finds declarations in the text of a Java or Kotlin source: enough to put a diagnostic on the right line. It knows
 * comments, strings, braces and the nesting of named classes, not the grammar; what it does not find it leaves out.
 */
interface Token {
  readonly text: string;
  readonly line: number;
  /** Classes around it, outermost first. */
  readonly inside: readonly string[];
  /** Directly in the body of the innermost of these classes, not in a method, initialiser or parameter list. */
  readonly isMember: boolean;
}

export interface SoughtMember {
  readonly of: 'field' | 'method';
  readonly name: string;
  readonly descriptor: string;
}

/** Comments, text blocks, strings, characters; then names, and every other character by itself. */
const TOKENS =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|[\p{L}\p{Nl}_$][\p{L}\p{N}_$]*|\d[\w.]*|\n|[^\s]/gu;
const CLASS_WORDS = new Set(['class', 'interface', 'enum', 'record', 'object']);

/** Line (1 the first) where the class of this internal name is declared. */
export function locateClass(source: string, className: string): number | undefined {
  const path = classPath(className);
  const name = path.at(-1);
  let before: Token | undefined;
  for (const token of tokens(source)) {
    const isDeclared = before !== undefined && CLASS_WORDS.has(before.text) && token.text === name;
    if (isDeclared && token.inside.join('.') === path.slice(0, -1).join('.')) return token.line;
    before = token;
  }
  return undefined;
}

/** Line where a member is declared in that class; for overloaded methods the one with as many parameters. */
export function locateMember(source: string, className: string, sought: SoughtMember): number | undefined {
  const path = classPath(className);
  const name = sought.name === '<init>' ? path.at(-1) : sought.name;
  const where = path.join('.');
  const all = [...tokens(source)];
  const places = all.flatMap((token, at) => {
    const isHere = token.text === name && token.isMember && token.inside.join('.') === where;
    const isMethod = all[at + 1]?.text === '(';
    return isHere && isMethod === (sought.of === 'method') && isDeclaration(all, at) ? [at] : [];
  });
  if (sought.of === 'field' || places.length < 2)
    return places[0] === undefined ? undefined : all[places[0]]!.line;
  const wanted = parameterCount(sought.descriptor);
  const best = places.find((at) => parametersAt(all, at + 1) === wanted) ?? places[0]!;
  return all[best]!.line;
}

/** `demo/Outer$Inner` -> Outer, Inner; numbered (anonymous, local) classes belong to the class around them. */
function classPath(className: string): string[] {
  const [outer = '', ...inner] = className.slice(className.lastIndexOf('/') + 1).split('$');
  const names = [outer];
  for (const name of inner) {
    if (/^\d/.test(name)) break;
    names.push(name);
  }
  return names;
}

function* tokens(source: string): Generator<Token> {
  const classes: { readonly name: string; readonly depth: number }[] = [];
  let line = 1;
  let depth = 0;
  let round = 0;
  let declared: string | undefined;
  let before = '';
  for (const [text] of source.matchAll(TOKENS)) {
    if (text === '\n') {
      line++;
      continue;
    }
    if (!isSkipped(text)) {
      const inner = classes.at(-1);
      const isMember = inner?.depth === depth && round === 0;
      yield { text, line, inside: classes.map(({ name }) => name), isMember };
      if (CLASS_WORDS.has(before) && before !== '.' && /^[\p{L}_$]/u.test(text)) declared = text;
      if (text === '(') round++;
      else if (text === ')') round = Math.max(0, round - 1);
      else if (text === '{') {
        depth++;
        if (declared !== undefined && round === 0) classes.push({ name: declared, depth });
        if (round === 0) declared = undefined;
      } else if (text === '}') {
        if (inner?.depth === depth) classes.pop();
        depth--;
      } else if (text === ';' && round === 0) declared = undefined;
      before = text;
    }
    line += text.split('\n').length - 1;
  }
}

function isSkipped(text: string): boolean {
  return text.startsWith('//') || text.startsWith('/*');
}

/** Whether the name at `at` is declared there: a type, `val`, a modifier or a comma stands before it. */
function isDeclaration(all: readonly Token[], at: number): boolean {
  const before = all[at - 1]?.text ?? '';
  const after = all[at + 1]?.text ?? '';
  if (after === '(') return !['.', '=', 'new', 'return', '@'].includes(before);
  return (
    /^[\p{L}_$>\],]/u.test(before) &&
    before !== 'return' &&
    [';', '=', ',', '[', ':', '{', '}'].includes(after)
  );
}

function parameterCount(descriptor: string): number {
  return descriptor.slice(0, descriptor.indexOf(')')).match(/\[*(?:L[^;]*;|[BCDFIJSZ])/g)?.length ?? 0;
}

/** Number of parameters between the parentheses that open at `open`. */
function parametersAt(all: readonly Token[], open: number): number {
  let depth = 0;
  let commas = 0;
  let isEmpty = true;
  for (let at = open; at < all.length; at++) {
    const { text } = all[at]!;
    if (text === '(' || text === '<' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === '>' || text === ']' || text === '}') depth--;
    if (depth === 0) break;
    if (at > open) isEmpty = false;
    if (text === ',' && depth === 1) commas++;
  }
  return isEmpty ? 0 : commas + 1;
}
