import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { outDir } from '../support/paths';
import { startWorkbench, type Workbench } from './workbench';

/** The arguments of desktop VS Code that a test run uses; the others are ignored. */
interface Arguments {
  readonly extensions: string[];
  readonly tests?: string;
  readonly workspace?: string;
}

function parse(argv: readonly string[]): Arguments {
  const all = (name: string): string[] =>
    argv.filter((argument) => argument.startsWith(`--${name}=`)).map((a) => a.slice(name.length + 3));
  const tests = all('extensionTestsPath')[0];
  const workspace = argv.find((argument) => !argument.startsWith('-') && existsSync(argument));
  return {
    extensions: all('extensionDevelopmentPath').map((folder) => path.resolve(folder)),
    ...(tests === undefined ? {} : { tests: path.resolve(tests) }),
    ...(workspace === undefined ? {} : { workspace: path.resolve(workspace) }),
  };
}

/** What the workbench itself logs to the console; tests print nothing that looks like it. */
const noise =
  /^(\[|Creating a socket|Resolv|Updating additional|Failed to load|getaddrinfo|An unknown error|Timed out waiting for authentication|CodeExpectedError|Error: Could not locate the bindings|.*\bopen-vsx|%c|Error while fetching the extension under development)/;

/** Connects what the extension host prints, and its exit code, to this process. */
async function connect(page: Page, exit: (code: number) => void): Promise<void> {
  await page.exposeFunction('codeAutomationLog', (type: string, values: unknown[]) => {
    if (noise.test(String(values[0])) && !process.env.SWAPDECK_HOST_LOG) return;
    if (type === 'error' || type === 'warn') console.error(...values);
    else console.log(...values);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => exit(code));
  page.on('crash', () => {
    console.error('The page of the browser-served VS Code crashed.');
    exit(1);
  });
}

async function main(): Promise<number> {
  let over = false;
  let settle: (code: number) => void = () => undefined;
  const result = new Promise<number>((resolve) => (settle = resolve));
  const exit = (code: number): void => {
    over = true;
    settle(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => exit(130));

  const { tests, workspace, extensions } = parse(process.argv.slice(2));
  const workbench: Workbench = await startWorkbench({
    extensions,
    ...(tests === undefined ? {} : { tests }),
    ...(workspace === undefined ? {} : { workspace }),
    onPage: (page) => connect(page, exit),
  });
  void workbench.server.ended.then((code) => {
    if (over) return;
    console.error(`The VS Code server ended (exit ${code}).\n${workbench.server.log()}`);
    exit(1);
  });
  const limit = Number(process.env.SWAPDECK_EDITOR_TEST_LIMIT_MS ?? 1_200_000);
  const timer = setTimeout(() => {
    const picture = path.join(outDir, 'test', 'time-limit.png');
    console.error(`The tests did not end within ${limit} ms; see ${picture}.`);
    void mkdir(path.dirname(picture), { recursive: true })
      .then(() => workbench.page.screenshot({ path: picture }))
      .catch(() => undefined)
      .finally(() => exit(124));
  }, limit);
  const code = await result;
  clearTimeout(timer);
  await workbench.close();
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
