import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { npm } from '../support/npm.mjs';
import { toolsDir } from '../support/paths';
import { ensureChromium } from './chromium';

/**
 * The browser-served VS Code: code-server's package carries an unmodified VS Code server. It needs the Node.js
 * it was built for, and its file watcher's native part; both come from npm as well, so no other download is made.
 */
const versions = { codeServer: '4.139.1', node: '24.21.0', watcher: '2.5.6' };

/**
 * Stands in for a native module that ends the extension host when its server is gone; built from C++ it would need
 * a compiler on every machine.
 */
const watchdog = `exports.start = (pid) => {
  const gone = () => { try { process.kill(pid, 0); return false; } catch { return true; } };
  setInterval(() => gone() && process.exit(87), 1000).unref();
};
`;
const stamp = JSON.stringify({ ...versions, watchdog });

/** A browser-served VS Code, ready to be started. Absolute paths. */
export interface BrowserHost {
  /** The VS Code server's own folder. */
  readonly vscode: string;
  /** The Node.js executable that runs it. */
  readonly node: string;
  readonly chromium: string;
}

/** Why there can be no browser-served VS Code here; undefined where there can. */
export function browserHostUnsupported(): string | undefined {
  const { platform, arch } = process;
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) return undefined;
  return `the browser-served VS Code runs on Linux x64 and arm64, not on ${platform} ${arch}`;
}

/** Installs the browser-served VS Code unless it is there. A broken or older installation is replaced. */
export async function ensureBrowserHost(): Promise<BrowserHost> {
  const unsupported = browserHostUnsupported();
  if (unsupported) throw new Error(`Can't install: ${unsupported}.`);
  const chromium = await ensureChromium();
  const dir = path.join(toolsDir, 'browser-host');
  const stampFile = path.join(dir, 'installed.json');
  if ((await readFile(stampFile, 'utf8').catch(() => '')) !== stamp) {
    const started = Date.now();
    console.log(`Installing the browser-served VS Code (code-server ${versions.codeServer}) ...`);
    // Built beside and moved into place, so that an interrupted installation is never taken for a whole one.
    const building = `${dir}.${process.pid}`;
    try {
      await install(building);
    } catch (error) {
      await rm(building, { recursive: true, force: true });
      throw error;
    }
    await writeFile(path.join(building, 'installed.json'), stamp);
    await rm(dir, { recursive: true, force: true });
    await rename(building, dir);
    console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
  }
  return { ...locate(dir), chromium };
}

function locate(dir: string): { vscode: string; node: string } {
  const modules = path.join(dir, 'node_modules');
  return {
    vscode: path.join(modules, 'code-server', 'lib', 'vscode'),
    node: path.join(modules, `node-linux-${process.arch}`, 'bin', 'node'),
  };
}

async function install(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'package.json'), JSON.stringify({ private: true }));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(
    [
      'install',
      ...quiet,
      `node-linux-${process.arch}@${versions.node}`,
      `code-server@${versions.codeServer}`,
    ],
    { cwd: dir },
  );
  const { vscode, node } = locate(dir);
  if (!existsSync(node)) throw new Error(`The package of Node.js ${versions.node} holds no ${node}.`);
  // Not `npm ci`: the package's shrinkwrap is out of step with its package.json.
  const production = [...quiet, '--omit=dev', '--omit=optional'];
  await npm(['install', ...production], { cwd: vscode });
  const watcher = `@parcel/watcher-linux-${process.arch}-glibc@${versions.watcher}`;
  await npm(['install', '--no-save', ...production, watcher], { cwd: vscode });
  await writeFile(path.join(vscode, 'node_modules', '@vscode', 'native-watchdog', 'index.js'), watchdog);
}
