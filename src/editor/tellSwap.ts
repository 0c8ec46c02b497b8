import type { SwapRecord } from '../hotswap/model';
import { failedSwap } from '../messages/fleet';
import { foundSwap } from '../messages/undo';
import type { Notifier } from './notify';
import { t } from './text';

/** Tells a person about a swap only when there is something to do: a refusal, or a failure. */
export function tellSwap(record: SwapRecord, notifier: Notifier): void {
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
  if (message) notifier.tell(record.error ? 'error' : 'warning', message, context);
}
