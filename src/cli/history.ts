import { examples, ExitCode, type Context, type Register } from './command';

interface HistoryOptions {
  readonly jvm?: string;
  readonly class?: string;
}

/** `swapdeck history`: the swaps that were done from this workspace, the newest first. */
export const registerHistory: Register = (program, action) => {
  program
    .command('history')
    .description('list the swaps that commands did from this workspace, or the deployments of an application')
    .argument('[environment]', 'with an application after it: list its deployments there')
    .argument('[application]')
    .option(
      '--jvm <jvm>',
      'only those of one JVM: HOST:PORT, a port of this machine, or its name in swapdeck.yaml',
    )
    .option('--class <name>', 'only those of one class, such as shop.cart.Cart')
    .addHelpText(
      'after',
      examples(
        'history',
        'history --jvm localhost:5005 --json',
        'history --class shop.Cart',
        'history staging adara',
      ),
    )
    .action(
      action(
        (
          context,
          environment: string | undefined,
          application: string | undefined,
          options: HistoryOptions,
        ) =>
          environment === undefined || application === undefined
            ? history(context, options)
            : deployments(context, environment, application),
      ),
    );
};

async function deployments(context: Context, environment: string, application: string): Promise<ExitCode> {
  const { deploymentHistory } = await import('./deploy/status');
  return deploymentHistory(context, { environment, application });
}

async function history(context: Context, { jvm, class: className }: HistoryOptions): Promise<ExitCode> {
  const { output } = context;
  const [{ workspaceLedger }, { historyToJson, printHistory }, { swapsOf }] = await Promise.all([
    import('./ledgerFolder'),
    import('./historyReport'),
    import('./ledgerSwaps'),
  ]);
  const ledger = await workspaceLedger(context);
  const entries = await ledger.entries(className === undefined ? {} : { className });
  const swaps = jvm === undefined ? entries : swapsOf(jvm, entries);
  if (swaps.length === 0) output.note('No swap was written down here.');
  printHistory(swaps, output);
  output.result(historyToJson(swaps));
  return ExitCode.done;
}
