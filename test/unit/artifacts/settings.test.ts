import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { mirrorOf } from '../../../src/artifacts/mirrors';
import { proxyOf } from '../../../src/artifacts/proxy';
import {
  mavenLocalRepository,
  plainPassword,
  readMavenSettings,
  type MavenSettings,
} from '../../../src/artifacts/settings';

describe("Maven's settings", () => {
  let home: string;
  let maven: string;

  beforeEach(async () => {
    home = await makeTempDir('settings');
    maven = path.join(home, 'maven');
    for (const folder of ['.m2', 'maven/conf', 'maven/bin', 'path'])
      await mkdir(path.join(home, folder), { recursive: true });
  });
  afterEach(() => removeDir(home));

  const user = (body: string): Promise<void> =>
    writeFile(
      path.join(home, '.m2', 'settings.xml'),
      `<?xml version="1.0"?>\n<settings>${body}</settings>\n`,
    );
  const installation = (body: string): Promise<void> =>
    writeFile(path.join(maven, 'conf', 'settings.xml'), `<settings>${body}</settings>`);
  const read = (env: Record<string, string> = {}): Promise<MavenSettings> =>
    readMavenSettings({ home, env: { MAVEN_HOME: maven, ...env } });

  it('are those of a machine without any: the central repository and ~/.m2/repository', async () => {
    const { localRepository, repositories, offline } = await read();
    assert.equal(localRepository, path.join(home, '.m2', 'repository'));
    assert.deepEqual(
      repositories.map(({ id }) => id),
      ['central'],
    );
    assert.equal(offline, false);
  });

  it('of the user count more than those of the installation, which is found by the path', async () => {
    await user(
      '<localRepository>${user.home}/kept</localRepository><mirrors><mirror><id>a</id><url>http://u/</url><mirrorOf>*</mirrorOf></mirror></mirrors>',
    );
    await installation(
      '<localRepository>/other</localRepository><mirrors><mirror><id>a</id><url>http://i</url><mirrorOf>x</mirrorOf></mirror><mirror><id>b</id><url>http://b</url><mirrorOf>y</mirrorOf></mirror></mirrors>',
    );
    await writeFile(path.join(maven, 'bin', 'mvn'), '');
    await writeFile(path.join(maven, 'bin', 'mvn.cmd'), '');
    const program = process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
    await symlink(path.join(maven, 'bin', program), path.join(home, 'path', program));
    const { localRepository, mirrors } = await readMavenSettings({
      home,
      env: { PATH: ['/nowhere', path.join(home, 'path')].join(path.delimiter) },
    });
    assert.equal(localRepository, path.join(home, 'kept'));
    assert.deepEqual(
      mirrors.map(({ id, url }) => [id, url]),
      [
        ['a', 'http://u'],
        ['b', 'http://b'],
      ],
    );
  });

  it('name repositories in profiles that are active, or are so by default', async () => {
    const profile = (id: string, extra = ''): string =>
      `<profile><id>${id}</id>${extra}<repositories><repository><id>r-${id}</id><url>https://${id}.example/m2/</url><snapshots><enabled>false</enabled></snapshots></repository></repositories></profile>`;
    const isDefault = '<activation><activeByDefault>true</activeByDefault></activation>';
    await user(`<profiles>${profile('one')}${profile('two', isDefault)}</profiles>`);
    assert.deepEqual((await read()).repositories[0], {
      id: 'r-two',
      url: 'https://two.example/m2',
      releases: true,
      snapshots: false,
    });
    await installation('<activeProfiles><activeProfile>one</activeProfile></activeProfiles>');
    assert.deepEqual(
      (await read()).repositories.map(({ id }) => id),
      ['r-one', 'central'],
    );
  });

  it('hold credentials with variables filled in, and headers', async () => {
    await user(
      `<servers><server><id>s</id><username>ann</username><password>\${env.TOKEN}</password><configuration><httpHeaders><property><name>Job-Token</name><value>t</value></property></httpHeaders></configuration></server>
       <server><id>e</id><username>ann</username><password>{COQLCE6DU6GtcS5P=}</password></server></servers>`,
    );
    const { servers } = await read({ TOKEN: 'pw' });
    assert.deepEqual(
      [servers[0]?.user, servers[0]?.password, servers[0]?.headers],
      ['ann', 'pw', { 'Job-Token': 't' }],
    );
    assert.equal(plainPassword(servers[0]!), 'pw');
    assert.throws(() => plainPassword(servers[1]!), { reason: 'encryptedPassword' });
  });

  it('that were not written to their end, or are of another kind, are refused', async () => {
    for (const text of ['<settings><mirrors>', 'hello', '<html></html>', '']) {
      await writeFile(path.join(home, '.m2', 'settings.xml'), text);
      await assert.rejects(read(), { reason: 'settings' }, text);
      assert.equal(await mavenLocalRepository(home), path.join(home, '.m2', 'repository'));
    }
  });

  it('send mirrors in the place of repositories', () => {
    const repository = (id: string, url = `https://${id}.example`) => ({
      id,
      url,
      releases: true,
      snapshots: false,
    });
    const mirrors = [
      ['named', 'central'],
      ['http', 'external:http:*'],
      ['some', 'a, b'],
      ['all', '*,!kept'],
    ].map(([id = '', mirrorOf = '']) => ({ id, mirrorOf, url: `http://${id}`, blocked: id === 'http' }));
    const of = (id: string, url?: string): string | undefined =>
      mirrorOf(repository(id, url), { mirrors })?.id;
    assert.equal(of('central'), 'named');
    assert.equal(of('plain', 'http://plain.example'), 'http');
    assert.equal(of('near', 'http://localhost:8081'), 'all');
    assert.equal(of('b'), 'some');
    assert.equal(of('other'), 'all');
    assert.equal(of('kept'), undefined);
  });

  it('name proxies, and hosts that are asked without one', async () => {
    await user(
      `<proxies><proxy><id>off</id><active>false</active><host>off</host></proxy>
       <proxy><id>on</id><protocol>http</protocol><host>proxy</host><port>3128</port><nonProxyHosts>*.near|localhost</nonProxyHosts></proxy></proxies>`,
    );
    const settings = await read();
    const of = (url: string): string | undefined => proxyOf(new URL(url), settings)?.id;
    assert.equal(of('https://far.example/x'), 'on');
    assert.equal(of('https://a.near/x'), undefined);
    assert.equal(of('http://localhost:8081/x'), undefined);
    assert.equal(of('https://near/x'), 'on');
  });
});
