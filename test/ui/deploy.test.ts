import assert from 'node:assert/strict';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { Driver } from '../../scripts/host/driver';
import { startWorkbench, type Workbench } from '../../scripts/host/workbench';
import { outDir, root } from '../../scripts/support/paths';
import { answering, commitRelease, prepareScene, sceneMachines, type DeployScene } from '../lab/deployScene';
import { useLab } from '../lab/machines/suite';

/** What a person does and sees, in this order: each step goes on from where the one before it ended. */
describe('the story of a deployment, through the user interface', function () {
  this.bail(true);
  this.timeout(240_000);
  const suite = useLab({ machines: sceneMachines });
  let scene: DeployScene;
  let workbench: Workbench;
  let driver: Driver;
  const releases: string[] = [];

  before(async function () {
    this.timeout(600_000);
    scene = await prepareScene(suite.lab, path.join(suite.lab.folder, 'adara'), 'type-name');
    releases.push(await commitRelease(scene, 'Answer'));
    workbench = await startWorkbench({
      workspace: scene.workspace,
      extensions: [root],
      env: scene.env,
    });
    driver = new Driver(workbench.page, path.join(outDir, 'ui', 'deploy'));
    await driver.ready();
  });

  after(async () => {
    await (workbench as Workbench | undefined)?.close();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await driver.picture('failed');
  });

  /** The row of the application in `staging`, the first environment. */
  const application = (): Locator => driver.row('Environments', 'adara');
  const inPick = (text: string | RegExp): Locator =>
    driver.page.locator('.quick-input-widget', { hasText: text }).first();
  const titleAction = (title: string): Locator =>
    driver.page.locator(
      `.editor-group-container.active .editor-actions .action-label[aria-label^="${title}"]`,
    );
  const cleared = async (): Promise<void> => driver.command('Notifications: Clear All Notifications');

  it('shows what is live where, and what can not be told', async () => {
    await driver.openContainer('Swapdeck');
    await driver.hasText(application(), 'nothing is live');
    await driver.hasText(driver.row('Environments', 'quotes'), 'not supported yet: Kubernetes');
    await driver.picture('1-nothing-live');
  });

  it('asks for application, release and environment, with a way back', async () => {
    await driver.command('Swapdeck: Deploy...');
    await inPick('Deploy (1/3)').waitFor();
    await driver.pick('adara');
    await inPick('Deploy (2/3)').waitFor();
    await driver.hasText(inPick('Build the workspace'), releases[0]!);
    await driver.picture('2-release');
    await driver.page.locator('.quick-input-widget .quick-input-left-action-bar .action-label').click();
    await inPick('Deploy (1/3)').waitFor();
    await driver.pick('adara');
    await driver.pick('Build the workspace');
    await inPick('Deploy (3/3)').waitFor();
    await driver.picture('3-environment');
    await driver.pick('staging');
  });

  it('shows the plan before anything is done, and executes it from its title', async () => {
    await driver.notification('The plan is ready').waitFor();
    await titleAction('Execute Plan').waitFor();
    await driver.picture('4-plan');
    assert.equal(await suite.lab.machine('host-a').succeed(['docker', 'ps', '--all', '--quiet']), '');
    await titleAction('Execute Plan').click();
    await driver.notification('is live in staging').waitFor({ timeout: 120_000 });
    await titleAction('Execute Plan').waitFor({ state: 'hidden' });
    assert.equal(await answering(scene), releases[0]);
    await driver.hasText(application(), `${releases[0]} · just now · by`);
    await driver.hasText(driver.row('Deployments', 'adara'), 'staging · done');
    await driver.picture('5-first');
  });

  it('replaces the release from its row, with progress, and tells how it went in a receipt', async () => {
    await cleared();
    releases.push(await commitRelease(scene, 'Answer better'));
    await driver.rowAction(application(), 'Deploy');
    await driver.hasText(inPick('Build the workspace'), `1 commit since ${releases[0]}`);
    await driver.picture('6-commits');
    await driver.pick('Build the workspace');
    await driver.press(driver.notification('The plan is ready'), 'Deploy');
    await Promise.all([
      driver.hasText(application(), /\d+\/\d+ /),
      driver.row('Deployments', /staging · \d+\/\d+ /).waitFor(),
    ]);
    await driver.picture('7-running');
    const told = driver.notification('is live in staging');
    await told.waitFor({ timeout: 120_000 });
    assert.match(await told.innerText(), / 0 lost; answered by /);
    await driver.picture('8-receipt-notification');
    await driver.press(told, 'Show Receipt');
    await driver.editorLine('answered by').waitFor();
    await driver.picture('9-receipt');
    assert.equal(await answering(scene), releases[1]);
  });

  it('tells what each step of a deployment did', async () => {
    await driver.unfold(driver.row('Deployments', `adara ${releases[1]}`));
    const step = driver.row('Deployments', /^Send all users to/);
    await step.click();
    await driver.editorLine('done after').waitFor();
    await driver.picture('10-step');
  });

  it('goes back to the release before from its row', async () => {
    await cleared();
    await driver.rowAction(application(), 'Roll Back');
    await driver.hasText(inPick('Roll adara Back in staging'), releases[0]!);
    await driver.picture('12-roll-back');
    await driver.pick(releases[0]!);
    await driver.press(driver.notification('The plan is ready'), 'Roll Back');
    await driver.notification(/is live in staging/).waitFor({ timeout: 120_000 });
    assert.equal(await answering(scene), releases[0]);
    await driver.picture('13-rolled-back');
  });

  it('deploys to a protected environment once its name is typed, and marks what drifted elsewhere', async () => {
    await cleared();
    releases.push(await commitRelease(scene, 'Answer best'));
    await driver.command('Swapdeck: Deploy...');
    await driver.pick('adara');
    await driver.pick('Build the workspace');
    await driver.pick('production');
    await driver.press(driver.notification('The plan is ready'), 'Deploy');
    const input = driver.page.locator('.quick-input-widget .quick-input-box input');
    await input.fill('staging');
    await driver.page.keyboard.press('Enter');
    await inPick('Type "production".').waitFor();
    await driver.picture('14-type-name');
    await input.fill('production');
    await driver.page.keyboard.press('Enter');
    await driver.notification('is live in production').waitFor({ timeout: 120_000 });
    await driver.hasText(application(), `drifted: ${releases.at(-1)} runs on host-a`);
    await driver.picture('15-drifted');
  });
});
