import { examples, ExitCode, type Context, type Register } from './command';
import { jvmNotation, jvmNotationHelp } from './jvmAddress';

interface UndoOptions {
  readonly jvm: string;
  readonly all?: boolean;
}

/** `swapdeck undo`: takes a swap back, or everything since the JVM was first attached to after its start. */
export const registerUndo: Register = (program, action) => {
  program
    .command('undo')
    .description('take a swap back: the classes run again what they ran before it')
    .argument(
      '[swap]',
      'the id of a swap as history tells it, or its beginning; else the last one of this JVM',
    )
    .requiredOption(`--jvm ${jvmNotation}`, jvmNotationHelp)
    .option('--all', 'everything that was swapped since the JVM was first attached to after its start')
    .addHelpText(
      'after',
      examples(
        'undo --jvm localhost:5005',
        'undo 4f0c2a1b --jvm localhost:5005',
        'undo --all --jvm dev/shop --json',
      ) +
        '\n\nUndoing an undo is a redo. Refused (exit code 3) when the JVM no longer runs what the swap put there.',
    )
    .action(
      action((context, swap: string | undefined, options: UndoOptions) => undo(context, swap, options)),
    );
};

async function undo(context: Context, swap: string | undefined, options: UndoOptions): Promise<ExitCode> {
  const { output, signal } = context;
  if (swap !== undefined && options.all === true) {
    output.note('swapdeck: either name a swap or say --all.');
    output.result({ error: { reason: 'usage', message: 'either name a swap or say --all' } });
    return ExitCode.failed;
  }
  const [{ undoInJvm }, { printReport, reportsToJson }, { openTargets }, { workspaceLedger }] =
    await Promise.all([
      import('./undoInJvm'),
      import('./swapReport'),
      import('./jvmTargets'),
      import('./ledgerFolder'),
    ]);
  const jvms = await openTargets([options.jvm], context);
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
