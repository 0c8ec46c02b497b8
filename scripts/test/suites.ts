import { readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { browserHostUnsupported, ensureBrowserHost } from '../host/install';
import { ensureJdk } from '../support/jdk';
import { ensureBuildTools } from '../support/buildTools';
import { outDir, root } from '../support/paths';
import { tryRun } from '../support/run';
import { createSampleWorkspace } from '../sample/workspace';
import type { Results } from './results';

export interface SuiteOptions {
  /** Only tests whose full title contains this text. */
  readonly grep?: string;
}

/** One of the parts of `npm test`. */
export interface Suite {
  readonly title: string;
  readonly run: (options: SuiteOptions) => Promise<Results>;
}

const reporter = path.join(root, 'scripts', 'test', 'reporter.ts');
const resultsFile = (name: string): string => path.join(outDir, 'test', `${name}.json`);

/** Reads what the reporter left; a run that ended before it could counts as one failure. */
async function readResults(name: string, code: number): Promise<Results> {
  const text = await readFile(resultsFile(name), 'utf8').catch(() => undefined);
  if (text === undefined)
    return { passed: 0, failed: [`${name}: ended before its results were written`], skipped: [] };
  const results = JSON.parse(text) as Results;
  const odd = code !== 0 && results.failed.length === 0;
  return odd ? { ...results, failed: [`${name}: ended with exit code ${code}`] } : results;
}

/** Runs test files of a folder with mocha, all in one process. */
async function mocha(
  name: string,
  timeoutMs: number,
  { grep }: SuiteOptions,
  files = `test/${name}/**/*.test.ts`,
): Promise<Results> {
  await rm(resultsFile(name), { force: true });
  const limitMs = 15 * 60_000;
  const { code } = await tryRun(
    process.execPath,
    [
      path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
      ...['--reporter', reporter, '--timeout', String(timeoutMs)],
      ...(grep === undefined ? [] : ['--fgrep', grep]),
      files,
    ],
    { cwd: root, show: true, limitMs, env: { SWAPDECK_RESULTS: resultsFile(name) } },
  );
  if (code === 124) console.error(`${files} did not end within ${limitMs / 60_000} minutes.`);
  return readResults(name, code);
}

/** The same with each file in a process of its own: what one leaves open is not found by the next. */
async function mochaFileByFile(name: string, timeoutMs: number, options: SuiteOptions): Promise<Results> {
  const folder = path.join(root, 'test', name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sum = { passed: 0, failed: [] as string[], skipped: [] as Results['skipped'][number][] };
  for (const file of files.filter((each) => each.endsWith('.test.ts')).sort()) {
    console.log(`-- test/${name}/${file}`);
    const { passed, failed, skipped } = await mocha(name, timeoutMs, options, path.join(folder, file));
    sum.passed += passed;
    sum.failed.push(...failed.map((title) => `${file}: ${title}`));
    sum.skipped.push(...skipped);
  }
  return sum;
}

/** Bundles the tests that run inside VS Code, one file each; mocha stays outside so that they share one. */
async function bundleEditorTests(): Promise<string> {
  const source = path.join(root, 'test', 'editor');
  const outdir = path.join(outDir, 'test', 'editor');
  await rm(outdir, { recursive: true, force: true });
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  await build({
    entryPoints: files
      .filter((file) => file === 'index.ts' || file.endsWith('.test.ts'))
      .map((file) => path.join(source, file)),
    outbase: source,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return path.join(outdir, 'index.js');
}

/** Where the browser-served VS Code runs it is used, for it needs no display; elsewhere the desktop's is downloaded. */
async function editorExecutable(): Promise<string | undefined> {
  if (process.env.SWAPDECK_TEST_VSCODE === 'desktop' || browserHostUnsupported()) return undefined;
  await ensureBrowserHost();
  return path.join(root, 'scripts', 'host', 'launcher.mjs');
}

async function editor({ grep }: SuiteOptions): Promise<Results> {
  const vscodeExecutablePath = await editorExecutable();
  const extensionTestsPath = await bundleEditorTests();
  const workspace = await createSampleWorkspace(await ensureJdk());
  await rm(resultsFile('editor'), { force: true });
  try {
    const code = await runTests({
      ...(vscodeExecutablePath === undefined ? {} : { vscodeExecutablePath }),
      extensionDevelopmentPath: root,
      extensionTestsPath,
      launchArgs: [workspace.dir, '--disable-extensions'],
      extensionTestsEnv: {
        SWAPDECK_RESULTS: resultsFile('editor'),
        ...(grep === undefined ? {} : { SWAPDECK_GREP: grep }),
      },
    }).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      return 1;
    });
    return await readResults('editor', code);
  } finally {
    await workspace.remove();
  }
}

async function ui(options: SuiteOptions): Promise<Results> {
  const reason = browserHostUnsupported();
  if (reason) return { passed: 0, failed: [], skipped: [{ title: 'stories driven through the UI', reason }] };
  await ensureBrowserHost();
  return mochaFileByFile('ui', 180_000, options);
}

/** In the order in which they run; the quickest first. */
export const suites: Readonly<Record<string, Suite>> = {
  unit: { title: 'Unit', run: (options) => mocha('unit', 20_000, options) },
  integration: {
    title: 'Integration: real JVMs',
    run: async (options) => {
      await ensureJdk();
      await ensureBuildTools();
      return mochaFileByFile('integration', 120_000, options);
    },
  },
  editor: { title: 'Editor: inside a real VS Code', run: editor },
  ui: { title: 'Stories: a real VS Code driven through its UI', run: ui },
};
