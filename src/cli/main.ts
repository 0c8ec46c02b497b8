import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { AbortedError, SwapdeckError } from '../util/errors';
import { examples, ExitCode, type Action, type Context, type Handler, type Terminal } from './command';
import { commands } from './commands';
import { Output, type TextSink } from './output';

/** The process as the command line sees it. */
export interface Environment {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Where a person can be asked, if one sits there. */
  readonly terminal?: Terminal;
}

/** Runs one command line (`argv` without node and script); resolves to the exit code and never rejects. */
export async function main(argv: readonly string[], environment: Environment): Promise<number> {
  let code: number = ExitCode.done;
  const action: Action =
    (handler) =>
    async (...args) => {
      code = await run(handler, args, environment);
    };
  const program = createProgram(environment, action);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has said what is wrong; asking for help or the version is no failure.
    if (error.exitCode === 0) return ExitCode.done;
    const output = new Output({ ...environment, json: argv.includes('--json'), verbose: false });
    output.result({ error: { reason: 'usage', message: error.message.replace(/^error: /, '') } });
    output.finish();
    return ExitCode.failed;
  }
  return code;
}

function createProgram({ stdout, stderr }: Environment, action: Action): Command {
  const program = new Command('swapdeck')
    .description('From save to production without downtime: hot swap for running JVMs.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .addHelpText(
      'after',
      `${examples('check', 'help check')}\n\nExit codes: 0 done, 1 usage or connection, 3 refused or different, 4 interrupted, 5 requests were lost.`,
    )
    .showSuggestionAfterError()
    .exitOverride();
  for (const register of commands) register(program, action);
  for (const command of leaves(program))
    command
      .option('--json', 'print one JSON value as the last line; what people read goes to standard error')
      .option('--verbose', 'print what happens inside to standard error');
  return program;
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

async function run<A extends unknown[]>(
  handler: Handler<A>,
  args: A,
  { stdout, stderr, cwd, env, signal, terminal }: Environment,
): Promise<number> {
  // Commander hands over the positional arguments, the options, and the command itself.
  const { json = false, verbose = false } = args.at(-2) as { json?: boolean; verbose?: boolean };
  const output = new Output({ stdout, stderr, json, verbose });
  const context: Context = { output, signal, cwd, env, ...(terminal && { terminal }) };
  try {
    return await handler(context, ...args);
  } catch (error) {
    if (!(error instanceof AbortedError && signal.aborted)) await fail(output, error, verbose);
    return ExitCode.failed;
  } finally {
    output.finish();
  }
}

/** The words for errors are many: they are loaded with the first one. */
async function fail(output: Output, error: unknown, verbose: boolean): Promise<void> {
  const { describe } = await import('../messages/describe');
  const message = describe(error);
  output.failure(message);
  if (verbose && error instanceof Error) output.note(error.stack ?? error.message);
  const { title, detail, next } = message;
  const reason = error instanceof SwapdeckError ? (error as SwapdeckError).reason : 'unexpected';
  output.result({
    error: {
      reason,
      message: title,
      ...(detail !== undefined && { detail }),
      next: next.map((step) => step.title),
    },
  });
}
