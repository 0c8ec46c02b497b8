import { mkdir, symlink, truncate } from 'node:fs/promises';
import path from 'node:path';
import type { Driver } from '../host/driver';
import type { Replicas } from '../sample/replicas';
import { root } from '../support/paths';
import { becomes, welcomeLine } from './editAndSave';

/** A folder with `swapdeck` on it, for a terminal. */
export async function commandFolder(home: string): Promise<string> {
  const folder = path.join(home, 'bin');
  await mkdir(folder, { recursive: true });
  await symlink(path.join(root, 'dist', 'cli.js'), path.join(folder, 'swapdeck'));
  return folder;
}

/** Forgets the server's key, as for somebody who connects for the first time. */
export async function forgetServer({ home }: Pick<Replicas, 'home'>): Promise<void> {
  await truncate(path.join(home, '.ssh', 'known_hosts'));
}

/**
 * The second half of the product, as a person meets it: replicas behind SSH are attached, a save lands on all of them,
 * is compared, and taken back; then the same from a terminal. `picture` is called at each point worth showing.
 */
export async function playReplicas(
  driver: Driver,
  { names, services }: Pick<Replicas, 'names' | 'services'>,
  picture: (name: string) => Promise<unknown>,
): Promise<void> {
  const { page } = driver;
  const jvm = (name: string): ReturnType<Driver['row']> => driver.row('Environments', name);
  // A class that answered is loaded.
  for (const service of services) await service.get();
  await driver.openContainer('Swapdeck');
  await driver.fold(driver.row('Environments', 'On this machine'));
  await driver.openFile('Greeting.java', welcomeLine);
  for (const [at, name] of names.entries()) {
    await driver.rowAction(jvm(name), 'Attach');
    if (at === 0) {
      const question = page.locator('.monaco-dialog-box');
      await question.waitFor();
      await picture('ssh');
      await question.locator('.monaco-button', { hasText: 'Trust and Connect' }).click();
    }
    await driver.hasText(jvm(name), 'Java');
  }

  const say = async (text: string): Promise<void> => {
    await driver.openFile('Greeting.java', welcomeLine);
    await driver.replaceLine(`        return "${text}";`);
    await driver.save();
    for (const service of services) await becomes(service, text);
  };
  await say('One.');
  await say('Hello from all three!');
  await driver.tooltip(driver.statusItem(/\d+ class/));
  await picture('fleet');

  await driver.command('Swapdeck: Undo Swap');
  for (const service of services) await becomes(service, 'One.');
  await driver.row('Swaps', /undo: 1 class/).waitFor();
  await picture('undo');

  await driver.rowAction(jvm(names[0]!), 'Compare With Running');
  const changed = driver.row('Comparison', 'Greeting');
  await driver.unfold(driver.row('Comparison', 'Changed'));
  await changed.waitFor();
  await changed.click();
  await page.locator('.monaco-diff-editor').waitFor();
  await picture('compare');

  // One debugger at a time.
  await driver.rowAction(jvm(names[0]!), 'Detach');
  await driver.command('View: Close All Editors');
  await driver.openTerminal();
  await driver.command('View: Toggle Maximized Panel');
  const commands = ['predict', 'swap', 'compare'].map((name) => `${name} --jvm ${names[0]}`);
  for (const [at, command] of [...commands, 'history'].entries()) {
    await driver.runInTerminal(`swapdeck ${command}; echo "exit code $? of ${at + 1}"`);
    await page
      .locator('.terminal-wrapper.active .xterm-rows', { hasText: new RegExp(`code \\d of ${at + 1}`) })
      .waitFor();
  }
  await picture('terminal');
}
