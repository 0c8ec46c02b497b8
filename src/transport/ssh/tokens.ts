import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { TransportError } from '../../contracts/transportError';
import type { SshEnvironment } from './environment';

/** What the tokens of ssh_config(5) stand for on the way to one host. */
export interface TokenValues {
  /** `%n`: the name asked for. */
  readonly originalHost: string;
  /** `%h`: the name connected to. */
  readonly hostName: string;
  /** `%p` */
  readonly port: number;
  /** `%r` */
  readonly user: string;
  /** `%k`: HostKeyAlias, or the name asked for. */
  readonly keyAlias: string;
  /** `%j`: ProxyJump, or nothing. */
  readonly jump: string;
}

/** The tokens a jump takes. */
export const JUMP_TOKENS = '%hnpr';

/** Replaces `%` tokens, all of them or those named; an unknown one is a `configuration` error. */
export function expandTokens(
  text: string,
  values: TokenValues,
  environment: SshEnvironment,
  allowed = '%CLdhijklnpru',
): string {
  return text.replace(/%(.?)/gs, (whole) => {
    const token = whole.slice(1);
    if (token === '' || !allowed.includes(token))
      throw new TransportError('configuration', `unknown token ${whole} in ${text}`, {
        problem: 'token',
        token: whole,
        value: text,
      });
    return tokenValue(token, values, environment);
  });
}

/**
 * A path of the configuration: `~` and `~/`, `${NAME}` of the process environment, and `%` tokens.
 * `undefined` when a variable isn't set; the setting then doesn't count (ssh_config(5), ENVIRONMENT VARIABLES).
 */
export function expandPath(
  text: string,
  values: TokenValues,
  environment: SshEnvironment,
): string | undefined {
  const variable = /\$\{(\w+)\}/g;
  const valueOf = (name: string | undefined): string | undefined => environment.variables[name ?? ''];
  if ([...text.matchAll(variable)].some(([, name]) => valueOf(name) === undefined)) return undefined;
  // A percent sign of a variable is no token.
  const filled = text.replace(variable, (_whole, name: string) => valueOf(name)!.replaceAll('%', '%%'));
  const path = expandTokens(filled, values, environment);
  return path === '~' || /^~[\\/]/.test(path) ? join(environment.home, path.slice(1)) : path;
}

function tokenValue(token: string, values: TokenValues, environment: SshEnvironment): string {
  const { originalHost, hostName, port, user, keyAlias, jump } = values;
  switch (token) {
    case 'C':
      return createHash('sha1')
        .update(`${environment.hostname}${hostName}${port}${user}${jump}`)
        .digest('hex');
    case 'L':
      return environment.hostname.split('.')[0] ?? '';
    case 'd':
      return environment.home;
    case 'h':
      return hostName;
    case 'i':
      return String(environment.uid);
    case 'j':
      return jump;
    case 'k':
      return keyAlias;
    case 'l':
      return environment.hostname;
    case 'n':
      return originalHost;
    case 'p':
      return String(port);
    case 'r':
      return user;
    case 'u':
      return environment.user;
    default:
      return '%';
  }
}
