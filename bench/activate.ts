import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { startWorkbench } from '../scripts/host/workbench';
import { outDir, root } from '../scripts/support/paths';
import { run } from '../scripts/support/run';
import { makeTempDir, removeDir } from '../scripts/support/tempDir';
import type { Activation } from './support/activationProbe';
import { median, runBench } from './support/bench';

/**
 * What the extension costs a window that does not use it yet: activated in a real VS Code, once in each of several
 * fresh ones. `loadedKb` is everything of it that the extension host has loaded by then.
 */
const starts = 7;

/** What only attaching, swapping, compiling or reading a configuration needs; besides every third-party package. */
const heavySources = [
  'src/classfile/classFile.ts',
  'src/compile/compilerProcess.ts',
  'src/config/engine.ts',
  'src/hotswap/session.ts',
  'src/jdwp/connection.ts',
  'src/targets/jvm/discover.ts',
  'src/transport/ssh/connection.ts',
];

runBench('activate', async (say) => {
  const moved = heavySources.filter((source) => !existsSync(path.join(root, source)));
  if (moved.length > 0)
    throw new Error(`the list of heavy sources names what is not there: ${moved.join(', ')}`);
  await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')]);
  const probe = path.join(outDir, 'bench', 'activationProbe.js');
  await build({
    entryPoints: [path.join(root, 'bench', 'support', 'activationProbe.ts')],
    outfile: probe,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  });
  const activations: Activation[] = [];
  for (let start = 1; start <= starts; start++) {
    const activation = await activateOnce(probe);
    activations.push(activation);
    const { ms, requestMs } = activation;
    say(
      `start ${start} of ${starts}: ${ms.toFixed(1)} ms, with the editor's own part ${requestMs.toFixed(1)} ms`,
    );
  }
  const { loaded } = activations[0]!;
  const names = Object.keys(loaded);
  const sources = (await Promise.all(names.map(sourcesOf))).flat();
  say(`loaded: ${sources.join(', ')}`);
  const bytes = Object.values(loaded).reduce((sum, size) => sum + size, 0);
  return {
    claims: [
      { name: 'medianMs', value: median(activations.map(({ ms }) => ms)), atMost: 50 },
      { name: 'loadedKb', value: bytes / 1024, atMost: 300 },
      { name: 'heavyModules', value: sources.filter(isHeavy).length, atMost: 0 },
    ],
    figures: {
      starts,
      modules: sources.length,
      slowestMs: Math.max(...activations.map(({ ms }) => ms)),
      requestMedianMs: median(activations.map(({ requestMs }) => requestMs)),
      cpuMs: median(activations.map(({ cpuMs }) => cpuMs)),
    },
  };
});

const isHeavy = (source: string): boolean => !source.startsWith('src/') || heavySources.includes(source);

/** What a file of `dist` was made of, relative to the checkout: our sources, packages of others, or only the bundler's. */
async function sourcesOf(file: string): Promise<string[]> {
  const map = await readFile(path.join(root, 'dist', `${file}.map`), 'utf8').catch(() => undefined);
  if (map === undefined) return [file];
  const { sources } = JSON.parse(map) as { sources: string[] };
  const madeOf = sources.filter((source) => source !== file);
  return madeOf.map((source) => path.posix.normalize(path.posix.join('dist', source)));
}

/** A new VS Code with a folder that has nothing to do with Java; resolves when its extension host has told. */
async function activateOnce(probe: string): Promise<Activation> {
  const workspace = await makeTempDir('bench');
  const result = path.join(outDir, 'bench', 'activation.json');
  await mkdir(path.dirname(result), { recursive: true });
  await rm(result, { force: true });
  let ended: (code: number) => void = () => undefined;
  const exit = new Promise<number>((resolve) => (ended = resolve));
  const workbench = await startWorkbench({
    workspace,
    extensions: [root],
    tests: probe,
    env: { SWAPDECK_ACTIVATION: result },
    onPage: async (page) => {
      await page.exposeFunction('codeAutomationLog', () => undefined);
      await page.exposeFunction('codeAutomationExit', (code: number) => ended(code));
    },
  });
  try {
    const code = await exit;
    if (code !== 0) throw new Error(`the extension host ended with ${code}\n${workbench.server.log()}`);
    return JSON.parse(await readFile(result, 'utf8')) as Activation;
  } finally {
    await workbench.close();
    await removeDir(workspace);
  }
}
