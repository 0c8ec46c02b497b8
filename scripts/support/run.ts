import { spawn, type ChildProcess } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Shows what the command prints as it prints it; otherwise it is collected. */
  readonly show?: boolean;
  /** Ends the command, with the exit code 124, when it takes longer. Milliseconds. */
  readonly limitMs?: number;
}

/** What a finished command left; `output` holds both streams when they were not shown. */
export interface RunResult {
  readonly code: number;
  readonly output: string;
}

/** Runs a command to its end, without a shell. Rejects only when it can't be started. */
export async function tryRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: options.show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let timer: NodeJS.Timeout | undefined;
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve(exit ?? 1));
    if (options.limitMs === undefined) return;
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve(124);
    }, options.limitMs);
  }).finally(() => clearTimeout(timer));
  return { code, output };
}

/** Like `tryRun`, but a non-zero exit rejects with what the command printed. Resolves to its output. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, output } = await tryRun(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (exit ${code})\n${output}`);
  return output;
}

/** Asks a child process to end, and makes it end when it has not within `graceMs`. */
export async function stop(child: ChildProcess, graceMs = 3000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}
