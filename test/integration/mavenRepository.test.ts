import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { Artifacts, type Fetched } from '../../src/artifacts/artifacts';
import { readArtifactId } from '../../src/artifacts/coordinates';
import { readMavenSettings } from '../../src/artifacts/settings';
import { latestRelease } from '../../src/artifacts/version';
import { readWar } from '../../src/targets/tomcat/war';
import { fileDigest } from '../../src/util/fileChunks';
import { deployedRepository, GROUP, RepositoryServer, writeSettings } from '../lab/maven/repository';

describe('artifacts of a Maven repository', function () {
  this.timeout(60_000);
  const shop = readArtifactId(`${GROUP}:shop`);
  let made: string;
  let home: string;
  let server: RepositoryServer;
  const extra: { close(): unknown }[] = [];

  before(async function () {
    this.timeout(300_000);
    const folder = await makeTempDir('wars');
    const war = async (name: string): Promise<string> => {
      const file = path.join(folder, `${name}.war`);
      // Several chunks of it, so that a connection can be cut in the middle.
      await writeFile(file, `${name}\n`.repeat(60_000));
      return file;
    };
    try {
      made = await deployedRepository('shop', [
        { version: '1.9.0', file: await war('1.9.0') },
        { version: '1.10.0', file: await war('1.10.0') },
        { version: '1.10.0-myfeature.1+1', file: await war('branch') },
        { version: '1.11.0-SNAPSHOT', file: await war('snapshot-1') },
        { version: '1.11.0-SNAPSHOT', file: await war('snapshot-2') },
      ]);
    } finally {
      await removeDir(folder);
    }
  });
  beforeEach(async () => {
    home = await makeTempDir('maven-home');
    server = await RepositoryServer.start(made);
    await writeSettings(home, server.url);
  });
  afterEach(async () => {
    for (const each of extra.splice(0)) each.close();
    await server.dispose();
    await removeDir(home);
  });

  const cache = (): string => path.join(home, 'cache');
  const artifacts = async (): Promise<Artifacts> =>
    new Artifacts({ settings: await readMavenSettings({ home, env: {} }), cache: cache() }, 'war');
  const fetchShop = async (version: string): Promise<Fetched> => (await artifacts()).fetch(shop, version);
  /** Everything that the cache has, checksums beside files left out. */
  const kept = async (): Promise<string[]> =>
    (await readdir(cache(), { recursive: true, withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isFile() && !/\.sha\d+$/.test(entry.name))
      .map(({ name }) => name);
  const contentOf = async ({ file }: Fetched): Promise<string> =>
    (await readFile(file, 'utf8')).split('\n')[0]!;
  const local = (version: string, name: string): string =>
    path.join(home, '.m2', 'repository', ...GROUP.split('.'), 'shop', version, name);
  const putLocal = async (from: string, version: string): Promise<string> => {
    const to = local(version, `shop-${version}.war`);
    await mkdir(path.dirname(to), { recursive: true });
    await copyFile(from, to);
    return to;
  };

  it('are listed by the metadata, the newest first, and a branch is never the latest', async () => {
    const { versions, offline } = await (await artifacts()).versions(shop);
    assert.equal(offline, undefined);
    assert.deepEqual(versions, ['1.11.0-SNAPSHOT', '1.10.0-myfeature.1+1', '1.10.0', '1.9.0']);
    assert.equal(latestRelease(versions), '1.10.0');
  });

  it('are fetched once, checked, and kept', async () => {
    const client = await artifacts();
    const progress: number[] = [];
    const timers = (): number => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const before = timers();
    const first = await client.fetch(shop, '1.10.0', (bytes, total) => progress.push(bytes / total!));
    assert.equal(await contentOf(first), '1.10.0');
    assert.equal(progress.at(-1), 1);
    assert.equal(timers(), before, 'nothing is waited for');
    assert.ok(progress.length > 1);
    const again = await client.fetch(shop, '1.10.0');
    assert.equal(again.file, first.file);
    assert.equal(server.asked.filter((each) => each.endsWith('.war')).length, 1);
    assert.equal(await contentOf(await client.fetch(shop, '1.10.0-myfeature.1+1')), 'branch');
  });

  it('are kept while they are asked for, the newest versions always, and not for ever else', async () => {
    const age = (file: string): Promise<void> => utimes(file, new Date(0), new Date(0));
    const old = await fetchShop('1.9.0');
    const version = (at: number): string =>
      path.join(path.dirname(path.dirname(old.file)), `2.${at}`, `shop-2.${at}.war`);
    for (let at = 0; at < 4; at++) {
      await mkdir(path.dirname(version(at)), { recursive: true });
      await writeFile(version(at), 'put there long ago');
      await age(version(at));
    }
    await age(old.file);
    // Asked for again: used.
    assert.equal((await fetchShop('1.9.0')).file, old.file);
    await fetchShop('1.10.0');
    const names = ['1.10.0', '1.9.0', '2.1', '2.2', '2.3'].map((each) => `shop-${each}.war`);
    assert.deepEqual((await kept()).sort(), names);
  });

  it("are taken from Maven's own folder where their checksum is right, which is never written", async () => {
    const right = await putLocal(server.file('shop', '1.10.0/shop-1.10.0.war'), '1.10.0');
    const built = await putLocal(server.file('shop', '1.10.0/shop-1.10.0.war'), '1.9.0');
    assert.equal((await fetchShop('1.10.0')).file, right);
    assert.deepEqual(
      server.asked.filter((each) => each.endsWith('.war')),
      [],
    );
    // What somebody installed there under the name of a release is another file.
    const other = await fetchShop('1.9.0');
    assert.equal(await contentOf(other), '1.9.0');
    assert.ok(other.file.startsWith(cache()));
    assert.equal(await contentOf({ file: built, version: '' }), '1.10.0');
  });

  it('of a snapshot are its newest build, by name', async () => {
    const newest = await fetchShop('1.11.0-SNAPSHOT');
    assert.match(newest.version, /^1\.11\.0-\d{8}\.\d{6}-2$/);
    assert.equal(await contentOf(newest), 'snapshot-2');
    const [first] = (await server.filesOf('shop', '1.11.0-SNAPSHOT')).filter((name) =>
      name.endsWith('-1.war'),
    );
    const build = first!.slice('shop-'.length, -'.war'.length);
    const older = await fetchShop(build);
    assert.deepEqual([older.version, await contentOf(older)], [build, 'snapshot-1']);
  });

  it('that are not what their checksum says are refused, and nothing of them is kept', async () => {
    await writeFile(server.file('shop', '1.10.0/shop-1.10.0.war'), 'changed');
    await assert.rejects(fetchShop('1.10.0'), { reason: 'checksumMismatch' });
    assert.deepEqual(await kept(), []);
  });

  it('are checked by the first checksum there is of sha256, sha512 and sha1, and without any refused', async () => {
    const file = server.file('shop', '1.10.0/shop-1.10.0.war');
    for (const algorithm of ['sha512', 'sha256'] as const) {
      await writeFile(`${file}.${algorithm}`, `${'0'.repeat(algorithm === 'sha256' ? 64 : 128)}  shop.war\n`);
      await assert.rejects(fetchShop('1.10.0'), (error: Error & { details?: { algorithm?: string } }) => {
        assert.equal(error.details?.algorithm, algorithm);
        return true;
      });
    }
    const digest = await fileDigest(file, 'sha256');
    await writeFile(`${file}.sha256`, `SHA256 (shop.war) = ${digest.toUpperCase()}\n`);
    assert.equal(await contentOf(await fetchShop('1.10.0')), '1.10.0');
    for (const name of await server.filesOf('shop', '1.10.0'))
      if (/\.war\.sha\d+$/.test(name)) await rm(server.file('shop', `1.10.0/${name}`));
    await rm(cache(), { recursive: true });
    await assert.rejects(fetchShop('1.10.0'), { reason: 'noChecksum' });
  });

  it('leave nothing behind when the connection ends in the middle, or somebody gives up', async () => {
    server.cutAfter = 100_000;
    await assert.rejects(fetchShop('1.10.0'), { reason: 'unreachable' });
    assert.deepEqual(await kept(), []);
    server.cutAfter = undefined;
    const abort = new AbortController();
    const client = await artifacts();
    await assert.rejects(
      client.fetch(shop, '1.10.0', () => abort.abort(), abort.signal),
      { reason: 'aborted' },
    );
    assert.deepEqual(await kept(), []);
  });

  it('that are not there are told with what is', async () => {
    await assert.rejects(
      fetchShop('7.0.0'),
      (error: Error & { reason?: string; details?: { known?: string } }) => {
        assert.equal(error.reason, 'unknownVersion');
        assert.match(error.details?.known ?? '', /^1\.11\.0-SNAPSHOT, .*1\.9\.0$/);
        return true;
      },
    );
    const client = await artifacts();
    await assert.rejects(client.versions(readArtifactId('lab:none')), { reason: 'unknownArtifact' });
    await assert.rejects(client.fetch(shop, '../../../etc/passwd'), { reason: 'badVersion' });
  });

  it('are asked for with the credentials of the server of the mirror, and refused without', async () => {
    server.login = { user: 'ann', password: 'pw-42' };
    await assert.rejects(fetchShop('1.10.0'), { reason: 'unauthorized' });
    const withPassword = (password: string): Promise<void> =>
      writeSettings(
        home,
        server.url,
        `<servers><server><id>lab</id><username>ann</username><password>${password}</password></server></servers>`,
      );
    await withPassword('wrong');
    await assert.rejects(
      fetchShop('1.10.0'),
      (error: Error & { reason?: string; details?: { user?: string } }) => {
        assert.deepEqual([error.reason, error.details?.user], ['unauthorized', 'ann']);
        assert.doesNotMatch(JSON.stringify(error), /wrong/);
        return true;
      },
    );
    await withPassword('{c2VjcmV0}');
    await assert.rejects(fetchShop('1.10.0'), { reason: 'encryptedPassword' });
    await withPassword('pw-42');
    assert.equal(await contentOf(await fetchShop('1.10.0')), '1.10.0');
  });

  it('are what this machine has, and that is said, when no repository can be reached or is to be asked', async () => {
    const { file } = await fetchShop('1.10.0');
    await putLocal(server.file('shop', '1.9.0/shop-1.9.0.war'), '1.9.0');
    const assertOffline = async (reason: string): Promise<void> => {
      const client = await artifacts();
      const listed = await client.versions(shop);
      assert.deepEqual([listed.versions, listed.offline?.reason], [['1.10.0', '1.9.0'], reason]);
      const got = await client.fetch(shop, '1.10.0');
      assert.deepEqual([got.file, got.offline?.reason], [file, reason]);
      assert.equal((await client.fetch(shop, '1.9.0')).offline?.reason, reason);
      await assert.rejects(client.fetch(shop, '1.11.0-SNAPSHOT'), { reason });
    };
    await writeSettings(home, server.url, '<offline>true</offline>');
    const asked = server.asked.length;
    await assertOffline('offline');
    assert.equal(server.asked.length, asked);
    await writeSettings(home, 'http://127.0.0.1:9/maven');
    await assertOffline('unreachable');
    await writeFile(file, 'damaged');
    await assert.rejects(fetchShop('1.10.0'), { reason: 'checksumMismatch' });
  });

  it('are asked for through the proxy of the settings', async () => {
    const through: string[] = [];
    const proxy: Server = createServer();
    proxy.on('connect', (request, socket: Socket) => {
      through.push(`${request.url!} ${request.headers['proxy-authorization'] ?? ''}`);
      const upstream = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      const end = (): void => {
        upstream.destroy();
        socket.destroy();
      };
      upstream.on('error', end);
      socket.on('error', end);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    extra.push(proxy);
    const { port } = proxy.address() as AddressInfo;
    const token = Buffer.from('bob:pp').toString('base64');
    await writeSettings(
      home,
      'http://maven.example/maven',
      `<proxies><proxy><host>127.0.0.1</host><port>${port}</port><username>bob</username><password>pp</password></proxy></proxies>`,
    );
    assert.equal(await contentOf(await fetchShop('1.10.0')), '1.10.0');
    assert.deepEqual([...new Set(through)], [`maven.example:80 Basic ${token}`]);
  });

  it('of the registry are those of Jolokia, and a WAR of it is one for javax.servlet', async function () {
    const settings = await readMavenSettings({ home: os.homedir() });
    const client = new Artifacts({ settings, cache: cache() }, 'war');
    const jolokia = readArtifactId('org.jolokia:jolokia-war');
    const { versions } = await client.versions(jolokia);
    assert.ok(versions.includes('1.7.1') && versions.includes('1.7.2'));
    for (const version of ['1.7.1', '1.7.2']) {
      const { file, offline } = await client.fetch(jolokia, version);
      assert.equal(offline, undefined);
      assert.equal((await readWar(file)).namespace, 'javax');
    }
  });
});
