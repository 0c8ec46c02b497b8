import { isIP } from 'node:net';
import type { X509Certificate } from 'node:crypto';
import { valueAt } from './der';
import { CertificateError } from './errors';
import { factsOf, subjectOf } from './facts';
import type { CertificateSet } from './model';

/** `id-kp-serverAuth`, and the one that stands for every purpose (RFC 5280 section 4.2.1.12). */
const FOR_SERVERS: readonly string[] = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];
const LEAST_RSA_BITS = 2048;

/** Signatures that browsers refuse, by the DER of their object identifiers. */
const WEAK_SIGNATURES: readonly (readonly [hex: string, name: string])[] = [
  ['2a864886f70d010104', 'MD5'],
  ['2a864886f70d010105', 'SHA-1'],
  ['2a8648ce3d0401', 'SHA-1'],
  ['2a8648ce380403', 'SHA-1'],
];

/**
 * Whether a certificate can be served for `names` at the time `now`. Throws `CertificateError` `expired`,
 * `notYetValid`, `wrongName`, `notServer`, `weak`.
 */
export function checkSet({ leaf, chain }: CertificateSet, names: readonly string[], now: number): void {
  for (const each of [leaf, ...chain]) checkTime(each, now);
  for (const name of names) checkName(leaf, name);
  // Its types leave out that many certificates say nothing of it.
  const purposes = leaf.keyUsage as string[] | undefined;
  if (purposes && !purposes.some((purpose) => FOR_SERVERS.includes(purpose)))
    throw new CertificateError('notServer', 'not for servers', { subject: subjectOf(leaf) });
  for (const each of [leaf, ...chain]) checkStrength(each);
}

function checkTime(certificate: X509Certificate, now: number): void {
  const { subject, validFrom, validTo } = factsOf(certificate);
  if (Date.parse(validTo) <= now)
    throw new CertificateError('expired', `${subject} ended`, { subject, at: validTo });
  if (Date.parse(validFrom) > now)
    throw new CertificateError('notYetValid', `${subject} begins later`, { subject, at: validFrom });
}

function checkName(leaf: X509Certificate, name: string): void {
  // Browsers take no name from the subject.
  const isFor = isIP(name) === 0 ? leaf.checkHost(name, { subject: 'never' }) : leaf.checkIP(name);
  if (isFor !== undefined) return;
  const names = factsOf(leaf).names.join(', ');
  throw new CertificateError('wrongName', `${names} is not for ${name}`, { name, names });
}

function checkStrength(certificate: X509Certificate): void {
  const subject = subjectOf(certificate);
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength;
  if (asymmetricKeyType === 'rsa' && bits !== undefined && bits < LEAST_RSA_BITS)
    throw new CertificateError('weak', `RSA ${bits}`, { subject, problem: `RSA ${bits}` });
  // Nobody relies on the signature of one that signed itself.
  if (certificate.checkIssued(certificate)) return;
  const algorithm = signatureAlgorithm(certificate.raw).toString('hex');
  const weak = WEAK_SIGNATURES.find(([hex]) => hex === algorithm);
  if (weak) throw new CertificateError('weak', weak[1], { subject, problem: weak[1] });
}

/**
 * The object identifier of the signature:
 * `Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, ... }, ... }`.
 */
function signatureAlgorithm(der: Buffer): Buffer {
  const tbs = valueAt(der, 0)!.start;
  const algorithm = valueAt(der, valueAt(der, tbs)!.end)!.start;
  const { start, end } = valueAt(der, algorithm)!;
  return der.subarray(start, end);
}
