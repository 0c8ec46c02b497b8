import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

export interface CommandOptions {
  readonly stdin?: string | Buffer;
  readonly limitMs?: number;
}

/** What a command left behind. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, without a shell; rejects when it could not be started or takes longer than its limit. */
export async function command(
  argv: readonly string[],
  { stdin, limitMs = 60_000 }: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(argv[0]!, argv.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], timeout: limitMs });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  // It may end without reading.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === null) throw new Error(`${argv.join(' ')} was ended by a signal\n${output.stderr}`);
  return { code, ...output };
}

/** The same, but any exit code other than 0 rejects with what was printed. Resolves to its standard output. */
export async function succeed(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await command(argv, options);
  if (code !== 0) throw new Error(`${argv.join(' ')} failed (exit ${code})\n${stdout}${stderr}`);
  return stdout;
}

/** The process a running one started; `undefined` when it has none. */
export async function childOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const child = Number.parseInt(text, 10);
  return Number.isNaN(child) ? undefined : child;
}

/** The process at the end of a chain of wrappers (nsenter, unshare) around a program. */
export async function descendant(pid: number, generations: number): Promise<number> {
  let current = pid;
  for (let generation = 0; generation < generations; generation++) {
    const child = await childOf(current);
    if (child === undefined) throw new Error(`process ${current} has started none`);
    current = child;
  }
  return current;
}
