import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const root = path.join(__dirname, '../../..');

const stateFolder = mkdtempSync(path.join(tmpdir(), 'swapdeck-state-'));
process.once('exit', () => rmSync(stateFolder, { recursive: true, force: true }));

export interface Ran {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Settles when the process has ended and both outputs are read. */
  readonly ended: Promise<Ran>;
}

/** Starts the command line from its source as a process of its own; `env` is added to this process's. */
export function startCli(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(
    process.execPath,
    ['--import', pathToFileURL(require.resolve('tsx')).href, path.join(root, 'src', 'cli.ts'), ...argv],
    // What commands write down goes to a folder of this process, not to the user's.
    { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, SWAPDECK_STATE: stateFolder, ...env } },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export function runCli(cwd: string, ...argv: string[]): Promise<Ran> {
  return startCli(cwd, argv).ended;
}

/** What `--json` printed: the last line of standard output. */
export function lastLine(stdout: string): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
