import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { Endpoint } from '../contracts/channel';
import type { BuiltClass } from '../hotswap/model';
import { classGlob } from './classGlob';
import { collect, examples, ExitCode, type Context, type Register } from './command';
import { parseJvmAddress } from './jvmAddress';
import type { JvmReport } from './swapReport';

interface SwapOptions {
  readonly jvm: readonly Endpoint[];
  readonly classes: readonly string[];
  readonly only?: readonly string[];
  readonly all?: boolean;
  readonly wait?: boolean;
}

/** `swapdeck swap`: brings what differs in a folder or jar of classes into running JVMs. */
export const registerSwap: Register = (program, action) => {
  program
    .command('swap')
    .description('swap the classes that differ from what running JVMs execute')
    .requiredOption('--jvm <host:port>', 'a JVM that listens for a debugger; may be repeated', addresses)
    .requiredOption('--classes <dir>', 'a folder or jar of compiled classes; may be repeated', collect)
    .option('--only <glob>', "only classes of this name, such as 'shop.*'; may be repeated", collect)
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

function addresses(value: string, before: readonly Endpoint[] | undefined): readonly Endpoint[] {
  return [...(before ?? []), parseJvmAddress(value)];
}

async function swap({ output, signal, cwd }: Context, options: SwapOptions): Promise<ExitCode> {
  const [{ swapJvm }, { printReport, reportsToJson }] = await Promise.all([
    import('./swapJvm'),
    import('./swapReport'),
  ]);
  const classes = await readAll(
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

/** The chosen classes of all roots. Rejects with `HotSwapError` (`noClassRoots`) when a root isn't there. */
async function readAll(
  roots: readonly string[],
  isChosen: (name: string) => boolean,
  signal: AbortSignal,
): Promise<BuiltClass[]> {
  const [{ openRoot, readClasses }, { HotSwapError }] = await Promise.all([
    import('../hotswap/roots/readRoot'),
    import('../hotswap/errors'),
  ]);
  const classes = new Map<string, BuiltClass>();
  for (const path of roots) {
    await stat(path).catch((error: unknown) => {
      throw new HotSwapError('noClassRoots', `${path} is not there`, { path }, error);
    });
    const root = await openRoot(path, signal);
    try {
      const chosen = root.entries.filter(({ name }) => isChosen(name));
      for (const built of await readClasses(chosen, signal)) classes.set(built.name, built);
    } finally {
      await root.close();
    }
  }
  return [...classes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
