import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../../scripts/support/run';

export interface IssueOptions {
  /** What the files are called; `server` unless given. */
  readonly name?: string;
  /** Subject alternative names; `DNS:www.example.com` unless given. */
  readonly names?: string;
  readonly key?: 'ec' | 'rsa';
  readonly bits?: number;
  /** As OpenSSL has it: `20200101000000Z`. */
  readonly from?: string;
  readonly to?: string;
  readonly digest?: 'sha256' | 'sha1';
  readonly purpose?: 'serverAuth' | 'clientAuth';
}

/** PEM files of a certificate; the key is PKCS #8 without a password. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** A private authority, made by OpenSSL for a test: a root, and an intermediate that issues. */
export class Authority {
  readonly folder: string;
  readonly root: string;
  readonly intermediate: string;
  #serial = 10;

  private constructor(folder: string) {
    this.folder = folder;
    this.root = path.join(folder, 'root.pem');
    this.intermediate = path.join(folder, 'intermediate.pem');
  }

  static async found(folder: string): Promise<Authority> {
    await mkdir(folder, { recursive: true });
    const authority = new Authority(folder);
    await writeFile(path.join(folder, 'ca.cnf'), configuration);
    await authority.#newKey('root', { key: 'ec' });
    await authority.#newKey('intermediate', { key: 'ec' });
    await authority.#openssl(
      ...['req', '-x509', '-key', 'root.key', '-subj', '/CN=Lab Root', '-days', '3650', '-out', 'root.pem'],
      ...['-extensions', 'authority', '-config', 'ca.cnf'],
    );
    await authority.#sign('intermediate', 'Lab Intermediate', 'root', 'authority', {});
    return authority;
  }

  /** A certificate that the intermediate issued. */
  async issue(options: IssueOptions = {}): Promise<Issued> {
    const { name = 'server', names = 'DNS:www.example.com', purpose = 'serverAuth' } = options;
    await this.#newKey(name, options);
    const extensions = `[leaf]\nsubjectAltName=${names}\nextendedKeyUsage=${purpose}\n`;
    await writeFile(path.join(this.folder, `${name}.cnf`), `${configuration}${extensions}`);
    await this.#sign(name, name, 'intermediate', 'leaf', options);
    return { certificate: this.#file(`${name}.pem`), key: this.#file(`${name}.key`) };
  }

  /** A PFX file of it, with its chain, as `openssl pkcs12 -export` with these arguments makes it. */
  async pfx({ certificate, key }: Issued, password: string, ...args: string[]): Promise<string> {
    const file = this.#file(`${path.basename(certificate, '.pem')}.pfx`);
    await this.#openssl(
      ...['pkcs12', '-export', '-in', certificate, '-inkey', key, '-certfile', this.intermediate],
      ...['-out', file, '-passout', `pass:${password}`, ...args],
    );
    return file;
  }

  async openssl(...args: string[]): Promise<void> {
    await this.#openssl(...args);
  }

  async #newKey(name: string, { key = 'ec', bits = 2048 }: IssueOptions): Promise<void> {
    const kind =
      key === 'ec'
        ? ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
        : ['RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`];
    await this.#openssl('genpkey', '-algorithm', ...kind, '-out', `${name}.key`);
  }

  async #sign(
    name: string,
    subject: string,
    by: string,
    extensions: string,
    options: IssueOptions,
  ): Promise<void> {
    const { from, to, digest = 'sha256' } = options;
    const config = extensions === 'authority' ? 'ca.cnf' : `${name}.cnf`;
    await this.#openssl(
      ...['req', '-new', '-key', `${name}.key`, '-subj', `/CN=${subject}`, '-out', `${name}.csr`],
      ...['-config', config],
    );
    await writeFile(this.#file('index.txt'), '');
    await writeFile(this.#file('serial'), `${this.#serial++}\n`);
    await this.#openssl(
      ...['ca', '-batch', '-notext', '-config', config, '-in', `${name}.csr`, '-out', `${name}.pem`],
      ...['-cert', `${by}.pem`, '-keyfile', `${by}.key`, '-extensions', extensions, '-md', digest],
      // Clocks of processes differ where one is faked.
      ...['-startdate', from ?? inDays(-1)],
      ...(to === undefined ? ['-days', '90'] : ['-enddate', to]),
    );
  }

  #file(name: string): string {
    return path.join(this.folder, name);
  }

  async #openssl(...args: string[]): Promise<void> {
    await run('openssl', args, { cwd: this.folder });
  }
}

/** As OpenSSL has dates. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
}

const configuration = `[req]
distinguished_name=dn
[dn]
[ca]
default_ca=lab
[lab]
database=index.txt
serial=serial
new_certs_dir=.
policy=any
unique_subject=no
[any]
commonName=supplied
[authority]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
`;
