import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { Driver } from '../../scripts/host/driver';
import { startWorkbench, type Workbench } from '../../scripts/host/workbench';
import { startSample, type Sample } from '../../scripts/sample/sample';
import { answers, editAndSave, say, welcomeLine } from '../../scripts/story/editAndSave';
import { outDir, root } from '../../scripts/support/paths';

/** What a person does and sees, in this order: each step goes on from where the one before it ended. */
describe('the story of a save, through the user interface', function () {
  this.bail(true);
  let sample: Sample;
  let workbench: Workbench;
  let driver: Driver;
  const ends: (() => Promise<void>)[] = [];

  before(async () => {
    sample = await startSample();
    ends.push(() => sample.close());
    workbench = await startWorkbench({ workspace: sample.workspace.dir, extensions: [root] });
    ends.push(() => workbench.close());
    driver = new Driver(workbench.page, path.join(outDir, 'ui'));
    await driver.ready();
  });

  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await driver.picture('failed');
  });

  const jvm = (): Locator => driver.row('Environments', 'hello-local');

  it('lists the JVM of swapdeck.yaml and attaches with one click', async () => {
    await driver.openContainer('Swapdeck');
    await driver.hasText(jvm(), `localhost:${sample.service.ports.jdwp}`);
    await driver.picture('1-environments');
    await driver.rowAction(jvm(), 'Attach');
    await driver.hasText(jvm(), `Java ${sample.jdk.major}`);
    await driver.statusItem('1 JVM').waitFor();
    await driver.picture('2-attached');
  });

  it('makes a saved text the next answer, and tells the parts of the latency', async () => {
    assert.equal(await sample.service.get(), 'Hello, world!');
    const { parts } = await editAndSave(driver, sample, say('Hello, Swapdeck!'));
    for (const part of ['compile', 'send', 'verify']) assert.ok(part in parts, `the tooltip tells '${part}'`);
    await driver.row('Swaps', '1 class').waitFor();
    await driver.hasText(jvm(), '1 class');
    await driver.picture('3-swapped');
  });

  it('marks the swapped method until the next edit', async () => {
    await editAndSave(driver, sample, say('Marked.'));
    await driver.marks().first().waitFor();
    await driver.page.keyboard.insertText(' ');
    // By itself it would stay for some seconds.
    await driver.marks().first().waitFor({ state: 'hidden', timeout: 2000 });
    await driver.page.keyboard.press('Backspace');
  });

  it('says in plain words why an added method is refused, and the service goes on as before', async () => {
    await driver.openFile('Greeting.java', welcomeLine + 1);
    await driver.replaceLine('    }\n    static String added() {\n        return "added";\n    }');
    await driver.save();
    const refusal = driver.notification('a method was added');
    await refusal.waitFor();
    await driver.row('Swaps', 'refused').waitFor();
    await driver.statusItem('refused').waitFor();
    await driver.picture('4-refused');
    assert.equal(await sample.service.get(), 'Marked.');
  });

  it('takes the edit back with the button of the refusal', async () => {
    await driver.focusEditor();
    await driver.editorLine('String added').waitFor();
    await driver.press(driver.notification('a method was added'), 'Undo the Edit');
    await driver.editorLine('String added').waitFor({ state: 'hidden' });
    await editAndSave(driver, sample, say('Back on track.'));
  });

  it('shows a compile error at its place, and swaps nothing', async () => {
    await driver.openFile('Greeting.java', welcomeLine);
    await driver.replaceLine('        return greeting;');
    await driver.save();
    await driver.page.locator('.squiggly-error').first().waitFor();
    await driver.picture('5-compile-error');
    assert.equal(await sample.service.get(), 'Back on track.');
    await editAndSave(driver, sample, say('Compiles again.'));
    await driver.page.locator('.squiggly-error').first().waitFor({ state: 'hidden' });
  });

  it('holds saves back while paused, and swaps them on resume', async () => {
    await driver.command('Swapdeck: Pause Swap on Save');
    await driver.statusItem('paused').waitFor();
    await driver.openFile('Greeting.java', welcomeLine);
    await driver.replaceLine(say('Held back.').text);
    await driver.save();
    await classHolds(sample, 'Held back.');
    assert.equal(await sample.service.get(), 'Compiles again.');
    await driver.command('Swapdeck: Resume Swap on Save');
    await answers(sample, 'Held back.');
  });

  it('waits for a JVM that was killed and goes on when it is back', async () => {
    await sample.stop();
    await driver.hasText(jvm(), 'lost, connecting again');
    await driver.statusItem('1 JVM lost').waitFor();
    await driver.picture('6-lost');
    await sample.restart();
    await driver.hasText(jvm(), `Java ${sample.jdk.major}`);
    await editAndSave(driver, sample, say('After the restart.'));
    await driver.picture('7-back');
  });

  it('detaches, and leaves the service running with the last swap', async () => {
    await driver.rowAction(jvm(), 'Detach');
    await driver.hasText(jvm(), `localhost:${sample.service.ports.jdwp}`);
    await driver.statusItem(/JVM|class/).waitFor({ state: 'hidden' });
    assert.equal(await sample.service.get(), 'After the restart.');
  });
});

/** Waits until the compiled class of the greeting contains that text. */
async function classHolds(sample: Sample, text: string): Promise<void> {
  const file = path.join(sample.workspace.classes, 'hello', 'greeting', 'Greeting.class');
  const deadline = Date.now() + 30_000;
  while (!(await readFile(file)).includes(text)) {
    assert.ok(Date.now() < deadline, `the class was written within 30 s`);
    await delay(20);
  }
}
