import { ChosenClasses, withClassesOptions, type ClassesOptions } from './classesOptions';
import type { LoaderInfo } from '../hotswap/model';
import { collect, examples, ExitCode, type Context, type Register } from './command';
import type { JvmReport } from './swapReport';

interface SwapOptions extends ClassesOptions {
  readonly all?: boolean;
  readonly wait?: boolean;
  readonly each?: boolean;
  readonly loader?: readonly string[];
}

/** `swapdeck swap`: brings what differs in a folder or jar of classes into running JVMs. */
export const registerSwap: Register = (program, action) => {
  withClassesOptions(
    program.command('swap').description('swap the classes that differ from what running JVMs execute'),
  )
    .option('--all', 'redefine also classes that run already')
    .option('--wait', 'stay, and swap classes that are not loaded yet the moment they are; ends with Ctrl-C')
    .option('--each', 'swap each of several JVMs on its own; else all of them or none')
    .option(
      '--loader <text>',
      'only classes of class loaders whose type or name contains this, such as shop##2; may be repeated',
      collect,
    )
    .addHelpText(
      'after',
      examples(
        'swap --jvm localhost:5005 --classes target/classes',
        "swap --jvm 5005 --jvm 5006 --classes target/classes --only 'shop.cart.*' --json",
        'swap --jvm localhost:5005 --classes build/libs/app.jar --wait',
        'swap --jvm staging/shop-1 --jvm staging/shop-2 --each',
        'swap --jvm dev/shop',
      ),
    )
    .action(action((context, options: SwapOptions) => swap(context, options)));
};

async function swap(context: Context, options: SwapOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const [
    { swapJvm },
    { CommandGroup, swapAlone },
    { printReport, printGroup, reportsToJson },
    { openTargets },
    { writableLedger },
    { pruneWorkspaces },
  ] = await Promise.all([
    import('./swapJvm'),
    import('./commandGroup'),
    import('./swapReport'),
    import('./jvmTargets'),
    import('./ledgerFolder'),
    import('./pruneWorkspaces'),
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
    const isTogether = jvms.targets.length > 1 && options.each !== true;
    const group = isTogether ? new CommandGroup(jvms.targets.length) : undefined;
    const surroundings = { ledger, output, swap: group?.swap ?? swapAlone };
    const choices = { ...options, isChosenLoader: loaderFilter(options.loader) };
    const reports = await Promise.all(
      jvms.targets.map(async (target, at) => {
        try {
          return await swapJvm(target, feeds[at]!, choices, surroundings, signal);
        } finally {
          group?.leave(target.id);
        }
      }),
    );
    for (const report of reports) printReport(report, output);
    printGroup(reports, output);
    output.result(reportsToJson(reports));
    return exitCode(reports);
  } finally {
    jvms.dispose();
    await ledger?.close();
    await pruneWorkspaces(context);
  }
}

function loaderFilter(wanted: readonly string[] | undefined): ((loader: LoaderInfo) => boolean) | undefined {
  if (!wanted) return undefined;
  return ({ type, name = '' }) => wanted.some((text) => type.includes(text) || name.includes(text));
}

function exitCode(reports: readonly JvmReport[]): ExitCode {
  if (reports.some(({ error }) => error !== undefined)) return ExitCode.failed;
  const refused = reports.some(({ classes }) => classes.some(({ outcome }) => outcome === 'refused'));
  return refused ? ExitCode.refused : ExitCode.done;
}
