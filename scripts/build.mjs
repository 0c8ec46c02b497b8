import { chmod, cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './support/npm.mjs';

/**
 * `npm run build [-- --watch | --clean]`: the extension and the command line as CommonJS. What our code imports on
 * first use (`await import('./engine')`) stays in files of its own, shared between the two; nearly each third-party
 * package is a file of its own below `vendor`, read when it is first needed.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
await ensureDependencies(root);
const esbuild = await import('esbuild');

const dist = path.join(root, 'dist');
const entries = { extension: 'src/extension.ts', cli: 'src/cli.ts' };
/** Most bytes that the editor reads to activate the extension: the entry and what it imports at once. */
const entryLimit = 300 * 1024;

/** Names are kept, for stack traces that can be read; so there is one build, not two. */
const common = { platform: 'node', target: 'node20', minifySyntax: true, minifyWhitespace: true };

const isOurs = (specifier) => specifier.startsWith('.') || path.isAbsolute(specifier);
const isBuiltIn = (specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier);
const vendorFile = (specifier) => `vendor/${specifier.replace(/^@/, '').replaceAll('/', '-')}`;

/** Bundled with our code, without what it does not use: of zod that is four fifths. */
const shaken = new Set(['zod']);

/** Turns `import 'yaml'` into `import './vendor/yaml.js'`, and builds those files after our own. */
const vendor = {
  name: 'vendor',
  setup(build) {
    const used = new Set();
    build.onResolve({ filter: /.*/ }, ({ path: specifier, kind }) => {
      if (kind === 'entry-point' || isOurs(specifier) || isBuiltIn(specifier) || shaken.has(specifier))
        return undefined;
      if (specifier === 'vscode') return { path: specifier, external: true };
      used.add(specifier);
      return { path: `./${vendorFile(specifier)}.js`, external: true };
    });
    build.onEnd(async ({ errors }) => {
      if (errors.length > 0) return;
      const { outputFiles } = await esbuild.build({
        ...common,
        absWorkingDir: root,
        entryPoints: Object.fromEntries([...used].map((specifier) => [vendorFile(specifier), specifier])),
        outdir: dist,
        bundle: true,
        format: 'cjs',
        // Native accelerators; the packages do without them.
        external: ['cpu-features', '*.node'],
        legalComments: 'none',
        logLevel: 'warning',
        write: false,
      });
      await Promise.all(outputFiles.map((file) => put(file.path, file.text)));
    });
  },
};

/** esbuild splits only ES modules; the editor's extension host wants CommonJS: each file is turned into it. */
const commonJs = {
  name: 'commonjs',
  setup(build) {
    build.onEnd(async ({ errors, outputFiles, metafile }) => {
      if (errors.length > 0) return;
      const sizes = new Map();
      for (const file of outputFiles) {
        const name = path.basename(file.path);
        const { code, map } = await esbuild.transform(file.text, {
          ...common,
          loader: 'js',
          format: 'cjs',
          // `require` in its place: Node's loader of ES modules reads each file once more to find what it exports.
          supported: { 'dynamic-import': false },
          sourcefile: name,
          sourcemap: 'external',
        });
        const quick = withQuickHelpers(code, name);
        sizes.set(name, Buffer.byteLength(quick));
        const shebang = name === 'cli.js' ? '#!/usr/bin/env node\n' : '';
        await put(`${file.path}.map`, shebang ? shiftOneLine(map) : map);
        await put(file.path, `${shebang}${quick}//# sourceMappingURL=${name}.map\n`);
      }
      await chmod(path.join(dist, 'cli.js'), 0o755);
      await cp(path.join(root, 'src', 'compile', 'java'), path.join(dist, 'java'), { recursive: true });
      // With it ssh2, bundled in `vendor`, talks to Pageant on Windows.
      await cp(
        path.join(root, 'node_modules', 'ssh2', 'util', 'pagent.exe'),
        path.join(dist, 'util', 'pagent.exe'),
      );
      await removeStale(new Set(sizes.keys()));
      checkEntry(metafile, sizes);
    });
  },
};

/**
 * esbuild's helpers copy each member of a module at each import: the four hundred of `vscode` in dozens of files were
 * half of what activation took. A namespace that is the module, or inherits from it, does the same.
 */
const helpers = [
  {
    slow: /__toESM=\(mod,isNodeMode,target\)=>.*?,mod\)\)(?=[,;])/,
    quick: '__toESM=mod=>mod&&mod.__esModule?mod:__create(mod,{default:{value:mod,enumerable:!0}})',
  },
  {
    slow: /__toCommonJS=mod=>__copyProps\(__defProp\(\{\},"__esModule",\{value:!0\}\),mod\)/,
    quick: '__toCommonJS=mod=>__defProp(mod,"__esModule",{value:!0})',
  },
];

/** The code with other helpers of the same length, so that its source map stays true. Throws for a changed esbuild. */
function withQuickHelpers(code, name) {
  return helpers.reduce((changed, { slow, quick }) => {
    const [declared] = quick.split('=');
    if (!changed.includes(`${declared}=`)) return changed;
    const [found] = slow.exec(changed) ?? [];
    if (found === undefined || found.length < quick.length)
      throw new Error(
        `${name}: this esbuild declares ${declared} in another way; adapt scripts/build.mjs to it.`,
      );
    return changed.replace(found, () => quick.padEnd(found.length));
  }, code);
}

/** A source map whose code moved down by a line. */
const shiftOneLine = (map) => {
  const parsed = JSON.parse(map);
  return JSON.stringify({ ...parsed, mappings: `;${parsed.mappings}` });
};

/** Writes a file as a whole: who reads it meanwhile, such as an editor that starts, sees the old or the new one. */
async function put(file, text) {
  await mkdir(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, text);
  await rename(beside, file);
}

/**
 * Files of builds that are gone. Not at once: an extension that runs from here still reads those of its own build on
 * first use. Only what is to be packaged (`--clean`) has none of them.
 */
async function removeStale(current) {
  const age = process.argv.includes('--clean') ? 0 : 24 * 60 * 60 * 1000;
  for (const name of await readdir(dist)) {
    if (!/-[A-Z0-9]{8}\.js(\.map)?$/.test(name) || current.has(name.replace(/\.map$/, ''))) continue;
    const file = path.join(dist, name);
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > age) await rm(file, { force: true });
  }
}

/** Refuses an entry that would slow activation down, and says what it is made of. */
function checkEntry({ outputs }, sizes) {
  const read = new Set();
  const byFolder = new Map();
  const visit = (output) => {
    if (read.has(output)) return;
    read.add(output);
    const { imports, inputs } = outputs[output];
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = input.split('/').slice(0, 2).join('/');
      byFolder.set(folder, (byFolder.get(folder) ?? 0) + bytesInOutput);
    }
    for (const { path: imported, kind, external } of imports.filter(
      (each) => each.kind === 'import-statement',
    )) {
      if (!external) visit(imported);
      else if (imported.includes('/vendor/')) throw new Error(`${output} imports ${imported} (${kind}).`);
    }
  };
  visit('dist/extension.js');
  const kilobytes = (bytes) => (bytes / 1024).toFixed(0);
  const size = [...read].reduce((sum, output) => sum + sizes.get(path.basename(output)), 0);
  if (size > entryLimit) {
    const parts = [...byFolder]
      .sort(([, a], [, b]) => b - a)
      .map(([name, bytes]) => `${name} ${kilobytes(bytes)}`);
    throw new Error(
      `Activation reads ${kilobytes(size)} KB; ${kilobytes(entryLimit)} KB is the limit. Import on first use what it ` +
        `does not need (await import). In KB: ${parts.join(', ')}.`,
    );
  }
  console.log(
    `Built dist/extension.js (${kilobytes(size)} KB read at once, ${read.size} files) and dist/cli.js.`,
  );
}

/** Pages that the editor shows: each a script and a style sheet that load nothing else. */
const pages = {
  absWorkingDir: root,
  entryPoints: { traffic: 'src/webviews/traffic/main.ts' },
  outdir: path.join(dist, 'webviews'),
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'iife',
  target: 'chrome118',
  logLevel: 'warning',
};

const options = {
  ...common,
  absWorkingDir: root,
  entryPoints: entries,
  outdir: dist,
  bundle: true,
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  sourcemap: 'inline',
  metafile: true,
  write: false,
  logLevel: 'warning',
  plugins: [vendor, commonJs],
};

if (process.argv.includes('--watch')) {
  const context = await esbuild.context({
    ...options,
    plugins: [
      { name: 'say', setup: (build) => build.onStart(() => console.log('[watch] build started')) },
      ...options.plugins,
      { name: 'said', setup: (build) => build.onEnd(() => console.log('[watch] build finished')) },
    ],
  });
  await context.watch();
  await (await esbuild.context(pages)).watch();
} else {
  try {
    await esbuild.build(options);
    await esbuild.build(pages);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
