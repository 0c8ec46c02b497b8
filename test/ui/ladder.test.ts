import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Driver } from '../../scripts/host/driver';
import { startWorkbench, type Workbench } from '../../scripts/host/workbench';
import { ensureBuildTools } from '../../scripts/support/buildTools';
import { ensureJdk } from '../../scripts/support/jdk';
import { outDir, root } from '../../scripts/support/paths';
import { freePort } from '../../scripts/support/ports';
import { run } from '../../scripts/support/run';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { DEPLOYER, TomcatNode } from '../lab/tomcat/node';
import { Browser } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';

/** A class of a web application is edited in a way that no JVM takes, and comes live all the same. */
describe('a refused edit of a web application, through the user interface', function () {
  this.bail(true);
  this.timeout(240_000);
  let folder: string;
  let node: TomcatNode;
  let workbench: Workbench;
  let driver: Driver;
  const user = new Browser();
  const page = async (): Promise<string> => (await fetch(`${node.url}/randomquotes/`)).text();

  before(async function () {
    this.timeout(600_000);
    await ensureBuildTools();
    const debug = await freePort();
    node = await TomcatNode.start({
      major: 9,
      jvmArguments: [`-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:${debug}`],
    });
    folder = await makeTempDir('ladder-ui');
    await project(folder, debug);
    const env = {
      HOME: folder,
      SWAPDECK_STATE: path.join(folder, '.state'),
      TOMCAT_PASSWORD: DEPLOYER.password,
    };
    const deploy = ['deploy', 'dev', 'randomquotes', '1.0.0', '--yes'];
    await run(process.execPath, [path.join(root, 'dist', 'cli.js'), ...deploy], { cwd: folder, env });
    workbench = await startWorkbench({
      workspace: folder,
      extensions: [root],
      // Maven's own repository is where it always is.
      env: { SWAPDECK_STATE: env.SWAPDECK_STATE, TOMCAT_PASSWORD: DEPLOYER.password },
    });
    driver = new Driver(workbench.page, path.join(outDir, 'ui', 'ladder'));
    await driver.ready();
  });
  after(async () => {
    await (workbench as Workbench | undefined)?.close();
    await node.dispose();
    await removeDir(folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await driver.picture('failed');
  });

  /** The sample as it is checked out and was built. */
  async function project(to: string, debug: number): Promise<void> {
    await cp(path.join(root, 'samples', 'randomquotes'), to, {
      recursive: true,
      filter: (file) => path.basename(file) !== 'target',
    });
    const war = path.join(to, 'quotes.war');
    await copyFile((await randomQuotes('1.0.0', 'javax')).file, war);
    const unpacked = path.join(to, 'unpacked');
    await mkdir(unpacked);
    await run((await ensureJdk()).jar, ['xf', war, 'WEB-INF/classes'], { cwd: unpacked });
    await cp(path.join(unpacked, 'WEB-INF', 'classes'), path.join(to, 'target', 'classes'), {
      recursive: true,
    });
    await rm(unpacked, { recursive: true });
    await writeFile(
      path.join(to, 'swapdeck.yaml'),
      `applications:
  randomquotes:
    war: quotes.war
    classes: [target/classes]
    sources: [src/main/java]
tomcats:
  worker1: { manager: "${node.manager}", user: ${DEPLOYER.user}, password: "\${env:TOMCAT_PASSWORD}" }
environments:
  dev:
    jvms: { tomcat: { jdwp: "127.0.0.1:${debug}", application: randomquotes } }
    applications:
      randomquotes: { targets: [worker1], strategy: parallel, drain: 500ms }
`,
    );
  }

  it('offers the ways up when the JVM refuses it, each with what it costs', async () => {
    assert.deepEqual(await user.visit(`${node.url}/randomquotes/`), { release: '1.0.0', visits: 1 });
    await driver.openContainer('Swapdeck');
    const jvm = driver.row('Environments', 'tomcat');
    await driver.rowAction(jvm, 'Attach');
    await driver.hasText(jvm, 'Java ');
    await driver.openFile('QuotePage.java', 24);
    await driver.replaceLine(
      '                + "<p>Visits: <b id=\\"visits\\">" + visits + "</b>" + added() + "</p>"',
    );
    await driver.openFile('QuotePage.java', 37);
    await driver.replaceLine(
      '  private static String added() {\n    return " so far";\n  }\n\n  private static String escape(String text) {',
    );
    await driver.save();
    const refused = driver.notification('a method was added');
    await refused.waitFor();
    await driver.picture('1-refused');
    await driver.press(refused, 'Reload or Deploy It...');
    const reload = driver.page.locator('.quick-input-list .monaco-list-row', {
      hasText: 'Reload /randomquotes',
    });
    await reload.waitFor();
    await driver.picture('2-ways-up');
    await driver.hasText(reload, 'not measured yet');
    await driver.hasText(reload, 'sessions are kept');
  });

  it('reloads the application by a plan, and users keep their sessions', async () => {
    await driver.pick('Reload /randomquotes');
    await driver.press(driver.notification('The plan is ready'), 'Reload');
    await driver.notification('runs again in dev').waitFor({ timeout: 60_000 });
    await driver.picture('3-reloaded');
    assert.match(await page(), /<\/b> so far<\/p>/);
    assert.deepEqual(await user.visit(`${node.url}/randomquotes/`), { release: '1.0.0', visits: 2 });
  });
});
