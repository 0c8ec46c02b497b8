import * as z from 'zod';
import * as s from './scalars';

const command = (usual: string) => z.array(s.machineText).min(1).optional().describe(usual);

const keys = z.strictObject({
  host: s
    .reference('hosts')
    .optional()
    .describe('The host that the files are written on; of a Tomcat the host that leads to it, unless given.'),
  tomcat: s
    .reference('tomcats')
    .optional()
    .describe('The Tomcat whose connector serves it; it reads the files again without a restart.'),
  certificate: s.machineText
    .optional()
    .describe('The PEM file on the host; the chain follows in it, unless that has a file of its own.'),
  key: s.machineText.optional().describe('The PEM file on the host that gets the private key.'),
  chain: s.machineText.optional().describe('A PEM file on the host for the chain alone.'),
  keystore: s.machineText
    .optional()
    .describe('A key store (PKCS #12) on the host, in place of PEM files, as Tomcat has it.'),
  password: s.secret.optional().describe('The password of the key store, such as `${secret:keystore}`.'),
  alias: s.machineText
    .optional()
    .describe('The name of the key in the key store; `tomcat` without this key.'),
  mode: z
    .enum(['0600', '0640', '0400', '0440'])
    .meta({ 'x-expects': 'name' })
    .default('0600')
    .describe('Who may read the key: its owner only (`"0600"`), or its group too (`"0640"`).'),
  serves: s.httpsUrl.describe('What users type, such as `https://www.example.com/`: the name and the port.'),
  at: s.endpoint
    .optional()
    .describe(
      'Where this very server is asked, as `HOST:PORT`, as seen from the host; `127.0.0.1` and the port of `serves` without this key.',
    ),
  reload: command(
    'The command that has the new files read, as a list of words; `apachectl graceful` without this key.',
  ),
  test: command(
    'The command that tests the configuration before, as a list of words; `apachectl configtest` where Apache reads it.',
  ),
});

type Keys = z.output<typeof keys>;

/** How a server gets a certificate, and how it is asked for it. */
export interface CertificatePlace {
  /** Absent where it is the one that leads to `tomcat`. */
  host?: string;
  /** Reads the files again; else `reload` has them read. */
  tomcat?: string;
  files:
    | { kind: 'pem'; certificate: string; key: string; chain?: string }
    | { kind: 'keystore'; keystore: string; password: string; alias: string };
  mode: string;
  serves: string;
  at?: string;
  reload: string[];
  test?: string[];
}

const APACHE = 'apachectl';

function toPlace({ host, tomcat, mode, serves, at, reload, test, ...rest }: Keys): CertificatePlace {
  const { certificate = '', key = '', chain, keystore, password = '', alias = 'tomcat' } = rest;
  const tested = test ?? (reload || tomcat !== undefined ? undefined : [APACHE, 'configtest']);
  return {
    ...(host !== undefined && { host }),
    ...(tomcat !== undefined && { tomcat }),
    files:
      keystore === undefined
        ? { kind: 'pem', certificate, key, ...(chain !== undefined && { chain }) }
        : { kind: 'keystore', keystore, password, alias },
    mode,
    serves,
    ...(at !== undefined && { at }),
    reload: reload ?? [APACHE, 'graceful'],
    ...(tested && { test: tested }),
  };
}

/** Files are relative to the folder of `swapdeck.yaml`. */
export interface Certificate {
  files: { kind: 'pfx'; pfx: string } | { kind: 'pem'; certificate: string; key: string; chain?: string };
  password?: string;
  places: CertificatePlace[];
}

export const certificate = z
  .strictObject({
    pfx: s.path.optional().describe('A PFX file (PKCS #12) with the certificate, its key and its chain.'),
    certificate: s.path.optional().describe('A PEM file with the certificate; its chain may follow in it.'),
    key: s.path
      .optional()
      .describe('A PEM file with the private key; the file of the certificate without this key.'),
    chain: s.path.optional().describe('A PEM file with the chain, each certificate followed by its issuer.'),
    password: s.secret
      .optional()
      .describe('The password of the PFX file or of the key, such as `${secret:www-pfx}`.'),
    places: z
      .array(keys.transform(toPlace).describe('A server that gets the certificate.'))
      .min(1)
      .describe('The servers that get it, one after another: all of them or none.'),
  })
  .transform(({ pfx, certificate: pem = '', key = pem, chain, password, places }): Certificate => ({
    files:
      pfx === undefined
        ? { kind: 'pem', certificate: pem, key, ...(chain !== undefined && { chain }) }
        : { kind: 'pfx', pfx },
    ...(password !== undefined && { password }),
    places,
  }))
  .describe('A certificate with its key, and where it is served.');
