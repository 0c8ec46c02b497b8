import { createHmac, createPrivateKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { valueAt } from './der';
import { CertificateError } from './errors';

// PKCS #12 (RFC 7292), with what protects it: PBES1 of its appendix B (files of old programs), PBES2 (RFC 8018).
// node-forge reads the structures and has the old ciphers; its own reader of whole files knows no EC keys and writes
// certificates anew, which may change them.
//
//   PFX               ::= SEQUENCE { version, authSafe ContentInfo, macData MacData OPTIONAL }
//   AuthenticatedSafe ::= SEQUENCE OF ContentInfo        -- data or encryptedData, each SafeContents
//   SafeContents      ::= SEQUENCE OF SafeBag
//   SafeBag           ::= SEQUENCE { bagId, bagValue [0], bagAttributes SET OPTIONAL }
//   MacData           ::= SEQUENCE { mac DigestInfo, macSalt, iterations DEFAULT 1 }
//
// This file is only loaded for such files, on first use.

const { asn1, util } = forge;
const { Type, Class } = asn1;
type Node = forge.asn1.Asn1;

/** What protects by a password; its types leave it out. */
interface PasswordBased {
  generatePkcs12Key(
    password: string | null,
    salt: forge.util.ByteStringBuffer,
    id: number,
    iterations: number,
    length: number,
    digest: forge.md.MessageDigest,
  ): forge.util.ByteStringBuffer;
  /** Throws for algorithms that it does not know. */
  getCipher(oid: string, parameters: Node, password: string | null): forge.cipher.BlockCipher;
}
const { pbe } = forge.pki as unknown as { readonly pbe: PasswordBased };

const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  pbes2: '1.2.840.113549.1.5.13',
} as const;

/** Digests of message authentication codes: object identifier -> name. */
const DIGESTS: Readonly<Record<string, 'sha1' | 'sha256' | 'sha384' | 'sha512'>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** What a file holds: DER forms, in no particular order. */
export interface Pkcs12Content {
  readonly keys: readonly KeyObject[];
  readonly certificates: readonly Buffer[];
}

/**
 * Opens a file. Throws `CertificateError` `notCertificate`, `wrongPassword`, `unsupported`. `null` is the password of
 * files that have none at all, as some programs write them.
 */
export function readPkcs12(bytes: Buffer, password: string | null, file: string): Pkcs12Content {
  const damaged = (cause?: unknown): CertificateError =>
    new CertificateError('notCertificate', `${file} is no PKCS #12 file`, { file }, cause);
  let pfx: Node;
  // The parser takes what there is.
  if ((valueAt(bytes, 0)?.end ?? 0) > bytes.length) throw damaged();
  try {
    pfx = parse(bytes.toString('latin1'));
    if (items(pfx).length < 2) throw damaged();
  } catch (error) {
    throw damaged(error);
  }
  const [, authSafe, macData] = items(pfx);
  // What is inside would say so too, but in as many ways as there are ciphers.
  if (macData) checkMac(macData, octets(contentOf(authSafe!)), password, file);
  try {
    const safes = items(parse(octets(contentOf(authSafe!)))).map((info) => openSafe(info, password, file));
    const bags = safes.flatMap((safe) => items(parse(safe)));
    return {
      keys: bags.flatMap((bag) => keyIn(bag, password, file)),
      certificates: bags.flatMap(certificateIn),
    };
  } catch (error) {
    throw error instanceof CertificateError ? error : damaged();
  }
}

export interface Pkcs12Parts {
  readonly key: KeyObject;
  /** DER; the key's own first. */
  readonly certificates: readonly Buffer[];
  readonly password: string;
  /** The name that programs find the key by. */
  readonly alias: string;
}

const ITERATIONS = 10_000;

/**
 * Makes a file that Java and OpenSSL read: the key protected by AES (PBES2), the certificates as they are, all of it
 * authenticated by HMAC-SHA-256. Salted: no two are alike.
 */
export function makePkcs12({ key, certificates, password, alias }: Pkcs12Parts): Buffer {
  const id = randomBytes(20).toString('latin1');
  const shrouded = key.export({
    type: 'pkcs8',
    format: 'der',
    cipher: 'aes-256-cbc',
    passphrase: password,
  });
  const own = [
    attribute(OID.friendlyName, node(Type.BMPSTRING, alias)),
    attribute(OID.localKeyId, octetString(id)),
  ];
  const bags = [
    safeBag(OID.shroudedKeyBag, parse(shrouded.toString('latin1')), own),
    ...certificates.map((der, index) => {
      const certificate = [oid(OID.x509Certificate), explicit(octetString(der.toString('latin1')))];
      return safeBag(OID.certBag, sequence(certificate), index === 0 ? own : []);
    }),
  ];
  const authenticated = toDer(sequence([dataOf(toDer(sequence(bags)))]));
  const salt = randomBytes(20).toString('latin1');
  const mac = macOf('sha256', authenticated, password, salt, ITERATIONS);
  const algorithm = sequence([oid('2.16.840.1.101.3.4.2.1'), node(Type.NULL, '')]);
  const macData = sequence([
    sequence([algorithm, octetString(mac.toString('latin1'))]),
    octetString(salt),
    integer(ITERATIONS),
  ]);
  return Buffer.from(toDer(sequence([integer(3), dataOf(authenticated), macData])), 'latin1');
}

function checkMac(macData: Node, content: string, password: string | null, file: string): void {
  const [digestInfo, salt, iterations] = items(macData);
  const [algorithm, expected] = items(digestInfo!);
  const name = oidOf(items(algorithm!)[0]!);
  const digest = DIGESTS[name];
  if (!digest) throw unsupported(file, name);
  const count = iterations ? integerOf(iterations) : 1;
  const found = macOf(digest, content, password, octets(salt!), count);
  const wanted = Buffer.from(octets(expected!), 'latin1');
  if (found.length !== wanted.length || !timingSafeEqual(found, wanted))
    throw new CertificateError('wrongPassword', `${file} has another password`, { file });
}

/** RFC 7292 appendix A. */
function macOf(
  digest: (typeof DIGESTS)[string],
  content: string,
  password: string | null,
  salt: string,
  iterations: number,
): Buffer {
  const length = forge.md[digest].create().digestLength;
  const key = pbe.generatePkcs12Key(
    password,
    util.createBuffer(salt),
    3,
    iterations,
    length,
    forge.md[digest].create(),
  );
  return createHmac(digest, Buffer.from(key.getBytes(), 'latin1'))
    .update(Buffer.from(content, 'latin1'))
    .digest();
}

/** The bytes of a SafeContents. */
function openSafe(info: Node, password: string | null, file: string): string {
  const kind = oidOf(items(info)[0]!);
  if (kind === OID.data) return octets(contentOf(info));
  if (kind !== OID.encryptedData) throw unsupported(file, kind);
  // EncryptedData ::= SEQUENCE { version, SEQUENCE { contentType, algorithm, [0] IMPLICIT OCTET STRING } }
  const [, algorithm, encrypted] = items(items(contentOf(info))[1]!);
  return decrypt(algorithm!, octets(encrypted!), password, file);
}

function keyIn(bag: Node, password: string | null, file: string): KeyObject[] {
  const [id, value] = items(bag);
  const kind = oidOf(id!);
  const content = kind === OID.keyBag || kind === OID.shroudedKeyBag ? items(value!)[0]! : undefined;
  if (!content) return [];
  if (kind === OID.keyBag) return [keyOf(toDer(content))];
  // EncryptedPrivateKeyInfo ::= SEQUENCE { algorithm, OCTET STRING }
  const [algorithm, encrypted] = items(content);
  return [keyOf(decrypt(algorithm!, octets(encrypted!), password, file))];
}

function keyOf(der: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(der, 'latin1'), format: 'der', type: 'pkcs8' });
}

function certificateIn(bag: Node): Buffer[] {
  const [id, value] = items(bag);
  if (oidOf(id!) !== OID.certBag) return [];
  const [kind, content] = items(items(value!)[0]!);
  if (oidOf(kind!) !== OID.x509Certificate) return [];
  return [Buffer.from(octets(items(content!)[0]!), 'latin1')];
}

function decrypt(algorithm: Node, bytes: string, password: string | null, file: string): string {
  const [id, parameters] = items(algorithm);
  const kind = oidOf(id!);
  // PBES1 takes the password as UTF-16, PBES2 as UTF-8.
  const given = kind === OID.pbes2 ? util.encodeUtf8(password ?? '') : password;
  let cipher: forge.cipher.BlockCipher;
  try {
    cipher = pbe.getCipher(kind, parameters!, given);
  } catch {
    throw unsupported(file, kind);
  }
  cipher.update(util.createBuffer(bytes));
  if (!cipher.finish()) throw new CertificateError('wrongPassword', `${file} has another password`, { file });
  return cipher.output.getBytes();
}

function unsupported(file: string, algorithm: string): CertificateError {
  return new CertificateError('unsupported', `${file} is protected by ${algorithm}`, { file, algorithm });
}

function parse(der: string): Node {
  return asn1.fromDer(der, false);
}

function toDer(value: Node): string {
  return asn1.toDer(value).getBytes();
}

/** The parts of a constructed value; none of another. */
function items({ value }: Node): Node[] {
  if (!Array.isArray(value)) throw new TypeError('not a constructed value');
  return value;
}

/** The content of a ContentInfo. */
function contentOf(info: Node): Node {
  return items(items(info)[1]!)[0]!;
}

/** An octet string; in BER it may come in pieces. */
function octets({ value }: Node): string {
  return Array.isArray(value) ? value.map(octets).join('') : value;
}

function oidOf({ value }: Node): string {
  return asn1.derToOid(value as string);
}

function integerOf({ value }: Node): number {
  return Number.parseInt(Buffer.from(value as string, 'latin1').toString('hex'), 16);
}

function node(type: forge.asn1.Type, value: string): Node {
  return asn1.create(Class.UNIVERSAL, type, false, value);
}
const sequence = (values: Node[]): Node => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, values);
const octetString = (bytes: string): Node => node(Type.OCTETSTRING, bytes);
const oid = (dotted: string): Node => node(Type.OID, asn1.oidToDer(dotted).getBytes());
const integer = (value: number): Node => node(Type.INTEGER, asn1.integerToDer(value).getBytes());
const explicit = (value: Node): Node => asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, true, [value]);
const dataOf = (bytes: string): Node => sequence([oid(OID.data), explicit(octetString(bytes))]);

function attribute(kind: string, value: Node): Node {
  return sequence([oid(kind), asn1.create(Class.UNIVERSAL, Type.SET, true, [value])]);
}

function safeBag(kind: string, value: Node, attributes: Node[]): Node {
  const set = asn1.create(Class.UNIVERSAL, Type.SET, true, attributes);
  return sequence([oid(kind), explicit(value), ...(attributes.length > 0 ? [set] : [])]);
}
