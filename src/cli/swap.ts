import * as path from 'node:path';
import { classGlob } from './classGlob';
import { withClassesOptions, type ClassesOptions } from './classesOptions';
import { examples, ExitCode, type Context, type Register } from './command';
import { readBuiltClasses } from './readBuiltClasses';
import type { JvmReport } from './swapReport';

interface SwapOptions extends ClassesOptions {
  readonly all?: boolean;
  readonly wait?: boolean;
}

/** `swapdeck swap`: brings what differs in a folder or jar of classes into running JVMs. */
export const registerSwap: Register = (program, action) => {
  withClassesOptions(
    program.command('swap').description('swap the classes that differ from what running JVMs execute'),
  )
    .option('--all', 'redefine also classes that run already')
    .option('--wait', 'stay, and swap classes that are not loaded yet the moment they are; ends with Ctrl-C')
    .addHelpText(
      'after',
      examples(
        'swap --jvm localhost:5005 --classes target/classes',
        "swap --jvm 5005 --jvm 5006 --classes target/classes --only 'shop.cart.*' --json",
        'swap --jvm localhost:5005 --classes build/libs/app.jar --wait',
      ),
    )
    .action(action((context, options: SwapOptions) => swap(context, options)));
};

async function swap({ output, signal, cwd }: Context, options: SwapOptions): Promise<ExitCode> {
  const [{ swapJvm }, { printReport, reportsToJson }] = await Promise.all([
    import('./swapJvm'),
    import('./swapReport'),
  ]);
  const classes = await readBuiltClasses(
    options.classes.map((root) => path.resolve(cwd, root)),
    classGlob(options.only ?? []),
    signal,
  );
  if (classes.length === 0) output.note('No class of that name was found.');
  const reports = await Promise.all(
    options.jvm.map((endpoint) => swapJvm(endpoint, classes, options, { log: output.log, output }, signal)),
  );
  for (const report of reports) printReport(report, output);
  output.result(reportsToJson(reports));
  return exitCode(reports);
}

function exitCode(reports: readonly JvmReport[]): ExitCode {
  if (reports.some(({ error }) => error !== undefined)) return ExitCode.failed;
  const refused = reports.some(({ classes }) => classes.some(({ outcome }) => outcome === 'refused'));
  return refused ? ExitCode.refused : ExitCode.done;
}
