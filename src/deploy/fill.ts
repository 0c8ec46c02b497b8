import type { Bindings, Call } from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import type { Json, JsonObject } from '../util/json';

/** `$${` that stands for `${`, or a placeholder with its name. A `${` that is never closed is a text. */
const PLACEHOLDER = /\$\$\{|\$\{([^{}]*)\}/g;
const SECRET = 'secret:';

/** What only the runner's owner reads: paths and names that hold no placeholders. */
const unfilled: ReadonlySet<string> = new Set(['via', 'note', 'parse', 'binds']);

/** Names of bindings and of secrets that the texts of a call refer to. */
export function placeholdersOf(call: Call): { bindings: Set<string>; secrets: Set<string> } {
  const bindings = new Set<string>();
  const secrets = new Set<string>();
  mapCall(call, (text) =>
    replace(text, (name) => {
      if (name.startsWith(SECRET)) secrets.add(name.slice(SECRET.length));
      else bindings.add(name);
      return '';
    }),
  );
  return { bindings, secrets };
}

/** The call with every placeholder filled in. Throws `DeployError` `unbound`. */
export function fillCall<C extends Call>(
  call: C,
  bindings: Bindings,
  secrets: ReadonlyMap<string, string>,
): C {
  return mapCall(call, (text) =>
    replace(text, (name) => {
      const value = name.startsWith(SECRET)
        ? secrets.get(name.slice(SECRET.length))
        : Object.hasOwn(bindings, name)
          ? bindings[name]
          : undefined;
      if (value === undefined) throw new DeployError('unbound', `nothing gives \${${name}}`, { name });
      return value;
    }),
  );
}

function replace(text: string, valueOf: (name: string) => string): string {
  return text.includes('${')
    ? text.replace(PLACEHOLDER, (_, name?: string) => (name === undefined ? '${' : valueOf(name)))
    : text;
}

function mapCall<C extends Call>(call: C, map: (text: string) => string): C {
  const members = Object.entries(call).map(([name, value]) => [
    name,
    unfilled.has(name) ? (value as Json) : mapTexts(value as Json, map),
  ]);
  return Object.fromEntries(members) as C;
}

/** The value with every text in it mapped; names of members stay. */
export function mapTexts(value: Json, map: (text: string) => string): Json {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, map));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value as JsonObject);
  return Object.fromEntries(members.map(([name, member]) => [name, mapTexts(member, map)]));
}
