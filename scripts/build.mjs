import { cp, mkdir, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

/**
 * `npm run build [-- --watch | --clean]`: two bundles of our own code (the extension and the command line), and each
 * third-party package in a file of its own, so that `await import('yaml')` reads it on first use and not before.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const entryLimit = 300 * 1024;

/** Names are kept, for stack traces that can be read; so there is one build, not two. */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
};

const isOurs = (specifier) => specifier.startsWith('.') || path.isAbsolute(specifier);
const isBuiltIn = (specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier);
const vendorFile = (specifier) => `vendor/${specifier.replace(/^@/, '').replaceAll('/', '-')}`;

/** Turns `import 'yaml'` into `import './vendor/yaml.js'`, and builds those files after our own. */
const vendor = {
  name: 'vendor',
  setup(build) {
    const used = new Set();
    build.onResolve({ filter: /.*/ }, ({ path: specifier, kind }) => {
      if (kind === 'entry-point' || isOurs(specifier) || isBuiltIn(specifier)) return undefined;
      if (specifier === 'vscode') return { path: specifier, external: true };
      used.add(specifier);
      return { path: `./${vendorFile(specifier)}.js`, external: true };
    });
    build.onEnd(async () => {
      await esbuild.build({
        ...common,
        entryPoints: Object.fromEntries([...used].map((specifier) => [vendorFile(specifier), specifier])),
        outdir: dist,
        // Native accelerators; the packages do without them.
        external: ['cpu-features', '*.node'],
        legalComments: 'none',
      });
    });
  },
};

/** Copies the Java sources that the product runs, and refuses an entry bundle that would slow activation down. */
const finish = {
  name: 'finish',
  setup(build) {
    build.onEnd(async ({ errors }) => {
      if (errors.length > 0) return;
      const java = path.join(root, 'src', 'compile', 'java');
      if (existsSync(java)) await cp(java, path.join(dist, 'java'), { recursive: true });
      const { size } = await stat(path.join(dist, 'extension.js'));
      const kilobytes = (size / 1024).toFixed(0);
      if (size > entryLimit) throw new Error(`dist/extension.js has ${kilobytes} KB; 300 KB is the limit.`);
      console.log(`Built dist/extension.js (${kilobytes} KB).`);
    });
  },
};

const entries = { extension: 'src/extension.ts', cli: 'src/cli.ts' };
const options = {
  ...common,
  entryPoints: Object.fromEntries(
    Object.entries(entries).filter(([, file]) => existsSync(path.join(root, file))),
  ),
  outdir: dist,
  sourcemap: 'linked',
  plugins: [vendor, finish],
};

await mkdir(dist, { recursive: true });
if (process.argv.includes('--watch')) {
  const context = await esbuild.context(options);
  await context.watch();
  console.log('Watching ...');
} else {
  // Only a package starts from nothing: a build beside a running extension must not pull files from under it.
  if (process.argv.includes('--clean')) await rm(dist, { recursive: true, force: true });
  await esbuild.build(options);
}
