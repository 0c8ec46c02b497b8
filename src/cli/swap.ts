import { ChosenClasses, withClassesOptions, type ClassesOptions } from './classesOptions';
import { examples, ExitCode, type Context, type Register } from './command';
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
        'swap --jvm dev/shop',
      ),
    )
    .action(action((context, options: SwapOptions) => swap(context, options)));
};

async function swap(context: Context, options: SwapOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const [{ swapJvm }, { printReport, reportsToJson }, { openTargets }, { writableLedger }] =
    await Promise.all([
      import('./swapJvm'),
      import('./swapReport'),
      import('./jvmTargets'),
      import('./ledgerFolder'),
    ]);
  const jvms = await openTargets(options.jvm, context);
  const ledger = await writableLedger(context);
  try {
    const chosen = new ChosenClasses(options, context);
    const feeds = await Promise.all(
      jvms.targets.map(async (target) => ({
        classes: await chosen.of(target),
        roots: await chosen.rootsOf(target),
      })),
    );
    const reports = await Promise.all(
      jvms.targets.map((target, at) => swapJvm(target, feeds[at]!, options, { ledger, output }, signal)),
    );
    for (const report of reports) printReport(report, output);
    output.result(reportsToJson(reports));
    return exitCode(reports);
  } finally {
    jvms.dispose();
    await ledger?.close();
  }
}

function exitCode(reports: readonly JvmReport[]): ExitCode {
  if (reports.some(({ error }) => error !== undefined)) return ExitCode.failed;
  const refused = reports.some(({ classes }) => classes.some(({ outcome }) => outcome === 'refused'));
  return refused ? ExitCode.refused : ExitCode.done;
}
