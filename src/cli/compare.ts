import { ChosenClasses, withClassesOptions, type ClassesOptions } from './classesOptions';
import { examples, ExitCode, type Context, type Register } from './command';

/** `swapdeck compare`: what differs between running JVMs and compiled classes; sends nothing. */
export const registerCompare: Register = (program, action) => {
  withClassesOptions(
    program.command('compare').description('tell where running JVMs differ from compiled classes'),
  )
    .addHelpText(
      'after',
      examples(
        'compare --jvm localhost:5005 --classes target/classes',
        "compare --jvm 5005 --classes target/classes --only 'shop.*' --json",
        'compare --jvm dev/shop',
      ),
    )
    .action(action((context, options: ClassesOptions) => compare(context, options)));
};

async function compare(context: Context, options: ClassesOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ comparisonReport, printComparison }, { openTargets }] = await Promise.all([
    import('./compareReport'),
    import('./jvmTargets'),
  ]);
  const jvms = await openTargets(options.jvm, context);
  try {
    const chosen = new ChosenClasses(options, context);
    const requests = await Promise.all(
      jvms.targets.map(async (target) => ({ target, roots: await chosen.rootsOf(target) })),
    );
    const reports = await Promise.all(
      requests.map((request) =>
        comparisonReport({ ...request, isChosen: chosen.isChosen, log: output.log }, signal),
      ),
    );
    for (const report of reports) printComparison(report, output);
    output.result({ jvms: reports.map(({ json }) => json) });
    if (reports.some(({ error }) => error !== undefined)) return ExitCode.failed;
    return reports.some(({ isDifferent }) => isDifferent) ? ExitCode.refused : ExitCode.done;
  } finally {
    jvms.dispose();
  }
}
