import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { Driver } from '../../scripts/host/driver';
import { startWorkbench, type Workbench } from '../../scripts/host/workbench';
import { outDir, root } from '../../scripts/support/paths';
import { run } from '../../scripts/support/run';
import { useLab } from '../lab/machines/suite';
import { PFX_PASSWORD, pairCertificate } from '../lab/tomcat/certificate';
import { DEPLOYER } from '../lab/tomcat/configuration';
import { pairMachines } from '../lab/tomcat/pair';
import { PairScene } from '../lab/tomcat/pairScene';
import { Browser } from '../lab/tomcat/scene';

/** What a person does and sees, in this order: each step goes on from where the one before it ended. */
describe('the story of a pair of Tomcats, through the user interface', function () {
  this.bail(true);
  this.timeout(240_000);
  const suite = useLab({ machines: pairMachines });
  let scene: PairScene;
  let workbench: Workbench;
  let driver: Driver;
  const releases: string[] = [];
  /** Stays open from the first release on. */
  const user = new Browser();

  before(async function () {
    this.timeout(600_000);
    const certificate = await pairCertificate(path.join(suite.lab.folder, 'authority'));
    scene = await PairScene.start(suite.lab, { certificate: certificate.served });
    await certificate.bring(scene.folder);
    await scene.configure('drain: 2s, standby: 1');
    // The password is asked for: it is in no file and no variable.
    const { HOME = '', SWAPDECK_STATE = '' } = scene.env;
    await run('git', ['init', '--quiet'], { cwd: scene.folder });
    await writeFile(path.join(scene.folder, '.git', 'info', 'exclude'), '*.war\n*.pfx\n');
    await release();
    workbench = await startWorkbench({
      workspace: scene.folder,
      extensions: [root],
      env: { HOME, SWAPDECK_STATE },
      // All rows are in sight.
      viewport: { width: 1280, height: 1100 },
    });
    driver = new Driver(workbench.page, path.join(outDir, 'ui', 'tomcat'));
    await driver.ready();
  });

  after(async () => {
    await (workbench as Workbench | undefined)?.close();
    (scene as PairScene | undefined)?.dispose();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await driver.picture('failed');
  });

  /** A commit, and the WAR that a build would make of it. */
  async function release(): Promise<void> {
    await writeFile(path.join(scene.folder, 'CHANGES'), `${releases.length + 1}\n`);
    const git = (...args: string[]): Promise<string> => run('git', args, { cwd: scene.folder });
    await git('add', '--all');
    await git('-c', 'user.name=lab', '-c', 'user.email=lab@localhost', 'commit', '--quiet', '-m', 'Release');
    const version = (await git('rev-parse', '--short', 'HEAD')).trim();
    await scene.bring(version);
    releases.push(version);
  }
  const visit = (browser: Browser): ReturnType<Browser['visit']> =>
    browser.visit(`${scene.front}/randomquotes/`);
  const application = (): Locator => driver.row('Environments', 'randomquotes');
  const fleet = (): Locator => driver.row('Environments', /^jk/);
  const cleared = async (): Promise<void> => driver.command('Notifications: Clear All Notifications');
  const typeSecret = async (value: string): Promise<void> => {
    const input = driver.page.locator('.quick-input-widget:visible .quick-input-box input[type="password"]');
    await input.waitFor();
    await input.fill(value);
    await driver.page.keyboard.press('Enter');
  };
  /** Approves the plan by its notification, and waits until it is told how it went. */
  const approve = async (button: string, told: string | RegExp): Promise<string> => {
    await driver.press(driver.notification('The plan is ready'), button);
    const done = driver.notification(told);
    await done.waitFor({ timeout: 120_000 });
    return done.innerText();
  };

  it('asks for the password of the Managers until it is the right one', async () => {
    await driver.openContainer('Swapdeck');
    await typeSecret('not the password');
    await driver.page.locator('.quick-input-widget:visible', { hasText: /refused|wrong|again/i }).waitFor();
    await driver.picture('1-password');
    await typeSecret(DEPLOYER.password);
    await driver.hasText(application(), 'nothing is live');
    await driver.picture('2-nothing-live');
  });

  it('deploys the first release to both nodes from its row', async () => {
    await driver.rowAction(application(), 'Deploy');
    await driver.pick('Build the workspace');
    await driver.notification('The plan is ready').waitFor();
    await driver.picture('3-plan');
    await approve('Deploy', 'is live in production');
    assert.deepEqual(await visit(user), { release: releases[0], visits: 1 });
    await driver.picture('4-first');
  });

  it('deploys another one, while who is there stays where they are', async () => {
    await cleared();
    await release();
    await driver.rowAction(application(), 'Deploy');
    await driver.pick('Build the workspace');
    const told = await approve('Deploy', /\d+ requests/);
    assert.match(told, /is live in production.* 0 lost; answered by /);
    assert.deepEqual(await visit(user), { release: releases[0], visits: 2 });
    assert.equal((await visit(new Browser())).release, releases[1]);
    await driver.picture('5-second');
  });

  it('goes back, and new users get the release before', async () => {
    await cleared();
    await driver.rowAction(application(), 'Roll Back');
    await driver.pick(releases[0]!);
    const told = await approve('Roll Back', /is live in production/);
    assert.match(told, / 0 lost; answered by /);
    assert.equal((await visit(new Browser())).release, releases[0]);
    assert.deepEqual(await visit(user), { release: releases[0], visits: 3 });
    await driver.picture('6-rolled-back');
  });

  it('moves a node out and in again, and nobody loses a request or a session', async () => {
    await cleared();
    await driver.hasText(fleet(), '2 nodes');
    await driver.unfold(fleet());
    const { node } = place(user);
    const row = driver.row('Environments', new RegExp(`^${node}`));
    await driver.hasText(row, 'active');
    await driver.rowAction(row, 'Drain');
    await driver.pick('Move Everybody to Other Nodes');
    const told = await approve('Drain', 'gets no new users');
    assert.match(told, / 0 lost; answered by /);
    await driver.hasText(row, 'stopped: nobody');
    await driver.picture('7-drained');
    assert.deepEqual(await visit(user), { release: releases[0], visits: 4 });
    assert.notEqual(place(user).node, node);

    await cleared();
    await driver.rowAction(row, 'Activate');
    await approve('Activate', 'gets users again');
    await driver.hasText(row, 'active');
    assert.deepEqual(await visit(user), { release: releases[0], visits: 5 });
    await driver.picture('8-activated');
  });

  it('renews the certificate of both load balancers', async () => {
    await cleared();
    const row = driver.row('Environments', /^www/);
    await driver.hasText(row, '9 days left');
    await driver.picture('9-ending');
    await driver.rowAction(row, 'Renew Certificate');
    await typeSecret(PFX_PASSWORD);
    const told = await approve('Renew', 'is served until');
    assert.match(told, / 0 lost; answered by /);
    await driver.hasText(row, '89 days left');
    await driver.picture('10-renewed');
  });

  /** The node that has the session of a browser, by its route. */
  function place({ session = '' }: Browser): { node: string } {
    return { node: session.split('.').at(-1)! };
  }
});
