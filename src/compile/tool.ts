import { execFile, spawn } from 'node:child_process';
import { abortable, Deferred, throwIfAborted } from '../util/async';
import { systemCode, toError } from '../util/errors';
import { CompileError } from './errors';

export interface ToolRun {
  /** A path or a name on the PATH. */
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Each line it prints, as it comes. */
  readonly onLine?: (line: string) => void;
}

const KEPT_CHARACTERS = 4000;

/**
 * Runs a build tool to its end and returns what it printed. Throws `CompileError` (`buildTool`: not there, or a
 * failure with the end of its output; `timeout`) and `AbortedError`; the tool and what it started are then ended.
 */
export async function runTool(run: ToolRun, signal?: AbortSignal): Promise<string> {
  throwIfAborted(signal, run.command);
  const windows = process.platform === 'win32';
  // Build tools are batch files on Windows, which only its shell can run.
  const child = windows
    ? spawn([run.command, ...run.args].map(quoteForWindows).join(' '), [], { ...options(run), shell: true })
    : spawn(run.command, run.args, { ...options(run), detached: true });
  const output: string[] = [];
  const ended = new Deferred<number | null>();
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.push(text);
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop()!;
      lines.forEach((line) => run.onLine?.(line));
    });
  }
  child.on('error', (error) => ended.reject(error));
  child.on('close', (code) => ended.resolve(code));
  const timer = setTimeout(
    () => ended.reject(new CompileError('timeout', `${run.command} takes too long`, { ms: run.timeoutMs })),
    run.timeoutMs,
  );
  try {
    const code = await abortable(ended.promise, signal, run.command);
    if (code === 0) return output.join('');
    throw failed(run, { code: code ?? undefined, output: output.join('').slice(-KEPT_CHARACTERS) });
  } catch (error) {
    endTree(child.pid);
    if (systemCode(error) === undefined) throw error;
    throw failed(run, { code: systemCode(error), output: toError(error).message }, error);
  } finally {
    clearTimeout(timer);
  }
}

function options(run: ToolRun): {
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdio: ['ignore', 'pipe', 'pipe'];
  windowsHide: true;
} {
  return { cwd: run.folder, env: run.env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true };
}

function failed(
  run: ToolRun,
  details: { code?: string | number | undefined; output: string },
  cause?: unknown,
): CompileError {
  return new CompileError(
    'buildTool',
    `${run.command} failed`,
    { tool: run.command, folder: run.folder, ...details },
    cause,
  );
}

/** Ends a process with those it started; it may be gone already. */
function endTree(pid: number | undefined): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    execFile('taskkill', ['/pid', String(pid), '/T', '/F'], () => undefined);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** For cmd.exe: paths and options of ours, which hold no quotes. */
export function quoteForWindows(argument: string): string {
  return /^[\w\-+.:=\\/@]+$/.test(argument) ? argument : `"${argument.replaceAll('"', '')}"`;
}
