import * as path from 'node:path';
import { withClassesOptions, type ClassesOptions } from './classesOptions';
import { classGlob } from './classGlob';
import { examples, ExitCode, type Context, type Register } from './command';
import { readBuiltClasses } from './readBuiltClasses';

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
      ),
    )
    .action(action((context, options: ClassesOptions) => predict(context, options)));
};

async function predict({ output, signal, cwd }: Context, options: ClassesOptions): Promise<ExitCode> {
  const { predictionReport, printPredictions } = await import('./predictReport');
  const isChosen = classGlob(options.only ?? []);
  const roots = options.classes.map((root) => path.resolve(cwd, root));
  const classes = await readBuiltClasses(roots, isChosen, signal);
  if (classes.length === 0) output.note('No class of that name was found.');
  const reports = await Promise.all(
    options.jvm.map((endpoint) =>
      predictionReport(endpoint, { classes, roots, isChosen, log: output.log }, signal),
    ),
  );
  for (const report of reports) printPredictions(report, output);
  output.result({ jvms: reports.map(({ json }) => json) });
  if (reports.some(({ error }) => error !== undefined)) return ExitCode.failed;
  return reports.some(({ isRefused }) => isRefused) ? ExitCode.refused : ExitCode.done;
}
