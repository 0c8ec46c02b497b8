import { ConfigError } from '../config/errors';
import { findPlaceholders } from '../config/placeholders';
import type { ValueProviders } from '../config/resolve';
import { literal } from '../contracts/deployCall';
import type { Json } from '../util/json';

/**
 * The same configuration with the variables of this machine (`${env:NAME}`) filled in; nothing in a value is taken for
 * a placeholder. All other placeholders stay. Throws `ConfigError` `variableMissing`.
 */
export function withVariables<T>(value: T, { env }: Pick<ValueProviders, 'env'>): T {
  return fill(value as Json, env) as T;
}

function fill(value: Json, env: ValueProviders['env']): Json {
  if (typeof value === 'string') return fillText(value, env);
  if (Array.isArray(value)) return value.map((each: Json) => fill(each, env));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, env)]));
}

function fillText(text: string, env: ValueProviders['env']): string {
  let result = '';
  let from = 0;
  for (const placeholder of findPlaceholders(text)) {
    if (placeholder.kind !== 'env') continue;
    const { name, start, end } = placeholder;
    const value = env(name);
    if (value === undefined) throw new ConfigError('variableMissing', `no variable ${name}`, { name });
    result += text.slice(from, start) + literal(value);
    from = end;
  }
  return result + text.slice(from);
}
