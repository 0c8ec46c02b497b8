import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quietSettings } from '../host/server';
import type { Cleanup } from '../support/cleanup';
import { root } from '../support/paths';
import { makeTempDir, removeDir } from '../support/tempDir';

/** The desktop's VS Code: `SWAPDECK_CODE`, else where its installers put it; undefined where no window can open. */
export function findDesktop(): string | undefined {
  const { env, platform } = process;
  if (env.SWAPDECK_CODE) return env.SWAPDECK_CODE;
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined;
  const folders = (env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return candidates(folders).find(existsSync);
}

function candidates(folders: readonly string[]): string[] {
  const { env, platform } = process;
  if (platform === 'win32') {
    // `bin\code.cmd` is a batch file; the program is one folder up.
    const installed = [
      path.join(env.LOCALAPPDATA ?? '', 'Programs', 'Microsoft VS Code'),
      path.join(env.ProgramFiles ?? '', 'Microsoft VS Code'),
    ];
    const onPath = folders
      .filter((folder) => existsSync(path.join(folder, 'code.cmd')))
      .map((folder) => path.dirname(folder));
    return [...onPath, ...installed].map((folder) => path.join(folder, 'Code.exe'));
  }
  // In a terminal of a remote window, `code` opens files there and can't start another VS Code.
  const local = folders.filter((folder) => !folder.includes('remote-cli'));
  const onPath = local.map((folder) => path.join(folder, 'code'));
  if (platform !== 'darwin') return onPath;
  return [...onPath, '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code'];
}

/**
 * Opens a window of a VS Code of its own (its own user data, so that a second start works beside the first and can
 * be ended) with the extension from this checkout; resolves to what to tell.
 */
export async function openDesktop(code: string, workspace: string, cleanup: Cleanup): Promise<string> {
  const dir = await cleanup.own(makeTempDir('vscode'), removeDir);
  await mkdir(path.join(dir, 'User'));
  await writeFile(path.join(dir, 'User', 'settings.json'), JSON.stringify(quietSettings, null, 2));
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const startedAt = Date.now();
  const starting = start(code, [
    workspace,
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${dir}`,
    '--new-window',
    '--skip-welcome',
    '--skip-release-notes',
    '--disable-workspace-trust',
    ...(asRoot ? ['--no-sandbox'] : []),
  ]);
  await cleanup.own(starting, () => end(dir, startedAt));
  return 'VS Code opens with the sample.';
}

/** `code` returns once its program runs; the program itself (Windows) stays. */
async function start(code: string, args: readonly string[]): Promise<void> {
  const child = spawn(code, args, { stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', resolve);
  });
}

/** Ends the VS Code of this user data folder: its main process writes its id there, once it runs. */
async function end(userData: string, startedAt: number): Promise<void> {
  const pid = await mainProcess(userData, startedAt + 10_000);
  if (pid === undefined || !isAlive(pid)) return;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + 5000;
  while (isAlive(pid) && Date.now() < deadline) await delay(50);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

async function mainProcess(userData: string, deadline: number): Promise<number | undefined> {
  for (;;) {
    const pid = Number.parseInt(await readFile(path.join(userData, 'code.lock'), 'utf8').catch(() => ''), 10);
    if (pid > 0) return pid;
    if (Date.now() > deadline) return undefined;
    await delay(100);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
