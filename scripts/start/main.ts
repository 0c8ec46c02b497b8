import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSample } from '../sample/sample';
import { Cleanup, Interrupted } from '../support/cleanup';
import { root } from '../support/paths';
import { run } from '../support/run';
import { openInBrowser } from './browser';
import { findDesktop, openDesktop } from './desktop';
import { playHeadless } from './headless';

const usage = `npm start [-- --headless | --browser] [--vsix FILE]
  The sample application, running, and VS Code on a copy of it with the extension. Ctrl-C ends everything.
  --browser   serves VS Code to a browser even where the desktop's is installed
  --headless  plays attach, edit and save with a scripted browser, prints the latency and keeps pictures
  --vsix      installs that package into a clean, browser-served VS Code instead of what was just built`;

/** Resolves to the exit code. */
async function main(cleanup: Cleanup): Promise<number> {
  const { values } = parseArgs({
    options: {
      headless: { type: 'boolean' },
      browser: { type: 'boolean' },
      vsix: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { vsix } = values;
  if (vsix === undefined) {
    await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { show: true });
  }
  cleanup.check();
  const sample = await cleanup.own(startSample(), (started) => started.close());
  console.log(`The sample answers at ${sample.service.url}/ (Java ${sample.jdk.major}).`);
  if (values.headless) {
    await playHeadless(sample, vsix, cleanup);
    return 0;
  }
  const desktop = values.browser || vsix !== undefined ? undefined : findDesktop();
  const editor = desktop
    ? await openDesktop(desktop, sample.workspace.dir, cleanup)
    : await openInBrowser(sample.workspace.dir, vsix, cleanup);
  console.log(`
${editor}

1. Choose Swapdeck in the activity bar, and Attach on the row hello-local.
2. Open src/main/java/hello/greeting/Greeting.java, change a text, save.
3. Ask ${sample.service.url}/ again: the answer is new, and nothing was restarted.

Ctrl-C ends everything.`);
  await cleanup.interrupted;
  return 0;
}

const cleanup = new Cleanup();
void main(cleanup)
  .catch((error: unknown) => {
    if (error instanceof Interrupted) return 130;
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    return 1;
  })
  .then(async (code) => {
    await cleanup.run();
    process.exit(code);
  });
