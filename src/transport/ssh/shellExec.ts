import type { Exec, ExecOptions, ExecProcess, ExecResult } from '../../contracts/exec';
import type { SshConnection } from './connection';
import type { SshLease } from './connections';
import { KeptShell, NoShellError } from './keptShell';

/** Longer input has a session of its own. */
const MOST_INPUT = 64 * 1024;

/**
 * Runs commands on a host over SSH, each in a `sh` that is kept for the next one: to begin a session takes a server
 * many times as long as a short command. Commands that are run at the same time have shells of their own. A command
 * that is ended by a signal has the exit code that a shell gives it. What is only started, and input that is not whole
 * lines of text, has a session of its own, which `own` begins.
 */
export class SshShellExec implements Exec {
  readonly place: string;
  readonly #own: Exec;
  readonly #acquire: (signal?: AbortSignal) => Promise<SshLease>;

  constructor(own: Exec, acquire: (signal?: AbortSignal) => Promise<SshLease>) {
    this.place = own.place;
    this.#own = own;
    this.#acquire = acquire;
  }

  async run(argv: readonly string[], options: ExecOptions = {}, signal?: AbortSignal): Promise<ExecResult> {
    const input = linesOf(options.stdin);
    if (input === undefined) return this.#own.run(argv, options, signal);
    const lease = await this.#acquire(signal);
    try {
      const { shells } = lease.connection;
      if (!shells.areDenied) return await runIn(lease.connection, argv, input, signal);
    } catch (error) {
      if (!(error instanceof NoShellError)) throw error;
      lease.connection.shells.areDenied = true;
    } finally {
      lease.dispose();
    }
    return this.#own.run(argv, options, signal);
  }

  start(argv: readonly string[], options?: ExecOptions, signal?: AbortSignal): Promise<ExecProcess> {
    return this.#own.start(argv, options, signal);
  }
}

async function runIn(
  connection: SshConnection,
  argv: readonly string[],
  input: string,
  signal: AbortSignal | undefined,
): Promise<ExecResult> {
  const { shells, name } = connection;
  const shell = shells.take() ?? new KeptShell(await connection.openSession('sh', signal), name);
  const lost = connection.onEnd((error) => shell.fail(error));
  try {
    return await shell.run(argv, input, signal);
  } finally {
    lost.dispose();
    // Whoever waits for a session needs it more.
    if (connection.isAwaited) shell.dispose();
    else shells.keep(shell);
  }
}

/** Input that a shell can read between its commands; undefined for what it can't. */
function linesOf(stdin: ExecOptions['stdin']): string | undefined {
  if (stdin === undefined) return '';
  if (typeof stdin !== 'string' && !(stdin instanceof Uint8Array)) return undefined;
  if (stdin.length > MOST_INPUT) return undefined;
  const bytes = Buffer.from(stdin);
  const text = bytes.toString('utf8');
  const isText = (text === '' || text.endsWith('\n')) && !text.includes('\0');
  return isText && Buffer.from(text).equals(bytes) ? text : undefined;
}
