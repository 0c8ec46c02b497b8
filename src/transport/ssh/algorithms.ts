import { TransportError } from '../../contracts/transportError';
import { matchesPatternList } from './patterns';
import type { AlgorithmKind, SshSettings } from './settings';

interface Known {
  /** In order of preference. */
  readonly usual: readonly string[];
  /** Only on request: old and weak. */
  readonly onRequest: readonly string[];
}

/** What ssh2 speaks. Signatures with SHA-1 (`ssh-rsa`) aren't offered unless asked for, as in OpenSSH since 8.8. */
const KNOWN: Readonly<Record<AlgorithmKind, Known>> = {
  serverHostKey: {
    usual: [
      'ssh-ed25519',
      'ecdsa-sha2-nistp256',
      'ecdsa-sha2-nistp384',
      'ecdsa-sha2-nistp521',
      'rsa-sha2-512',
      'rsa-sha2-256',
    ],
    onRequest: ['ssh-rsa', 'ssh-dss'],
  },
  kex: {
    usual: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group15-sha512',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group17-sha512',
      'diffie-hellman-group18-sha512',
    ],
    onRequest: [
      'diffie-hellman-group-exchange-sha1',
      'diffie-hellman-group14-sha1',
      'diffie-hellman-group1-sha1',
    ],
  },
  cipher: {
    usual: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
      'chacha20-poly1305@openssh.com',
    ],
    onRequest: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  },
  hmac: {
    usual: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha1-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
      'hmac-sha1',
    ],
    onRequest: ['hmac-md5'],
  },
};

/** Key types as known_hosts has them -> the signature algorithms a server proves them with. */
const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
};

/** Lists for ssh2: always of host keys, of the other kinds only where they are configured. */
export type OfferedAlgorithms = Partial<Record<AlgorithmKind, string[]>> & { serverHostKey: string[] };

/** The algorithms to offer a server, those for its written key types (`knownTypes`) first. */
export function algorithmsFor(settings: SshSettings, knownTypes: readonly string[]): OfferedAlgorithms {
  const { algorithms, originalHost } = settings;
  const offer = (kind: AlgorithmKind): string[] => {
    const list = applyList(algorithms[kind], KNOWN[kind]);
    if (list.length > 0) return list;
    throw new TransportError('configuration', `no usable ${kind} algorithm for ${originalHost}`, {
      problem: 'algorithms',
      kind,
      value: algorithms[kind],
      host: originalHost,
    });
  };
  const preferred = knownTypes.flatMap(signaturesOf);
  const hostKeys = offer('serverHostKey');
  return {
    serverHostKey: [
      ...hostKeys.filter((name) => preferred.includes(name)),
      ...hostKeys.filter((name) => !preferred.includes(name)),
    ],
    ...(algorithms.kex && { kex: offer('kex') }),
    ...(algorithms.cipher && { cipher: offer('cipher') }),
    ...(algorithms.hmac && { hmac: offer('hmac') }),
  };
}

/** The key types a server could show for the offered algorithms. */
export function keyTypesOf(serverHostKey: readonly string[]): string[] {
  return [...new Set(serverHostKey.map((name) => (/^(rsa-sha2-|ssh-rsa)/.test(name) ? 'ssh-rsa' : name)))];
}

const signaturesOf = (keyType: string): readonly string[] => SIGNATURES[keyType] ?? [keyType];

/** A list in ssh_config(5)'s notation: alone, or after `+` (append), `-` (remove), `^` (put in front). */
function applyList(list: string | undefined, { usual, onRequest }: Known): string[] {
  if (list === undefined) return [...usual];
  const sign = /^[+^-]/.exec(list)?.[0];
  const named = (sign === undefined ? list : list.slice(1)).split(',');
  if (sign === '-') return usual.filter((name) => !matchesPatternList(named, name));
  // Names ssh2 doesn't speak are left out, as OpenSSH does with those of other versions.
  const spoken = named.filter((name) => usual.includes(name) || onRequest.includes(name));
  if (sign === '+') return [...new Set([...usual, ...spoken])];
  if (sign === '^') return [...new Set([...spoken, ...usual])];
  return spoken;
}
