import type { SwapRecord } from '../hotswap/model';
import { toMessage } from '../messages/message';
import { refusedSwap } from '../messages/refusals';
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
  if (record.error) {
    notifier.error(record.error, context);
    return;
  }
  const refused = record.classes.filter(({ outcome }) => outcome === 'refused');
  const [first] = refused;
  if (!first) return;
  const names = refused.map(({ name }) => name);
  notifier.tell('warning', toMessage(refusedSwap(first.error ?? 0, names, t), t), context);
}
