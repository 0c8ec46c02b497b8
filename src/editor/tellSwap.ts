import type { SwapRecord } from '../hotswap/model';
import { failedSwap } from '../messages/fleet';
import { nextStepTitle } from '../messages/message';
import { foundSwap } from '../messages/undo';
import type { App } from './app';
import { t } from './text';

/** Tells a person about a swap only when there is something to do: a refusal, or a failure. Never rejects. */
export async function tellSwap(record: SwapRecord, app: App): Promise<void> {
  const { notifier } = app;
  const context = { jvm: record.jvm };
  if (record.found) {
    notifier.tell('info', foundSwap(record, t), context);
    return;
  }
  if (record.error && !record.group) {
    notifier.error(record.error, context);
    return;
  }
  const message = failedSwap(record, t);
  if (!message) return;
  const kind = record.error ? 'error' : 'warning';
  const refused = record.classes.filter(({ outcome }) => outcome === 'refused').map(({ name }) => name);
  if (!(await isOfWebApplication(app, record.jvm, refused))) {
    notifier.tell(kind, message, context);
    return;
  }
  // Its application can be started again without the JVM.
  const next = [
    { id: 'bringLive' as const, title: nextStepTitle('bringLive', t) },
    ...message.next.filter(({ id }) => id !== 'restartJvm'),
  ];
  const bringLive = async (): Promise<unknown> =>
    (await import('./commands/bringLive')).bringLive(app, record.jvm, refused);
  notifier.tell(kind, { ...message, next }, { ...context, bringLive });
}

async function isOfWebApplication(
  { jvms, log }: App,
  jvm: string,
  classNames: readonly string[],
): Promise<boolean> {
  if (classNames.length === 0) return false;
  try {
    const { webApplicationOfAny } = await import('./deploy/ladder');
    return (await webApplicationOfAny(jvms.session(jvm), classNames)) !== undefined;
  } catch (error) {
    // The refusal is to be told all the same.
    log.warn(`could not tell whether ${jvm} runs a web application: ${String(error)}`);
    return false;
  }
}
