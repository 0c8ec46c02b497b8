import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { FileLine } from '../../contracts/prompter';
import { matchesPatternList } from './patterns';

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHostLine extends FileLine {
  readonly marker?: 'revoked' | 'certAuthority';
  /** Patterns, comma-separated, or one hashed name `|1|salt|hash`. */
  readonly hosts: string;
  /** Such as `ssh-ed25519`. */
  readonly keyType: string;
  /** The public key as it goes over the wire (RFC 4253 section 6.6). */
  readonly key: Buffer;
}

/** Under which names a server's key may be written: the first is the one for new lines. */
export interface KnownNames {
  readonly name: string;
  /** Vouches for a key that is known, but says nothing about others: the host without its port. */
  readonly fallback?: string;
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown'; readonly certificateAuthority?: FileLine }
  | { readonly kind: 'changed'; readonly old: KnownHostLine }
  | { readonly kind: 'revoked'; readonly at: FileLine };

const MARKERS: Readonly<Record<string, KnownHostLine['marker']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'certAuthority',
};

/** Reads the lines that make sense; comments, unknown markers and damaged lines are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownHostLine[] {
  return text.split('\n').flatMap((content, index) => {
    const words = content.trim().split(/\s+/);
    const marked = words[0]?.startsWith('@') ? words.shift() : undefined;
    const marker = marked === undefined ? undefined : MARKERS[marked];
    const [hosts, keyType, base64] = words;
    if (!hosts || hosts.startsWith('#') || !keyType || !base64) return [];
    if (marked !== undefined && marker === undefined) return [];
    const key = Buffer.from(base64, 'base64');
    // The key begins with its own type; anything else is no key.
    if (keyTypeOf(key) !== keyType) return [];
    return { file, line: index + 1, hosts, keyType, key, ...(marker && { marker }) };
  });
}

/** The type a public key names itself, or an empty string. */
export function keyTypeOf(key: Buffer): string {
  const length = key.length < 4 ? Infinity : key.readUInt32BE(0);
  return length > key.length - 4 ? '' : key.toString('latin1', 4, 4 + length);
}

/** The names a server is known by: its alias, or its name with the port unless that is 22. */
export function knownNames(hostName: string, port: number, alias?: string): KnownNames {
  if (alias !== undefined) return { name: alias.toLowerCase() };
  const host = hostName.toLowerCase();
  return port === 22 ? { name: host } : { name: `[${host}]:${port}`, fallback: host };
}

/**
 * What the lines say about a key. `offered` are the key types the server could have shown: a key of another type
 * than the written ones counts as changed only when the server could have shown a written one.
 */
export function judgeHostKey(
  lines: readonly KnownHostLine[],
  { name, fallback }: KnownNames,
  key: Buffer,
  offered: readonly string[],
): HostKeyVerdict {
  const ofName = lines.filter(({ hosts }) => matchesHosts(hosts, name));
  const ofFallback = fallback === undefined ? [] : lines.filter(({ hosts }) => matchesHosts(hosts, fallback));

  const revoked = [...ofName, ...ofFallback].find(
    (line) => line.marker === 'revoked' && line.key.equals(key),
  );
  if (revoked) return { kind: 'revoked', at: place(revoked) };

  const plain = ofName.filter(({ marker }) => marker === undefined);
  if ([...plain, ...ofFallback].some((line) => line.marker === undefined && line.key.equals(key)))
    return { kind: 'known' };

  const old =
    plain.find(({ keyType }) => keyType === keyTypeOf(key)) ??
    plain.find(({ keyType }) => offered.includes(keyType));
  if (old) return { kind: 'changed', old };

  const authority = ofName.find(({ marker }) => marker === 'certAuthority');
  return { kind: 'unknown', ...(authority && { certificateAuthority: place(authority) }) };
}

/** The key types written for a server, to ask it for one of those. */
export function knownKeyTypes(lines: readonly KnownHostLine[], { name, fallback }: KnownNames): string[] {
  const typesOf = (wanted: string): string[] =>
    lines
      .filter(({ marker, hosts }) => marker === undefined && matchesHosts(hosts, wanted))
      .map(({ keyType }) => keyType);
  const types = typesOf(name);
  return [...new Set(types.length > 0 || fallback === undefined ? types : typesOf(fallback))];
}

/** Whether the first field of a line names a host, which is in lower case. */
export function matchesHosts(hosts: string, name: string): boolean {
  if (!hosts.startsWith('|')) return matchesPatternList(hosts.toLowerCase().split(','), name);
  const [, version, salt, hash] = hosts.split('|');
  return version === '1' && !!salt && hashName(name, Buffer.from(salt, 'base64')) === hash;
}

/** A line for a new key, without a newline. A hashed name doesn't tell a reader of the file which host it is. */
export function formatKnownHost(name: string, key: Buffer, hashed: boolean): string {
  const salt = randomBytes(20);
  const hosts = hashed ? `|1|${salt.toString('base64')}|${hashName(name, salt)}` : name;
  return `${hosts} ${keyTypeOf(key)} ${key.toString('base64')}`;
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function hashName(name: string, salt: Buffer): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

const place = ({ file, line }: FileLine): FileLine => ({ file, line });
