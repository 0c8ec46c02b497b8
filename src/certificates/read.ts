import { X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemCode } from '../util/errors';
import { CertificateError } from './errors';
import { subjectOf } from './facts';
import type { CertificateFiles, CertificateSet } from './model';
import { readCertificates, readKey } from './pem';

/**
 * Reads a certificate with its key and its chain. Rejects with `CertificateError`; nothing of the key is in any error.
 */
export async function readSet(
  files: CertificateFiles,
  password: string | undefined,
  signal?: AbortSignal,
): Promise<CertificateSet> {
  return files.kind === 'pfx' ? readPfx(files.pfx, password, signal) : readPem(files, password, signal);
}

/** The certificate that PEM files hold, for which no password is needed. Rejects with `CertificateError`. */
export async function readLeaf(
  { certificate: file }: CertificateFiles & { kind: 'pem' },
  signal?: AbortSignal,
): Promise<X509Certificate> {
  return readCertificates(await bytesOf(file, signal), file)[0]!;
}

async function readPem(
  { certificate, key: keyFile, chain }: CertificateFiles & { kind: 'pem' },
  password: string | undefined,
  signal: AbortSignal | undefined,
): Promise<CertificateSet> {
  const listed = readCertificates(await bytesOf(certificate, signal), certificate);
  if (chain !== undefined) listed.push(...readCertificates(await bytesOf(chain, signal), chain));
  const key = readKey(await bytesOf(keyFile, signal), keyFile, password);
  const own = ownOf(listed, key, keyFile);
  const ordered = ordering(own, listed);
  const stray = listed.find((each) => !ordered.includes(each));
  if (stray) throw new CertificateError('chainBroken', 'not in the chain', { subject: subjectOf(stray) });
  if (ordered.some((each, index) => each !== listed[index])) {
    const order = ordered.map(subjectOf).join(' -> ');
    throw new CertificateError('chainOrder', `the right order is ${order}`, { order });
  }
  return { leaf: own, chain: ordered.slice(1), key };
}

/** A PFX file has no order, and often more in it than is needed. */
async function readPfx(
  file: string,
  password: string | undefined,
  signal: AbortSignal | undefined,
): Promise<CertificateSet> {
  const bytes = await bytesOf(file, signal);
  const { readPkcs12 } = await import('./pkcs12');
  const open = (): ReturnType<typeof readPkcs12> => {
    if (password !== undefined) return readPkcs12(bytes, password, file);
    // Programs do not agree on what no password is.
    for (const none of ['', null])
      try {
        return readPkcs12(bytes, none, file);
      } catch (error) {
        if (!(error instanceof CertificateError) || error.reason !== 'wrongPassword') throw error;
      }
    throw new CertificateError('noPassword', `${file} is protected`, { file });
  };
  const { keys, certificates } = open();
  const [key, another] = keys;
  if (!key) throw new CertificateError('noKey', `${file} has no key`, { file });
  if (another) throw new CertificateError('severalKeys', `${file} has several keys`, { file });
  if (certificates.length === 0)
    throw new CertificateError('notCertificate', `${file} has no certificate`, { file });
  const found = certificates.map((der) => new X509Certificate(der));
  const leaf = ownOf(found, key, file);
  return { leaf, chain: ordering(leaf, found).slice(1), key };
}

/** The certificate that a key belongs to. */
function ownOf(certificates: readonly X509Certificate[], key: KeyObject, file: string): X509Certificate {
  const own = certificates.find((each) => each.checkPrivateKey(key));
  if (own) return own;
  const subject = subjectOf(certificates[0]!);
  throw new CertificateError('keyMismatch', `the key is not of ${subject}`, { subject, file });
}

/** A certificate, then each issuer that is among the others. */
function ordering(leaf: X509Certificate, among: readonly X509Certificate[]): X509Certificate[] {
  const ordered = [leaf];
  for (let at: X509Certificate | undefined = leaf; at;) {
    const below: X509Certificate = at;
    at = among.find(
      (each) => !ordered.includes(each) && below.checkIssued(each) && below.verify(each.publicKey),
    );
    if (at) ordered.push(at);
  }
  return ordered;
}

async function bytesOf(file: string, signal: AbortSignal | undefined): Promise<Buffer> {
  try {
    return await readFile(file, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const code = systemCode(error);
    throw new CertificateError('unreadable', `${file} can't be read`, { file, code }, error);
  }
}
