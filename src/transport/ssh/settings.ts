import { isAbsolute, join } from 'node:path';
import { TransportError } from '../../contracts/transportError';
import { readConfigFiles } from './configFile';
import { hostNameOf, valuesFor, type ConfigValues } from './configValues';
import type { SshEnvironment } from './environment';
import { readDestination, type SshAddress } from './hostSpec';
import { expandPath, expandTokens, JUMP_TOKENS, type TokenValues } from './tokens';

/** Everything about one SSH server that the configuration files decide. */
export interface SshSettings {
  /** The name asked for. */
  readonly originalHost: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** `ProxyJump`, first hop first; empty for a direct way. */
  readonly jumps: readonly SshAddress[];
  /** A `ProxyCommand` is set, which isn't supported: fine only where another way in is given. */
  readonly proxyCommand: boolean;
  /** Key files in order of preference; the usual ones when none is configured. They may be missing. */
  readonly identityFiles: readonly string[];
  /** Only keys that are among `identityFiles` are offered, also of the agent. */
  readonly identitiesOnly: boolean;
  /** The agent's socket or pipe; absent: none. */
  readonly agent?: string;
  /** Under which name the key is looked up instead of `hostName` and `port`. */
  readonly hostKeyAlias?: string;
  /** known_hosts files of the user; new keys go to the first. */
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hashKnownHosts: boolean;
  /** What to do about an unknown key. */
  readonly unknownHostKey: 'ask' | 'accept' | 'refuse';
  /** Lists in OpenSSH's notation (`a,b`, `+a`, `-a`, `^a`). */
  readonly algorithms: Readonly<Partial<Record<AlgorithmKind, string>>>;
  /** Ways to authenticate, in order of preference. */
  readonly methods: readonly AuthenticationMethod[];
  /** How often a password or passphrase is asked for before giving up. */
  readonly secretAttempts: number;
  /** Nobody is to be asked anything. */
  readonly batch: boolean;
  readonly connectTimeoutMs?: number;
  readonly keepAliveIntervalMs?: number;
  readonly keepAliveCount?: number;
  /** 4 or 6 when the family of addresses is fixed. */
  readonly family?: 4 | 6;
}

export type AuthenticationMethod = 'publickey' | 'keyboard-interactive' | 'password';
export type AlgorithmKind = 'serverHostKey' | 'kex' | 'cipher' | 'hmac';

/** OpenSSH's order, without the kinds no library signs for. */
const USUAL_KEYS = ['id_rsa', 'id_ecdsa', 'id_ed25519'];
const METHODS: readonly AuthenticationMethod[] = ['publickey', 'keyboard-interactive', 'password'];

/** Reads the configuration files and works out the settings for a host. Rejects with `configuration`. */
export async function resolveSettings(
  address: SshAddress,
  environment: SshEnvironment,
): Promise<SshSettings> {
  const values = valuesFor(address, await readConfigFiles(environment), environment.user);
  refuseUnsupported(values, address);

  const hostName = hostNameOf({ address, values });
  const user = values.get('user')?.[0] ?? environment.user;
  const port = integer(values, 'port') ?? 22;
  const alias = one(values, 'hostkeyalias');
  const jump = one(values, 'proxyjump');
  const tokens: TokenValues = {
    originalHost: address.host,
    hostName,
    port,
    user,
    keyAlias: alias ?? address.host,
    jump: jump ?? '',
  };
  const path = (text: string): string | undefined => expandPath(text, tokens, environment);
  const paths = (list: readonly string[]): string[] =>
    list
      .filter((text) => text.toLowerCase() !== 'none')
      .map(path)
      .filter((found) => found !== undefined)
      .map((found) => (isAbsolute(found) ? found : join(environment.home, '.ssh', found)));

  const ssh = join(environment.home, '.ssh');
  const identities = values.get('identityfile');
  const userKnownHosts = values.get('userknownhostsfile');
  const globalKnownHosts = values.get('globalknownhostsfile');
  const agent = agentSocket(values, environment, path);
  const connectTimeoutMs = duration(values, 'connecttimeout');
  const keepAliveIntervalMs = duration(values, 'serveraliveinterval');
  const keepAliveCount = integer(values, 'serveralivecountmax');
  const family = { inet: 4, inet6: 6 }[one(values, 'addressfamily')?.toLowerCase() ?? ''] as
    4 | 6 | undefined;

  return {
    originalHost: address.host,
    hostName,
    port,
    user,
    jumps: jump === undefined ? [] : jumpsOf(expandTokens(jump, tokens, environment, JUMP_TOKENS)),
    proxyCommand: one(values, 'proxycommand') !== undefined,
    identityFiles: identities ? paths(identities) : USUAL_KEYS.map((name) => join(ssh, name)),
    identitiesOnly: yes(values, 'identitiesonly'),
    ...(agent !== undefined && { agent }),
    ...(alias !== undefined && { hostKeyAlias: alias }),
    userKnownHostsFiles: userKnownHosts
      ? paths(userKnownHosts)
      : [join(ssh, 'known_hosts'), join(ssh, 'known_hosts2')],
    globalKnownHostsFiles: globalKnownHosts ? paths(globalKnownHosts) : environment.globalKnownHostsFiles,
    hashKnownHosts: yes(values, 'hashknownhosts'),
    unknownHostKey: unknownHostKey(values),
    algorithms: algorithms(values),
    methods: methods(values),
    secretAttempts: integer(values, 'numberofpasswordprompts') ?? 3,
    batch: yes(values, 'batchmode'),
    ...(connectTimeoutMs && { connectTimeoutMs }),
    ...(keepAliveIntervalMs && { keepAliveIntervalMs }),
    ...(keepAliveCount && { keepAliveCount }),
    ...(family && { family }),
  };
}

/** What would be unsafe to leave out is refused by name. */
function refuseUnsupported(values: ConfigValues, { host }: SshAddress): void {
  if (one(values, 'revokedhostkeys') === undefined) return;
  const keyword = 'RevokedHostKeys';
  throw new TransportError('configuration', `${keyword} of ${host} isn't supported`, {
    problem: 'unsupported',
    keyword,
    host,
  });
}

function one(values: ConfigValues, keyword: string): string | undefined {
  const value = values.get(keyword)?.[0];
  return value === undefined || value === '' || value.toLowerCase() === 'none' ? undefined : value;
}

const yes = (values: ConfigValues, keyword: string): boolean =>
  /^(yes|true)$/i.test(values.get(keyword)?.[0] ?? '');

const no = (values: ConfigValues, keyword: string): boolean =>
  /^(no|false)$/i.test(values.get(keyword)?.[0] ?? '');

function integer(values: ConfigValues, keyword: string): number | undefined {
  const text = values.get(keyword)?.[0];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalid(keyword, text);
}

/** A time of sshd_config(5), such as `30`, `90s`, `1m30s`, in milliseconds. */
function duration(values: ConfigValues, keyword: string): number | undefined {
  const text = one(values, keyword);
  if (text === undefined) return undefined;
  if (!/^(\d+[smhdw]?)+$/i.test(text)) throw invalid(keyword, text);
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  let seconds = 0;
  for (const [, digits, unit] of text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g))
    seconds += Number(digits) * (units[unit ?? ''] ?? 1);
  return seconds * 1000;
}

function jumpsOf(chain: string): SshAddress[] {
  return chain.split(',').map((destination) => readDestination(destination.trim()));
}

function agentSocket(
  values: ConfigValues,
  environment: SshEnvironment,
  path: (text: string) => string | undefined,
): string | undefined {
  const configured = values.get('identityagent')?.[0] ?? 'SSH_AUTH_SOCK';
  if (configured.toLowerCase() === 'none') return undefined;
  if (/^\$\w+$/.test(configured)) return environment.variables[configured.slice(1)];
  if (configured !== 'SSH_AUTH_SOCK') return path(configured);
  const socket = environment.variables.SSH_AUTH_SOCK;
  if (socket) return socket;
  // The agent that comes with Windows; no variable names it.
  return environment.platform === 'win32' ? String.raw`\\.\pipe\openssh-ssh-agent` : undefined;
}

function unknownHostKey(values: ConfigValues): SshSettings['unknownHostKey'] {
  const strict = values.get('stricthostkeychecking')?.[0]?.toLowerCase();
  if (strict === 'yes' || strict === 'true') return 'refuse';
  // Even where checking is switched off a changed key is refused.
  return strict === 'accept-new' || strict === 'no' || strict === 'off' || strict === 'false'
    ? 'accept'
    : 'ask';
}

function algorithms(values: ConfigValues): SshSettings['algorithms'] {
  const found: Partial<Record<AlgorithmKind, string>> = {};
  const keywords = {
    serverHostKey: 'hostkeyalgorithms',
    kex: 'kexalgorithms',
    cipher: 'ciphers',
    hmac: 'macs',
  };
  for (const [kind, keyword] of Object.entries(keywords)) {
    const list = one(values, keyword);
    if (list !== undefined) found[kind as AlgorithmKind] = list;
  }
  return found;
}

function methods(values: ConfigValues): AuthenticationMethod[] {
  const preferred = one(values, 'preferredauthentications')?.split(',');
  const ordered = preferred ? METHODS.filter((method) => preferred.includes(method)) : [...METHODS];
  if (preferred) ordered.sort((a, b) => preferred.indexOf(a) - preferred.indexOf(b));
  const switches: Record<AuthenticationMethod, string> = {
    publickey: 'pubkeyauthentication',
    'keyboard-interactive': values.has('kbdinteractiveauthentication')
      ? 'kbdinteractiveauthentication'
      : 'challengeresponseauthentication',
    password: 'passwordauthentication',
  };
  return ordered.filter((method) => !no(values, switches[method]));
}

function invalid(keyword: string, value: string): TransportError {
  return new TransportError('configuration', `${keyword} has the value ${value}`, {
    problem: 'value',
    keyword,
    value,
  });
}
