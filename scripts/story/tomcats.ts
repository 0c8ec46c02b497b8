import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { contextVersion, stampOf } from '../../src/targets/tomcat/version';
import { makeKeyStore } from '../../test/lab/tomcat/keyStore';
import { DEPLOYER, TomcatNode } from '../../test/lab/tomcat/node';
import { callsOf, TomcatRunner } from '../../test/lab/tomcat/scene';
import { randomQuotes } from '../../test/lab/tomcat/wars';
import type { Driver } from '../host/driver';
import { makeTempDir, removeDir } from '../support/tempDir';

const MINUTE_MS = 60_000;
const BEFORE_MS = 26 * 60 * MINUTE_MS;

/** Two Tomcats with two releases of the quotes, of which the older one still has users. */
export interface TomcatsStory {
  readonly workspace: string;
  readonly home: string;
  readonly urls: readonly string[];
  close(): Promise<void>;
}

export async function startTomcatsStory(): Promise<TomcatsStory> {
  const folder = await makeTempDir('tomcats');
  const workspace = path.join(folder, 'quotes');
  await mkdir(path.join(workspace, 'target'), { recursive: true });
  const { file: keyStore } = await makeKeyStore(folder);
  const nodes = await Promise.all([
    TomcatNode.start({ major: 10 }),
    TomcatNode.start({ major: 10, keyStore }),
  ]);
  const runner = new TomcatRunner();
  const at = Date.now();
  for (const [release, deployedAt] of [
    ['1.4.1', at - BEFORE_MS],
    ['1.4.2', at - 12 * MINUTE_MS],
  ] as const) {
    const war = await randomQuotes(release, 'jakarta');
    const { artifact } = war;
    const about = { application: 'quotes', version: release, artifact, configuration: 'c0ffee12' };
    const version = contextVersion(stampOf(deployedAt), about);
    for (const node of nodes) {
      await runner.ask(callsOf(node).deployUpload({ path: '/quotes', version }, war, MINUTE_MS));
      // Users who begin a session while this release is the newest.
      for (let user = 0; user < 3; user++) await fetch(`${node.url}/quotes/`);
    }
    await copyFile(war.file, path.join(workspace, 'target', 'quotes.war'));
  }
  await writeFile(path.join(workspace, 'swapdeck.yaml'), configuration(nodes));
  return {
    workspace,
    home: folder,
    urls: nodes.map(({ url }) => url),
    close: async () => {
      await Promise.all(nodes.map((node) => node.dispose()));
      await removeDir(folder);
    },
  };
}

function configuration(nodes: readonly TomcatNode[]): string {
  const servers = nodes.map(
    ({ manager }, at) =>
      `  web-${at + 1}: { manager: '${manager}', user: ${DEPLOYER.user}, password: '\${secret:tomcat}' }`,
  );
  return `applications:
  quotes:
    war: target/quotes.war
    context: /quotes

tomcats:
${servers.join('\n')}
  web-3: { manager: 'http://127.0.0.1:1/manager', user: ${DEPLOYER.user}, password: '\${secret:tomcat}' }

environments:
  production:
    protection: confirm
    applications:
      quotes: { targets: [web-1, web-2], strategy: parallel, sessions: keep }
`;
}

/**
 * The Tomcats of a team as a person meets them: asked, with a password that is told once; versions and their sessions; a
 * question before sessions are lost; the threads of a server. `picture` is called at each point worth showing.
 */
export async function playTomcats(
  driver: Driver,
  picture: (name: string) => Promise<unknown>,
): Promise<void> {
  const { page } = driver;
  const view = 'Tomcats';
  await driver.openContainer('Swapdeck');
  await driver.command('Swapdeck: Focus on Tomcats View');
  // That view comes with the configuration.
  await driver.view('Deployments').waitFor();
  for (const other of ['Environments', 'Deployments', 'Containers', 'Swaps']) await foldView(driver, other);
  await widen(driver, 130);
  const input = page.locator('.quick-input-widget .quick-input-box input');
  await driver.unfold(driver.row(view, 'web-1'));
  await input.waitFor();
  await picture('tomcats-password');
  await input.fill(DEPLOYER.password);
  await page.keyboard.press('Enter');
  await driver.hasText(driver.row(view, 'web-1'), 'Tomcat 10.1');
  await driver.row(view, /^1\.4\.1.*empty within/).waitFor();
  await driver.unfold(driver.row(view, 'web-3'));
  await driver.row(view, 'Nothing listens').waitFor();
  await driver.unfold(driver.row(view, 'web-2'));
  await driver.hasText(driver.row(view, 'web-2'), 'certificate ends');
  const details = driver
    .view(view)
    .locator('.monaco-list-row', { hasText: /^Server/ })
    .last();
  await driver.unfold(details);
  await driver.row(view, 'Threads').waitFor();
  await driver.menu(driver.row(view, 'web-1'), 'Thread Dump');
  await page.locator('.tab.active', { hasText: 'threaddump' }).waitFor();
  await driver.editorLine('"main" Id=1').waitFor();
  await page.mouse.move(1000, 330);
  await picture('tomcats');

  await driver.tooltip(driver.row(view, /^1\.4\.1/));
  await picture('tomcats-version');
  await driver.menu(driver.row(view, /^1\.4\.1/), 'Undeploy...');
  await page.locator('.monaco-dialog-box').waitFor();
  await picture('tomcats-undeploy');
  await page.keyboard.press('Escape');
  await page.locator('.monaco-dialog-box').waitFor({ state: 'hidden' });
  await driver.rowAction(driver.row(view, /^1\.4\.1/), 'Undeploy When Empty');
  await input.waitFor();
  await picture('tomcats-when-empty');
  await page.keyboard.press('Escape');
}

/** Drags the border of the side bar. */
async function widen({ page }: Driver, by: number): Promise<void> {
  const bar = (await page.locator('.part.sidebar').boundingBox())!;
  const [x, y] = [bar.x + bar.width, bar.y + bar.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 5 });
  await page.mouse.up();
}

async function foldView(driver: Driver, title: string): Promise<void> {
  const header = driver.view(title).locator('.pane-header');
  if ((await header.count()) === 0) return;
  if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
}
