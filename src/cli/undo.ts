import { collect, examples, ExitCode, type Context, type Register } from './command';
import { jvmNotation, jvmNotationHelp } from './jvmAddress';

interface UndoOptions {
  readonly jvm?: string;
  readonly all?: boolean;
  readonly without?: readonly string[];
}

/**
 * `swapdeck undo`: takes a swap back, or everything since the JVM was first attached to after its start; or a deployment
 * that was interrupted.
 */
export const registerUndo: Register = (program, action) => {
  program
    .command('undo')
    .description('take a swap back, or a deployment that was interrupted')
    .argument(
      '[swap]',
      'the id of a swap as history tells it, or its beginning; else the last one of this JVM',
    )
    .argument('[application]', 'with an environment before it: take the interrupted deployment back')
    .option(`--jvm ${jvmNotation}`, jvmNotationHelp)
    .option('--without <target>', 'of a deployment: leave out a target that is gone; once for each', collect)
    .option('--all', 'everything that was swapped since the JVM was first attached to after its start')
    .addHelpText(
      'after',
      examples(
        'undo --jvm localhost:5005',
        'undo 4f0c2a1b --jvm localhost:5005',
        'undo --all --jvm dev/shop --json',
        'undo staging adara',
      ) +
        '\n\nUndoing an undo is a redo. Refused (exit code 3) when the JVM no longer runs what the swap put there.',
    )
    .action(
      action((context, what: string | undefined, application: string | undefined, options: UndoOptions) =>
        application === undefined || what === undefined
          ? undo(context, what, options)
          : undoOf(context, what, application, options),
      ),
    );
};

async function undoOf(
  context: Context,
  environment: string,
  application: string,
  options: UndoOptions,
): Promise<ExitCode> {
  const { undoDeployment } = await import('./deploy/recover');
  return undoDeployment(context, { environment, application }, options);
}

async function undo(context: Context, swap: string | undefined, options: UndoOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const { jvm } = options;
  if (jvm === undefined)
    return wrongUsage(output, 'name the JVM with --jvm, or an environment and an application');
  if (swap !== undefined && options.all === true)
    return wrongUsage(output, 'either name a swap or say --all');
  const [{ undoInJvm }, { printReport, reportsToJson }, { openTargets }, { workspaceLedger }] =
    await Promise.all([
      import('./undoInJvm'),
      import('./swapReport'),
      import('./jvmTargets'),
      import('./ledgerFolder'),
    ]);
  const jvms = await openTargets([jvm], context);
  const ledger = await workspaceLedger(context);
  try {
    const what = options.all === true ? 'all' : swap;
    const report = await undoInJvm(jvms.targets[0]!, what, ledger, output, signal);
    printReport(report, output);
    output.result(reportsToJson([report]));
    if (report.isUnable) return ExitCode.refused;
    if (report.error) return ExitCode.failed;
    return report.classes.some(({ outcome }) => outcome === 'refused') ? ExitCode.refused : ExitCode.done;
  } finally {
    jvms.dispose();
    await ledger.close();
  }
}

function wrongUsage(output: Context['output'], message: string): ExitCode {
  output.note(`swapdeck: ${message}.`);
  output.result({ error: { reason: 'usage', message } });
  return ExitCode.failed;
}
