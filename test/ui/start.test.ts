import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ensureChromium } from '../../scripts/host/chromium';
import { Driver } from '../../scripts/host/driver';
import { root } from '../../scripts/support/paths';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';

/** `npm start` as a person runs it, with everything it makes below one folder. */
class Start {
  private constructor(
    private readonly child: ChildProcess,
    readonly temp: string,
    readonly editor: string,
    readonly sample: string,
  ) {}

  static async run(): Promise<Start> {
    const temp = await makeTempDir('start');
    const child = spawn(process.execPath, [path.join(root, 'scripts', 'start.mjs'), '--browser'], {
      env: { ...process.env, TMPDIR: temp, TEMP: temp, TMP: temp },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output.includes('Ctrl-C ends everything')) break;
    }
    const [sample, editor] = [/answers at (\S+)/, /served at\s+(\S+)/].map((line) => line.exec(output)?.[1]);
    assert.ok(sample && editor, output);
    return new Start(child, temp, editor, sample);
  }

  async interrupt(): Promise<void> {
    this.child.kill('SIGINT');
    const [code] = (await once(this.child, 'exit')) as [number | null];
    assert.equal(code, 0);
  }
}

describe('npm start', () => {
  const greeting = path.join(
    root,
    'samples',
    'hello',
    'src',
    'main',
    'java',
    'hello',
    'greeting',
    'Greeting.java',
  );
  const started: Start[] = [];

  after(async () => {
    for (const { temp } of started) await removeDir(temp);
  });

  it('serves an editor that any browser can use, works twice, and Ctrl-C ends everything', async () => {
    const before = await readFile(greeting, 'utf8');
    started.push(...(await Promise.all([Start.run(), Start.run()])));
    const [first, second] = started as [Start, Start];
    assert.notEqual(first.sample, second.sample);

    // A browser like a person's: nothing is injected into its pages.
    const browser = await chromium.launch({ executablePath: await ensureChromium() });
    try {
      for (const { editor, sample } of [first, second]) {
        const driver = new Driver(await browser.newPage());
        await driver.page.goto(editor);
        await driver.ready();
        await driver.openContainer('Swapdeck');
        await driver.rowAction(driver.row('Environments', 'hello-local'), 'Attach');
        await driver.hasText(driver.row('Environments', 'hello-local'), 'Java');
        assert.equal((await (await fetch(sample)).text()).trim(), 'Hello, world!');
      }
    } finally {
      await browser.close();
    }

    await first.interrupt();
    await assert.rejects(fetch(first.sample), 'the sample ended');
    await assert.rejects(fetch(first.editor), 'the editor ended');
    assert.deepEqual(await leftIn(first.temp), []);
    assert.equal((await fetch(second.sample)).status, 200, 'the other one goes on');
    await second.interrupt();
    assert.deepEqual(await leftIn(second.temp), []);
    assert.equal(await readFile(greeting, 'utf8'), before, 'the checkout is as it was');
  });
});

/** Folders of ours that were left behind. */
async function leftIn(temp: string): Promise<string[]> {
  return (await readdir(temp)).filter((name) => name.startsWith('swapdeck-'));
}
