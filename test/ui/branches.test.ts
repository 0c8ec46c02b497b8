import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { Driver } from '../../scripts/host/driver';
import { startWorkbench, type Workbench } from '../../scripts/host/workbench';
import { outDir, root } from '../../scripts/support/paths';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { quotesRepository } from '../lab/maven/quotes';
import { GROUP, writeSettings, type RepositoryServer } from '../lab/maven/repository';
import { DEPLOYER, TomcatNode } from '../lab/tomcat/node';
import { Browser } from '../lab/tomcat/scene';

const BRANCH = '1.2.1-myfeature.1+1';

/** Each step goes on from where the one before it ended. */
describe('versions and branches, through the user interface', function () {
  this.bail(true);
  this.timeout(240_000);
  let folder: string;
  let server: RepositoryServer;
  let node: TomcatNode;
  let workbench: Workbench;
  let driver: Driver;

  before(async function () {
    this.timeout(600_000);
    server = await quotesRepository(['1.2.0', '1.2.1', BRANCH, '2.0.0']);
    node = await TomcatNode.start({ major: 10 });
    folder = await makeTempDir('branches-ui');
    await writeSettings(folder, server.url);
    await writeFile(
      path.join(folder, 'swapdeck.yaml'),
      `applications: { quotes: { maven: "${GROUP}:quotes" } }
tomcats:
  worker1: { manager: "${node.manager}", user: ${DEPLOYER.user}, password: "\${env:TOMCAT_PASSWORD}" }
environments:
  staging:
    channel: { versions: "<2" }
    applications: { quotes: { targets: [worker1], strategy: parallel, drain: 500ms } }
  production:
    channel: { prerelease: "^$", versions: "<2" }
    applications: { quotes: { targets: [worker1], strategy: parallel, drain: 500ms } }
`,
    );
    workbench = await startWorkbench({
      workspace: folder,
      extensions: [root],
      env: { HOME: folder, SWAPDECK_STATE: path.join(folder, 'state'), TOMCAT_PASSWORD: DEPLOYER.password },
    });
    driver = new Driver(workbench.page, path.join(outDir, 'ui', 'branches'));
    await driver.ready();
    await driver.openContainer('Swapdeck');
    await driver.hasText(driver.row('Environments', 'quotes'), 'nothing is live');
  });
  after(async () => {
    await (workbench as Workbench | undefined)?.close();
    await Promise.all([node.dispose(), server.dispose()]);
    await removeDir(folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await driver.picture('failed');
  });

  const choice = (text: string): Locator =>
    driver.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  const released = async (context: string): Promise<string> =>
    (await new Browser().visit(`${node.url}${context}/`)).release;
  const execute = async (button: string): Promise<void> => {
    await driver.press(driver.notification('The plan is ready'), button);
  };

  it('offers the versions of the repository, the newest release marked, apart what no environment takes and why', async () => {
    await driver.view('Deployments').locator('.monaco-button', { hasText: 'Deploy' }).click();
    await driver.hasText(choice(BRANCH), 'branch myfeature');
    await driver.hasText(choice(BRANCH), 'only to staging');
    const release = choice('the newest release');
    await driver.hasText(release, '1.2.1');
    assert.match((await release.getAttribute('class')) ?? '', /focused/, 'Enter takes it');
    await driver.hasText(choice('2.0.0'), 'staging does not take 2.0.0.');
    const rows = await driver.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
    assert.match(rows.at(-1)!, /2\.0\.0/);
    await driver.picture('1-versions');
    await release.click();
    await choice('production').waitFor();
    // And back.
    await driver.page.locator('.quick-input-widget .quick-input-left-action-bar .action-label').click();
    await release.click();
    await choice('production').waitFor();
    await driver.pick('staging');
    await execute('Deploy');
    await driver.notification('is live in staging').waitFor({ timeout: 120_000 });
    assert.equal(await released('/quotes'), '1.2.1');
  });

  it('deploys a branch beside it, only to where branches go, and shows it below the application', async () => {
    await driver.command('Notifications: Clear All Notifications');
    const application = driver.row('Environments', 'quotes');
    await driver.rowAction(application, 'Deploy');
    await driver.pick(BRANCH);
    await execute('Deploy');
    await driver.notification('is live in staging').waitFor({ timeout: 120_000 });
    assert.deepEqual([await released('/quotes-myfeature'), await released('/quotes')], [BRANCH, '1.2.1']);
    await driver.hasText(application, '1.2.1 ·');
    await driver.unfold(application);
    await driver.hasText(driver.row('Environments', 'myfeature'), `${BRANCH} · /quotes-myfeature`);
    await driver.picture('2-branch');
  });

  it('removes a branch from its row', async () => {
    await driver.command('Notifications: Clear All Notifications');
    await driver.rowAction(driver.row('Environments', 'myfeature'), 'Remove a Branch');
    await driver.notification('The plan is ready').waitFor();
    await driver.picture('3-remove');
    await driver.press(driver.notification('The plan is ready'), 'Remove');
    await driver.row('Environments', 'myfeature').waitFor({ state: 'detached', timeout: 120_000 });
    assert.deepEqual(
      [await released('/quotes-myfeature'), await released('/quotes')],
      ['status 404', '1.2.1'],
    );
  });
});
