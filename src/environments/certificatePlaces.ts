import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { CertificateError } from '../certificates/errors';
import type { CertificateFiles, CertificateSet } from '../certificates/model';
import { readSet } from '../certificates/read';
import { ConfigError } from '../config/errors';
import type { Certificate, CertificatePlace, SwapdeckConfig } from '../config/model';
import { resolveText, type ValueProviders } from '../config/resolve';
import { readEndpoint } from '../config/values';
import type { Endpoint } from '../contracts/channel';
import { THIS_MACHINE, type HostName } from '../contracts/deployCall';
import type { TomcatManager } from '../targets/tomcat/model';
import { AbortedError } from '../util/errors';
import { EnvironmentError } from './errors';
import { managerOf } from './tomcatApplication';
import { withVariables } from './variables';

/** A server that gets a certificate. Its texts are those of calls. */
export interface ServingPlace extends Pick<CertificatePlace, 'files' | 'mode' | 'reload' | 'test'> {
  /** Unique among the places of its certificate: of its Tomcat or its host, then a number where there are several. */
  readonly name: string;
  /** Where the files are written, and where it is asked from. */
  readonly host: HostName;
  /** The name that users type. */
  readonly serves: string;
  readonly endpoint: Endpoint;
  /** What is asked for in a handshake; an address is no name (RFC 6066 section 3). */
  readonly servername?: string;
  /** Reads the files again, in place of `reload`. */
  readonly manager?: TomcatManager;
}

/** What is needed to know a certificate and where it goes. */
export interface CertificateParts {
  readonly config: SwapdeckConfig;
  readonly providers: ValueProviders;
  /** The folder of `swapdeck.yaml`. */
  readonly folder: string;
}

/** Throws `EnvironmentError` `unknownCertificate`. */
export function certificateOf({ config }: Pick<CertificateParts, 'config'>, name: string): Certificate {
  const certificate = config.certificates[name];
  if (certificate) return certificate;
  const known = Object.keys(config.certificates).join(', ');
  throw new EnvironmentError('unknownCertificate', `no certificate ${name}`, { name, known });
}

/** The servers that get a certificate. Throws `ConfigError` `variableMissing` or `badAddress`. */
export function placesOf(
  { places }: Certificate,
  { config, providers }: Pick<CertificateParts, 'config' | 'providers'>,
): ServingPlace[] {
  const taken = new Map<string, number>();
  return places.map((raw) => {
    const { host, tomcat, files, mode, serves, at, reload, test } = withVariables(raw, providers);
    const manager = tomcat === undefined ? undefined : managerOf(tomcat, config.tomcats[tomcat]!, providers);
    const where = host ?? manager?.through ?? THIS_MACHINE;
    const base = tomcat ?? where;
    const count = (taken.get(base) ?? 0) + 1;
    taken.set(base, count);
    const url = URL.canParse(serves) ? new URL(serves) : undefined;
    const name = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
    const port = url?.port === '' ? 443 : Number(url?.port);
    const endpoint = at === undefined ? { host: '127.0.0.1', port } : readEndpoint(at);
    if (!url || !endpoint)
      throw new ConfigError('badAddress', 'gives no address', { address: url ? raw.at : raw.serves });
    return {
      name: count === 1 ? base : `${base}-${count}`,
      host: where,
      serves: name,
      endpoint,
      ...(isIP(name) === 0 && { servername: name }),
      files,
      mode,
      reload,
      ...(test && { test }),
      ...(manager && { manager }),
    };
  });
}

/** The files of a certificate on this machine. Rejects with `ConfigError`. */
export async function filesOf(
  { files }: Certificate,
  { providers, folder }: CertificateParts,
  signal?: AbortSignal,
): Promise<CertificateFiles> {
  const local = async (text: string): Promise<string> =>
    resolve(folder, await resolveText(text, providers, signal));
  if (files.kind === 'pfx') return { kind: 'pfx', pfx: await local(files.pfx) };
  return {
    kind: 'pem',
    certificate: await local(files.certificate),
    key: await local(files.key),
    chain: files.chain === undefined ? undefined : await local(files.chain),
  };
}

/**
 * A certificate of the configuration with its key. Where a person can be asked, a password that is not right is asked for
 * again. Rejects with `CertificateError` or `ConfigError`.
 */
export async function readCertificate(
  certificate: Certificate,
  parts: CertificateParts,
  signal?: AbortSignal,
): Promise<CertificateSet> {
  const { password } = certificate;
  const files = await filesOf(certificate, parts, signal);
  if (password === undefined) return readSet(files, undefined, signal);
  const { providers } = parts;
  const [, secret] = /^\$\{secret:([^{}]+)\}$/.exec(password) ?? [];
  if (secret === undefined || !providers.credentials)
    return readSet(files, await resolveText(password, providers, signal), signal);
  let refused: CertificateError | undefined;
  let given: string | undefined;
  for (;;) {
    given = await providers.credentials.password(secret, given, signal);
    if (given === undefined) throw refused ?? new AbortedError('a password');
    try {
      const set = await readSet(files, given, signal);
      await providers.credentials.accepted(secret, given);
      return set;
    } catch (error) {
      if (!(error instanceof CertificateError) || error.reason !== 'wrongPassword') throw error;
      refused = error;
    }
  }
}
