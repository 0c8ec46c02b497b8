import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { root } from '../../scripts/support/paths';

/** Exit code of a command that is done, and has lost requests. */
const LOST_REQUESTS = 5;

/** What the command line did. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Hears of the process. */
  readonly onStart?: (pid: number) => void;
}

/** Runs the built command line to its end; rejects unless it is done, whatever its probe saw. */
export async function builtCli({ cwd, env, onStart }: CliPlace, ...argv: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [path.join(root, 'dist', 'cli.js'), ...argv], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart?.(child.pid!);
  const ran = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 && code !== LOST_REQUESTS)
    throw new Error(`swapdeck ${argv.join(' ')} ended with ${code}:\n${ran.stderr}`);
  return { code, ...ran };
}

/** What `--json` printed: the last line of standard output. */
export function jsonOf({ stdout }: Ran): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
}
