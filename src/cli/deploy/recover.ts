import type { Deployable } from '../../environments/deployable';
import type { Receipt } from '../../contracts/deployRecord';
import { collect, examples, ExitCode, type Context, type Register } from '../command';
import { confirm } from './ask';
import { WITHOUT, type ChangeOptions } from './execute';
import { withDeployable, type Names } from './open';

type LeavingOut = Pick<ChangeOptions, 'without'>;

/** `swapdeck resume` and `unlock`; `undo ENVIRONMENT APPLICATION` is in `../undo.ts`. */
export const registerRecover: Register = (program, action) => {
  program
    .command('resume')
    .description('go on with a deployment that was interrupted')
    .argument('<environment>')
    .argument('<application>')
    .option('--without <target>', WITHOUT, collect)
    .addHelpText('after', examples('resume staging adara'))
    .action(
      action((context, environment: string, application: string, { without }: LeavingOut) =>
        recover(context, { environment, application }, (opened, signal) =>
          opened.leavingOut(without ?? []).resume(signal),
        ),
      ),
    );
  program
    .command('unlock')
    .description('take the lock of a deployment away from a holder that is gone')
    .argument('<environment>')
    .argument('<application>')
    .option('--yes', 'go on without a question')
    .addHelpText('after', examples('unlock staging adara'))
    .action(
      action((context, environment: string, application: string, options: { readonly yes?: boolean }) =>
        unlock(context, { environment, application }, options.yes === true),
      ),
    );
};

/** Takes an interrupted deployment back. */
export function undoDeployment(
  context: Context,
  names: Names,
  { without = [] }: LeavingOut,
): Promise<ExitCode> {
  return recover(context, names, (opened, signal) => opened.leavingOut(without).undo(signal), true);
}

async function recover(
  context: Context,
  names: Names,
  how: (deployable: Deployable, signal: AbortSignal) => Promise<Receipt>,
  isUndo = false,
): Promise<ExitCode> {
  const { output, signal } = context;
  const { exitOf, printReceipt, progressTo, titlesOf } = await import('./report');
  let onEvent: ReturnType<typeof progressTo> = () => undefined;
  return withDeployable(context, names, { onEvent: (event) => onEvent(event) }, async (deployable) => {
    const standing = await deployable.interrupted(signal);
    if (!standing) {
      output.line('No deployment was interrupted.');
      output.result({ outcome: 'nothing' });
      return ExitCode.done;
    }
    onEvent = progressTo(output, titlesOf(standing.plan));
    const receipt = await how(deployable, signal);
    printReceipt(standing.plan, receipt, output);
    output.result({ plan: standing.plan.id, release: standing.plan.release, ...receipt });
    return isUndo && receipt.outcome === 'undone' ? ExitCode.done : exitOf(receipt);
  });
}

async function unlock(context: Context, names: Names, yes: boolean): Promise<ExitCode> {
  const { output, signal } = context;
  return withDeployable(context, names, {}, async (deployable) => {
    const held = await deployable.holder(signal);
    if (!held) {
      output.line('Nobody holds the lock.');
      output.result({ unlocked: false });
      return ExitCode.done;
    }
    const { owner, sinceRenewalMs, token } = held;
    output.line(
      `${owner?.actor.name ?? 'Somebody'} holds it for "${owner?.reason ?? '?'}", renewed ${Math.round(sinceRenewalMs / 1000)} s ago.`,
    );
    if (!yes && !(await confirm(context, names.environment, 'confirm'))) return ExitCode.failed;
    const unlocked = await deployable.unlock(token, signal);
    output.line(unlocked ? 'The lock was taken away.' : 'The lock was gone already.');
    output.result({ unlocked, owner: owner?.actor.name });
    return ExitCode.done;
  });
}
