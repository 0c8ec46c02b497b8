import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { fingerprintOf } from '../../src/certificates/facts';
import { makePkcs12 } from '../../src/certificates/pkcs12';
import { readSet } from '../../src/certificates/read';
import type { Receipt } from '../../src/contracts/deployRecord';
import { Authority, type Issued } from '../lab/certificates/authority';
import { TlsUsers } from '../lab/certificates/users';
import { DEPLOYER, TomcatNode } from '../lab/tomcat/node';
import { lastLine, startCli, type Ran } from './support/cli';

/** One that reads PEM files, between two with key stores. */
const MAJORS = [9, 10, 11] as const;
const KEYSTORE_PASSWORD = 'changeit';

describe('a certificate on the connectors of Tomcats', function () {
  this.timeout(60_000);
  let folder: string;
  let authority: Authority;
  let nodes: TomcatNode[] = [];
  let old: Issued;

  const file = (...names: string[]): string => path.join(folder, ...names);
  const fingerprint = async ({ certificate }: Issued): Promise<string> =>
    fingerprintOf(new X509Certificate(await readFile(certificate)));

  before(async function () {
    this.timeout(300_000);
    folder = await makeTempDir('certificates-tomcat');
    authority = await Authority.found(file('authority'));
    old = await authority.issue({ name: 'old', names: 'DNS:localhost', key: 'rsa' });
    await mkdir(file('tls'));
    const { leaf, chain, key } = await readSet(
      { kind: 'pem', ...old, chain: authority.intermediate },
      undefined,
    );
    const certificates = [leaf, ...chain].map(({ raw }) => raw);
    const store = makePkcs12({ key, certificates, password: KEYSTORE_PASSWORD, alias: 'server' });
    for (const major of [9, 11]) await writeFile(file('tls', `${major}.p12`), store, { mode: 0o600 });
    await writeFile(file('tls', '10.pem'), [leaf, ...chain].join(''));
    await copyFile(old.key, file('tls', '10.key'));
    nodes = await Promise.all(
      MAJORS.map((major) =>
        TomcatNode.start({
          major,
          ...(major === 10
            ? { pem: { certificate: file('tls', '10.pem'), key: file('tls', '10.key') } }
            : { keyStore: file('tls', `${major}.p12`) }),
        }),
      ),
    );
    await configure();
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.dispose()));
    await removeDir(folder);
  });

  async function configure(alias = 'server'): Promise<void> {
    const serves = ({ tlsPort }: TomcatNode): string => `serves: "https://localhost:${tlsPort}/"`;
    const [nine, ten, eleven] = nodes as [TomcatNode, TomcatNode, TomcatNode];
    const store = (major: number, name: string): string =>
      `keystore: ${file('tls', `${major}.p12`)}, password: "\${secret:keystore}", alias: ${name}`;
    await writeFile(
      file('swapdeck.yaml'),
      `hosts:
  here: { local: true }
tomcats:
${nodes.map(({ major, manager }) => `  tomcat${major}: { manager: "${manager}", user: ${DEPLOYER.user}, password: "\${secret:tomcat}" }`).join('\n')}
certificates:
  internal:
    certificate: server.pem
    key: server.key
    places:
      - { host: here, tomcat: tomcat9, ${store(9, 'server')}, ${serves(nine)} }
      - { host: here, tomcat: tomcat10, certificate: ${file('tls', '10.pem')}, key: ${file('tls', '10.key')}, ${serves(ten)} }
      - { host: here, tomcat: tomcat11, ${store(11, alias)}, ${serves(eleven)} }
environments:
  internal: { certificates: [internal] }
`,
    );
  }

  async function bring(name: string): Promise<Issued> {
    const issued = await authority.issue({ name, names: 'DNS:localhost' });
    const chain = await readFile(authority.intermediate, 'utf8');
    await writeFile(file('server.pem'), (await readFile(issued.certificate, 'utf8')) + chain);
    await copyFile(issued.key, file('server.key'));
    return issued;
  }

  const swapdeck = (...argv: string[]): Promise<Ran> =>
    startCli(folder, argv, {
      HOME: file('home'),
      SWAPDECK_STATE: file('state'),
      SWAPDECK_SECRET_TOMCAT: DEPLOYER.password,
      SWAPDECK_SECRET_KEYSTORE: KEYSTORE_PASSWORD,
    }).ended;

  async function served(): Promise<string[]> {
    const { stdout } = await swapdeck('certificates', '--json');
    const { certificates } = lastLine(stdout) as {
      certificates: { places: { served: { fingerprint: string } }[] }[];
    };
    return certificates[0]!.places.map((place) => place.served.fingerprint);
  }

  it('is renewed by key stores and PEM files, without a restart and without a lost request', async () => {
    const issued = await bring('renewed');
    const users = await TlsUsers.come(
      nodes.map(({ tlsPort }) => tlsPort),
      authority.root,
      'localhost',
    );
    const { code, stdout, stderr } = await swapdeck('renew', 'internal', 'internal', '--yes', '--json');
    const seen = await users.leave();
    assert.equal(code, 0, stderr);
    const sha = await fingerprint(issued);
    assert.deepEqual(await served(), [sha, sha, sha]);
    assert.deepEqual(seen.lost, []);
    assert.deepEqual(seen.fingerprints, [await fingerprint(old), sha]);
    assert.match(stderr, /http GET .*\/manager\/text\/sslReload/);
    for (const secret of [KEYSTORE_PASSWORD, DEPLOYER.password])
      assert.ok(!(stdout + stderr).includes(secret));
    // Two key stores, a certificate and its key, and nothing beside them.
    assert.deepEqual((await readdir(file('tls'))).sort(), ['10.key', '10.pem', '11.p12', '9.p12']);
    for (const name of ['10.key', '11.p12', '9.p12'])
      assert.equal((await stat(file('tls', name))).mode & 0o777, 0o600, name);
  });

  it('is taken back everywhere where a Tomcat does not find its key', async () => {
    await bring('lost');
    await configure('another');
    const contents = (): Promise<Buffer[]> =>
      Promise.all(['9.p12', '10.pem', '10.key', '11.p12'].map((name) => readFile(file('tls', name))));
    const before = [await contents(), await served()];
    const { code, stdout } = await swapdeck('renew', 'internal', 'internal', '--yes', '--json');
    await configure();
    const { outcome, exact, failure } = lastLine(stdout) as Receipt;
    assert.deepEqual([code, outcome, exact], [3, 'undone', true]);
    assert.equal(failure?.details.step, 'tomcat11/install');
    assert.deepEqual([await contents(), await served()], before);
  });
});
