import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run, stop } from '../support/run';
import type { BrowserHost } from './install';

export interface ServerOptions {
  /** Holds all state of this run: user data, extensions, logs. */
  readonly dir: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Where installed extensions are; by default an empty folder of this run. */
  readonly extensionsDir?: string;
  /** Keeps workspace trust switched on, as users have it. */
  readonly workspaceTrust?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** A running VS Code server on loopback; only who knows the token gets in. */
export interface Server {
  readonly authority: string;
  readonly token: string;
  /** What the server printed so far. */
  log(): string;
  /** Settles when the server process has ended, asked or not. */
  readonly ended: Promise<number>;
  close(): Promise<void>;
}

/** Settings without which a new VS Code asks, updates and talks. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'update.mode': 'none',
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'remote.autoForwardPorts': false,
  'remote.restoreForwardedPorts': false,
};

function serverMain(host: BrowserHost): string {
  return path.join(host.vscode, 'out', 'server-main.js');
}

function dataArguments(options: ServerOptions): string[] {
  return [
    '--accept-server-license-terms',
    '--server-data-dir',
    options.dir,
    '--user-data-dir',
    path.join(options.dir, 'data'),
    '--extensions-dir',
    options.extensionsDir ?? path.join(options.dir, 'extensions'),
  ];
}

/** Installs a packaged extension for a later `startServer` with the same options. */
export async function installExtension(
  host: BrowserHost,
  options: ServerOptions,
  vsix: string,
): Promise<void> {
  await run(host.node, [serverMain(host), ...dataArguments(options), '--install-extension', vsix]);
}

/** Starts a VS Code server on a free loopback port; rejects with its output when it ends before it listens. */
export async function startServer(host: BrowserHost, options: ServerOptions): Promise<Server> {
  const user = path.join(options.dir, 'data', 'User');
  await mkdir(user, { recursive: true });
  const settings = { ...quietSettings, ...options.settings };
  await writeFile(path.join(user, 'settings.json'), JSON.stringify(settings, null, 2));

  const token = randomUUID();
  const child = spawn(
    host.node,
    [
      serverMain(host),
      ...dataArguments(options),
      ...['--host', '127.0.0.1', '--port', '0', '--connection-token', token],
      ...['--telemetry-level', 'off', '--disable-experiments'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ],
    {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The leader of a process group, so that its extension hosts end with it and not some seconds later.
      detached: true,
    },
  );
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  let log = '';
  const port = await new Promise<string>((resolve, reject) => {
    const onOutput = (chunk: Buffer): void => {
      log += chunk.toString();
      const listening = /agent listening on (\d+)/.exec(log)?.[1];
      if (listening) resolve(listening);
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.once('error', reject);
    void ended.then((code) => reject(new Error(`The VS Code server ended (exit ${code}).\n${log}`)));
  });
  return {
    authority: `127.0.0.1:${port}`,
    token,
    log: () => log,
    ended,
    close: async () => {
      await stop(child, 5000);
      endGroup(child.pid!);
    },
  };
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The address that opens a folder or a `.code-workspace` file in the browser. */
export function workbenchUrl(server: Server, workspace?: string): string {
  const query = new URLSearchParams({ tkn: server.token });
  if (workspace === undefined) query.set('ew', 'true');
  else query.set(workspace.endsWith('.code-workspace') ? 'workspace' : 'folder', workspace);
  query.set('payload', JSON.stringify([['skipWelcome', 'true']]));
  return `http://${server.authority}/?${query.toString()}`;
}
