import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Driver } from '../host/driver';
import type { RunningLab } from '../lab/control';
import { run } from '../support/run';

/** Two environments of the lab as a team has them, each with a host behind HAProxy. */
export async function configureStory({ workspace, urls }: RunningLab): Promise<void> {
  const file = path.join(workspace, 'swapdeck.yaml');
  const lab = await readFile(file, 'utf8');
  const environments = `environments:
  staging:
    probe: { url: "${urls.haproxy}", every: 10ms }
    applications:
      adara:
        targets: [host-a]
        strategy: canary
        steps: ["20%", "60%", "100%"]
        hold: 2s
        router: edge
        drain: 5s
        standby: 1
  production:
    after: staging
    protection: type-name
    probe: { url: "${urls.fleet}", every: 20ms }
    applications:
      adara: { targets: [host-b], strategy: blue-green, router: fleet, drain: 5s, keep: 2 }
`;
  await writeFile(file, lab.slice(0, lab.indexOf('environments:')) + environments);
  await commit(workspace, 'Deploy to staging and production');
}

/**
 * A release reaches its users, is replaced while they are served, and comes back; then the same is told in a terminal.
 * `picture` is called at each point worth showing.
 */
export async function playDeploy(
  driver: Driver,
  { workspace }: RunningLab,
  picture: (name: string) => Promise<unknown>,
): Promise<void> {
  const application = driver.row('Environments', 'adara');
  const cleared = (): Promise<void> => driver.command('Notifications: Clear All Notifications');
  const deployed = driver.notification('is live in staging');
  const limit = { timeout: 180_000 };

  await driver.openContainer('Swapdeck');
  await driver.fold(driver.row('Environments', 'On this machine'));
  await driver.hasText(application, 'nothing is live');
  await driver.rowAction(application, 'Deploy');
  await driver.pick('Build the workspace');
  await driver.press(driver.notification('The plan is ready'), 'Deploy');
  await deployed.waitFor(limit);
  await cleared();

  await greet(workspace, 'Welcome to Adara');
  await commit(workspace, 'Welcome people by name');
  await driver.rowAction(application, 'Deploy');
  await driver.pick('Build the workspace');
  const plan = driver.notification('The plan is ready');
  await plan.waitFor(limit);
  await picture('plan');
  await driver.press(plan, 'Deploy');
  const running = driver.row('Deployments', /\d+\/\d+ /);
  await running.waitFor(limit);
  await driver.rowAction(running, 'Show Traffic');
  await deployed.waitFor(limit);
  await picture('traffic');
  await cleared();

  await driver.unfold(driver.row('Containers', 'host-a'));
  const container = driver.row('Containers', /^adara/);
  await container.waitFor(limit);
  await driver.rowAction(container, 'Follow Logs');
  await driver.terminalHas('listens on port');
  await picture('containers');
  await driver.command('View: Close All Editors');

  await driver.rowAction(application, 'Roll Back');
  await driver.page.locator('.quick-input-list .monaco-list-row').first().click();
  await driver.press(driver.notification('The plan is ready'), 'Roll Back');
  await deployed.waitFor(limit);
  await picture('rolled-back');
  await cleared();

  await driver.openTerminal();
  await driver.command('View: Toggle Maximized Panel');
  for (const [at, command] of [
    'rollback staging adara --yes 2>&1 | tail -n 9',
    'history staging adara',
    'status',
  ].entries()) {
    await driver.runInTerminal(`swapdeck ${command}; echo "exit code $? of ${at + 1}"`);
    await driver.page
      .locator('.terminal-wrapper.active .xterm-rows', { hasText: new RegExp(`exit code \\d of ${at + 1}`) })
      .waitFor(limit);
  }
  await picture('deploy-terminal');
}

/** Changes what the sample service says. */
async function greet(workspace: string, text: string): Promise<void> {
  const file = path.join(workspace, 'src', 'main', 'java', 'adara', 'Pages.java');
  const source = await readFile(file, 'utf8');
  await writeFile(file, source.replace('Adara', text));
}

async function commit(workspace: string, message: string): Promise<void> {
  const author = ['-c', 'user.name=anna', '-c', 'user.email=anna@localhost'];
  await run('git', ['add', '.'], { cwd: workspace });
  await run('git', [...author, 'commit', '--quiet', '--message', message], { cwd: workspace });
}
