import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { systemCode } from '../util/errors';
import { CertificateError } from './errors';

/** A block of a PEM file (RFC 7468), with its lines of encapsulation. */
interface Block {
  readonly label: string;
  readonly text: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
const CERTIFICATES: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);
const ENCRYPTED = /^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m;

function blocksOf(text: string): Block[] {
  return [...text.matchAll(BLOCK)].map(([block, label = '']) => ({ label, text: block }));
}

/** The certificates of a PEM file, in its order; one may be in DER. Throws `CertificateError` `notCertificate`. */
export function readCertificates(bytes: Buffer, file: string): X509Certificate[] {
  const blocks = blocksOf(bytes.toString('latin1')).filter(({ label }) => CERTIFICATES.has(label));
  try {
    const found = blocks.map(({ text }) => new X509Certificate(text));
    return found.length > 0 ? found : [new X509Certificate(bytes)];
  } catch (error) {
    throw new CertificateError('notCertificate', `${file} is no certificate`, { file }, error);
  }
}

/**
 * The private key of a PEM file: PKCS #8, PKCS #1 or SEC 1, protected or not. Throws `CertificateError` `noKey`,
 * `severalKeys`, `noPassword`, `wrongPassword`, `unsupported`.
 */
export function readKey(bytes: Buffer, file: string, password: string | undefined): KeyObject {
  const [block, another] = blocksOf(bytes.toString('latin1')).filter(({ label }) =>
    label.endsWith('PRIVATE KEY'),
  );
  if (!block) throw new CertificateError('noKey', `${file} has no key`, { file });
  if (another) throw new CertificateError('severalKeys', `${file} has several keys`, { file });
  const isEncrypted = ENCRYPTED.test(block.text);
  if (isEncrypted && password === undefined)
    throw new CertificateError('noPassword', `${file} is protected`, { file });
  try {
    return createPrivateKey({ key: block.text, ...(isEncrypted && { passphrase: password }) });
  } catch (error) {
    // Never the cause: it may quote what it could not read.
    if (!isEncrypted) throw new CertificateError('noKey', `${file} has no key that can be read`, { file });
    // With a wrong password some files decrypt to nonsense, which fails in other words.
    const reason = systemCode(error) === 'ERR_OSSL_EVP_UNSUPPORTED' ? 'unsupported' : 'wrongPassword';
    throw new CertificateError(reason, `${file} can't be decrypted`, { file });
  }
}
