import type { Endpoint } from '../contracts/channel';
import type { Credentials } from '../contracts/credentials';
import { throwIfAborted } from '../util/async';
import type { ErrorDetails } from '../util/errors';
import { ConfigError } from './errors';
import type { Jvm } from './model';
import {
  findPlaceholders,
  replacePlaceholders,
  secretVariable,
  type NamedValue,
  type Placeholder,
} from './placeholders';
import { readEndpoint } from './values';

/** Where the values of placeholders come from. Each gives `undefined` for what it does not know. */
export interface ValueProviders {
  env(name: string): string | undefined;
  /** May ask a person. */
  secret(name: string, signal?: AbortSignal): Promise<string | undefined>;
  /** The same for passwords of servers that tell whether one was right; those of `secret` unless given. */
  readonly credentials?: Credentials;
  /** The release at hand; absent names can't be used. */
  readonly values?: Readonly<Partial<Record<NamedValue, string>>>;
}

/** The process environment for `${env:...}`, and `SWAPDECK_SECRET_NAME` for secrets, as in a pipeline. */
export function environmentProviders(
  env: Readonly<Record<string, string | undefined>>,
  values?: ValueProviders['values'],
): ValueProviders {
  return {
    env: (name) => env[name],
    secret: (name) => Promise.resolve(env[secretVariable(name)]),
    ...(values && { values }),
  };
}

/**
 * Fills in the placeholders of a text. Rejects with `ConfigError` (`variableMissing`, `secretMissing`,
 * `valueMissing`, `badPlaceholder`), which names the placeholder and never holds a value.
 */
export async function resolveText(
  text: string,
  providers: ValueProviders,
  signal?: AbortSignal,
): Promise<string> {
  const placeholders = findPlaceholders(text);
  const values = new Map<number, string>();
  for (const placeholder of placeholders) {
    throwIfAborted(signal, 'fill in a value');
    values.set(placeholder.start, await valueOf(placeholder, providers, signal));
  }
  return replacePlaceholders(text, ({ start }) => values.get(start) ?? '');
}

async function valueOf(
  placeholder: Placeholder,
  providers: ValueProviders,
  signal?: AbortSignal,
): Promise<string> {
  switch (placeholder.kind) {
    case 'env':
      return there(providers.env(placeholder.name), 'variableMissing', placeholder.name);
    case 'secret':
      return there(await providers.secret(placeholder.name, signal), 'secretMissing', placeholder.name, {
        variable: secretVariable(placeholder.name),
      });
    case 'value':
      return there(providers.values?.[placeholder.name], 'valueMissing', placeholder.name);
    case 'unknown':
      throw badPlaceholder(`\${${placeholder.name}}`);
    case 'unclosed':
      throw badPlaceholder('${');
  }
}

function badPlaceholder(placeholder: string): ConfigError {
  return new ConfigError('badPlaceholder', `${placeholder} is not a placeholder`, { placeholder });
}

function there(
  value: string | undefined,
  reason: 'variableMissing' | 'secretMissing' | 'valueMissing',
  name: string,
  more: ErrorDetails = {},
): string {
  if (value !== undefined) return value;
  throw new ConfigError(reason, `${reason}: ${name}`, { name, ...more });
}

/** Where a JVM's debug port is, as seen from the end of its route. Rejects with `ConfigError`. */
export async function jvmEndpoint(
  jvm: Pick<Jvm, 'jdwp'>,
  providers: ValueProviders,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const endpoint = readEndpoint(await resolveText(jvm.jdwp, providers, signal));
  if (endpoint) return endpoint;
  throw new ConfigError('badAddress', `${jvm.jdwp} gives no address`, { address: jvm.jdwp });
}
