import { ChosenClasses, withClassesOptions, type ClassesOptions } from './classesOptions';
import { examples, ExitCode, type Context, type Register } from './command';

/** `swapdeck predict`: what running JVMs would answer to a swap, and why; sends nothing. */
export const registerPredict: Register = (program, action) => {
  withClassesOptions(
    program.command('predict').description('tell what running JVMs would refuse, and why, without swapping'),
  )
    .addHelpText(
      'after',
      examples(
        'predict --jvm localhost:5005 --classes target/classes',
        "predict --jvm 5005 --classes target/classes --only 'shop.*' --json",
        'predict --jvm dev/shop',
      ),
    )
    .action(action((context, options: ClassesOptions) => predict(context, options)));
};

async function predict(context: Context, options: ClassesOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ predictionReport, printPredictions }, { openTargets }] = await Promise.all([
    import('./predictReport'),
    import('./jvmTargets'),
  ]);
  const jvms = await openTargets(options.jvm, context);
  try {
    const chosen = new ChosenClasses(options, context);
    const { isChosen } = chosen;
    const requests = await Promise.all(
      jvms.targets.map(async (target) => {
        const [classes, roots] = await Promise.all([chosen.of(target), chosen.rootsOf(target)]);
        return { target, classes, roots, isChosen, log: output.log };
      }),
    );
    const reports = await Promise.all(requests.map((request) => predictionReport(request, signal)));
    for (const report of reports) printPredictions(report, output);
    output.result({ jvms: reports.map(({ json }) => json) });
    if (reports.some(({ error }) => error !== undefined)) return ExitCode.failed;
    return reports.some(({ isRefused }) => isRefused) ? ExitCode.refused : ExitCode.done;
  } finally {
    jvms.dispose();
  }
}
