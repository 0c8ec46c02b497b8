import type { X509Certificate } from 'node:crypto';
import type { JsonObject } from '../util/json';

/** What a certificate says, as plain JSON. */
export interface CertificateFacts extends JsonObject {
  /** SHA-256 of its DER form, lower case hex without colons. */
  readonly fingerprint: string;
  /** Common name, or all of the subject. */
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses of the subject alternative name (RFC 5280 section 4.2.1.6). */
  readonly names: readonly string[];
  /** ISO dates. */
  readonly validFrom: string;
  readonly validTo: string;
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    fingerprint: fingerprintOf(certificate),
    subject: subjectOf(certificate),
    issuer: commonName(certificate.issuer),
    names: namesOf(certificate),
    validFrom: isoDate(certificate.validFrom),
    validTo: isoDate(certificate.validTo),
  };
}

export function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

export function subjectOf({ subject }: X509Certificate): string {
  return commonName(subject);
}

function commonName(name: string | undefined): string {
  // A certificate may have no subject: its names are elsewhere.
  return /^CN=(.*)$/m.exec(name ?? '')?.[1] ?? (name ?? '').replaceAll('\n', ', ');
}

function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName.split(', ').flatMap((each) => /^(?:DNS|IP Address):(.+)$/.exec(each)?.[1] ?? []);
}

function isoDate(text: string): string {
  return new Date(text).toISOString();
}
