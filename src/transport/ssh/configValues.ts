import type { Condition, Setting } from './configFile';
import type { SshAddress } from './hostSpec';
import { matchesPatternList } from './patterns';

/** The values that count for one host: keyword (lower case) -> its arguments. */
export type ConfigValues = ReadonlyMap<string, readonly string[]>;

/** Given several times, all of these count; of every other keyword the first. */
const ACCUMULATING = new Set(['identityfile', 'certificatefile']);

/** Words of `Match` that stand alone. */
const FLAGS = new Set(['all', 'canonical', 'final']);

/**
 * Picks the settings that count for a host (ssh_config(5)): conditions are tried in order, against what was set so
 * far, and the first value of a keyword stays. What the caller gives (user, port) comes before all files. A second
 * pass is made when something stands under `Match final`.
 */
export function valuesFor(
  address: SshAddress,
  settings: readonly Setting[],
  localUser: string,
): ConfigValues {
  const values = new Map<string, readonly string[]>();
  if (address.user !== undefined) values.set('user', [address.user]);
  if (address.port !== undefined) values.set('port', [String(address.port)]);
  const context: Context = { address, values, localUser, final: false };

  take(settings, context);
  if (settings.some(({ conditions }) => conditions.some(asksForFinal))) {
    // The name is settled by the first pass, and is none to expand again.
    values.set('hostname', [hostNameOf(context).replaceAll('%', '%%')]);
    take(settings, { ...context, final: true });
  }
  return values;
}

interface Context {
  readonly address: SshAddress;
  readonly values: Map<string, readonly string[]>;
  readonly localUser: string;
  readonly final: boolean;
}

function take(settings: readonly Setting[], context: Context): void {
  // A condition is met or not where it stands; what is set below it doesn't change that any more.
  const met = new Map<Condition, boolean>();
  const isMet = (condition: Condition): boolean => {
    const known = met.get(condition) ?? holds(condition, context);
    met.set(condition, known);
    return known;
  };
  for (const { keyword, values, conditions } of settings) {
    if (!conditions.every(isMet)) continue;
    const held = context.values.get(keyword);
    if (held !== undefined && !ACCUMULATING.has(keyword)) continue;
    context.values.set(keyword, [...new Set([...(held ?? []), ...values])]);
  }
}

const asksForFinal = ({ kind, words }: Condition): boolean =>
  kind === 'match' && words.some((word) => /^!?final$/i.test(word));

function holds({ kind, words }: Condition, context: Context): boolean {
  if (kind === 'host')
    return matchesPatternList(words, context.final ? hostNameOf(context) : context.address.host);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!.toLowerCase();
    const negated = word.startsWith('!');
    const criterion = negated ? word.slice(1) : word;
    const argument = FLAGS.has(criterion) ? '' : (words[++i] ?? '');
    const met = meets(criterion, argument, context);
    // What can't be told counts as not met, negated or not.
    if (met === undefined || met === negated) return false;
  }
  return words.length > 0;
}

/** `undefined` for criteria that aren't supported; `exec` is one of them: nothing is ever run to read a file. */
function meets(criterion: string, argument: string, context: Context): boolean | undefined {
  const among = (text: string): boolean => matchesPatternList(argument.split(','), text);
  switch (criterion) {
    case 'all':
      return true;
    case 'final':
      return context.final;
    case 'canonical':
      return false;
    case 'host':
      return among(hostNameOf(context));
    case 'originalhost':
      return among(context.address.host);
    case 'user':
      return among(context.values.get('user')?.[0] ?? context.localUser);
    case 'localuser':
      return among(context.localUser);
    default:
      return undefined;
  }
}

/** The name to connect to, as far as it is known yet; `%h` is the name asked for, `%%` a percent sign. */
export function hostNameOf({ address, values }: Pick<Context, 'address'> & { values: ConfigValues }): string {
  const configured = values.get('hostname')?.[0];
  if (configured === undefined) return address.host;
  return configured.replace(/%[%h]/g, (token) => (token === '%h' ? address.host : '%'));
}
