import assert from 'node:assert/strict';
import { copyFile, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { migratedName, migrateWar } from '../../src/targets/tomcat/migrate';
import { readWar } from '../../src/targets/tomcat/war';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { tomcatHome } from '../lab/tomcat/distribution';
import { TomcatNode } from '../lab/tomcat/node';
import { callsOf, TomcatRunner } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';
import { lastLine, startCli } from './support/cli';

describe('the conversion of a WAR to jakarta.servlet', function () {
  this.timeout(120_000);
  let folder: string;
  let war: string;
  let home: string;

  before(async function () {
    this.timeout(300_000);
    folder = await makeTempDir('migrate');
    war = path.join(folder, 'my shop.war');
    await copyFile((await randomQuotes('1.0.0', 'javax')).file, war);
    home = await tomcatHome(11);
  });
  after(() => removeDir(folder));

  it('makes a WAR beside it that Tomcat 11 serves, with the tool of a Tomcat', async () => {
    const lines: string[] = [];
    const file = await migrateWar({
      war,
      homes: ['/nowhere', home],
      cache: folder,
      onLine: (line) => lines.push(line),
    });
    assert.equal(file, path.join(folder, 'my shop-jakarta.war'));
    const { namespace, artifact } = await readWar(file);
    assert.equal(namespace, 'jakarta');
    assert.match(lines.join('\n'), /migration/i);
    const node = await TomcatNode.start({ major: 11 });
    try {
      const runner = new TomcatRunner();
      const calls = callsOf(node);
      await runner.ask(calls.deployUpload({ path: '/shop', version: '1' }, { file, artifact }, 60_000));
      assert.equal((await fetch(`${node.url}/shop/health`)).status, 200);
    } finally {
      await node.dispose();
    }
  });

  it('leaves nothing when it is aborted, or the file is none', async () => {
    const junk = path.join(folder, 'junk.war');
    await writeFile(junk, 'junk');
    await assert.rejects(migrateWar({ war: junk, homes: [home], cache: folder }), { reason: 'notWar' });
    const other = path.join(folder, 'other.war');
    await copyFile(war, other);
    const abort = new AbortController();
    const migrating = migrateWar(
      { war: other, homes: [home], cache: folder, onLine: () => abort.abort() },
      abort.signal,
    );
    await assert.rejects(migrating, { reason: 'aborted' });
    const left = async (): Promise<string[]> =>
      (await readdir(folder)).filter((name) => name.startsWith('other'));
    assert.deepEqual(await left(), ['other.war']);
    // One that was killed left that; another one goes on.
    const killed = path.join(folder, 'other-jakarta.war.17.part');
    await writeFile(killed, '');
    await utimes(killed, new Date(0), new Date(0));
    await writeFile(path.join(folder, 'other-jakarta.war.18.part'), '');
    await migrateWar({ war: other, homes: [home], cache: folder });
    assert.deepEqual((await left()).sort(), ['other-jakarta.war', 'other-jakarta.war.18.part', 'other.war']);
  });

  it('fetches the tool where no Tomcat has it, from where the settings of Maven say', async () => {
    const file = await migrateWar({
      war,
      cache: path.join(folder, 'cache'),
      env: { ...process.env, CATALINA_HOME: '' },
    });
    assert.equal((await readWar(file)).namespace, 'jakarta');
  });

  it('is a command', async () => {
    const argv = ['convert', path.basename(war), '--json'];
    const { code, stdout } = await startCli(folder, argv, { CATALINA_HOME: home }).ended;
    assert.equal(code, 0);
    assert.deepEqual(lastLine(stdout), { war: migratedName(war) });
  });
});
