import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { BinaryReader, TruncatedError } from '../../util/bytes';
import { loadSsh2 } from './ssh2';

/** A key file as it lies there; what needs a passphrase isn't opened yet. */
export interface KeyFile {
  readonly path: string;
  readonly content: Buffer;
  /** A private key that needs a passphrase. */
  readonly encrypted: boolean;
  /** The public key (RFC 4253 section 6.6), where it can be read without a passphrase. */
  readonly publicKey?: Buffer;
  /** Only a public key: the agent or a token has the private one. */
  readonly publicOnly: boolean;
}

/** Reads a key file, and the `.pub` beside it where that helps; `undefined` when it isn't there or is no key. */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  const content = await readFile(path).catch(() => undefined);
  const beside = await readFile(`${path}.pub`).catch(() => undefined);
  const found = content ?? beside;
  if (found === undefined) return undefined;

  const text = found.toString('latin1');
  const publicHalf = beside && publicKeyOf((await loadSsh2()).utils.parseKey(beside));
  if (text.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) {
    const header = openSshHeader(text);
    if (header === undefined) return undefined;
    return { path, content: found, publicOnly: false, ...header };
  }
  if (/^Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----|^Encryption: aes/m.test(text))
    return {
      path,
      content: found,
      encrypted: true,
      publicOnly: false,
      ...(publicHalf && { publicKey: publicHalf }),
    };

  const parsed = await parse(found);
  const publicKey = publicKeyOf(parsed);
  if (parsed instanceof Error || publicKey === undefined) return undefined;
  return { path, content: found, encrypted: false, publicOnly: !parsed.isPrivateKey(), publicKey };
}

/** The private key; an error when the passphrase is wrong or the file is of no kind ssh2 knows. */
export async function openKeyFile({ content }: KeyFile, passphrase?: string): Promise<ParsedKey | Error> {
  return parse(content, passphrase);
}

async function parse(content: Buffer, passphrase?: string): Promise<ParsedKey | Error> {
  const { parseKey } = (await loadSsh2()).utils;
  if (!/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(content.toString('latin1')))
    return passphrase === undefined ? parseKey(content) : parseKey(content, passphrase);
  // PKCS#8, which ssh2 doesn't read: through Node's own reader to the older form.
  try {
    const key = createPrivateKey(passphrase === undefined ? content : { key: content, passphrase });
    const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
    return parseKey(key.export({ format: 'pem', type }));
  } catch (thrown) {
    return thrown as Error;
  }
}

function publicKeyOf(key: ParsedKey | Error): Buffer | undefined {
  return key instanceof Error ? undefined : key.getPublicSSH();
}

/**
 * The unencrypted part of OpenSSH's format (PROTOCOL.key): `openssh-key-v1\0`, string cipher, string kdf,
 * string kdf options, u32 number of keys, string public key, ...
 */
function openSshHeader(text: string): Pick<KeyFile, 'encrypted' | 'publicKey'> | undefined {
  const base64 = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text)?.[1] ?? '';
  const reader = new BinaryReader(Buffer.from(base64, 'base64'));
  const string = (): Buffer => reader.view(reader.u32());
  try {
    if (reader.view(15).toString('latin1') !== 'openssh-key-v1\0') return undefined;
    const encrypted = string().toString('latin1') !== 'none';
    string();
    string();
    if (reader.u32() < 1) return undefined;
    return { encrypted, publicKey: Buffer.from(string()) };
  } catch (thrown) {
    if (thrown instanceof TruncatedError) return undefined;
    throw thrown;
  }
}
