import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** npm's own script, so that it runs under this Node without a shell (on Windows `npm` is a batch file). */
function npmCli() {
  const node = path.dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    path.join(node, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(node, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(node, '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
  ];
  const found = candidates.find((file) => file?.endsWith('npm-cli.js') && existsSync(file));
  if (!found) throw new Error('npm was not found next to Node.js; install Node.js 20 or newer with npm.');
  return found;
}

/** Runs npm in a folder; its output is shown only when it fails. */
export async function npm(args, { cwd, env = {}, node = process.execPath } = {}) {
  const child = spawn(node, [npmCli(), ...args], {
    cwd,
    env: { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed (exit ${code}) in ${cwd}\n${output}`);
}

/**
 * Whether `node_modules` holds what `package-lock.json` asks for: npm keeps a copy of the lock file of what it
 * installed, so the two are compared entry by entry (optional packages of other platforms are never there).
 */
async function isInstalled(root) {
  const read = async (file) => JSON.parse(await readFile(path.join(root, file), 'utf8')).packages;
  const wanted = await read('package-lock.json');
  const present = await read('node_modules/.package-lock.json').catch(() => undefined);
  if (!present) return false;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || present[name]?.version === entry.version,
  );
}

/** Installs the project's dependencies unless they are all there. Needs nothing but Node.js and npm. */
export async function ensureDependencies(root) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 6)) {
    throw new Error(`Node.js 20.6 or newer is needed; this is ${process.versions.node}.`);
  }
  if (await isInstalled(root)) return;
  console.log('Installing dependencies (npm ci) ...');
  await npm(['ci', '--no-audit', '--no-fund'], { cwd: root });
}
