import type { SwapRecord } from '../hotswap/model';
import { describeJvmError } from './describe';
import type { Message } from './message';
import { toMessage } from './message';
import { refusedClasses } from './refusals';
import { groupOutcome } from './swapGroup';
import type { Translate } from './translate';

/** What a person is told of a swap that some JVM did not take; undefined when there is nothing to do. */
export function failedSwap(record: SwapRecord, t: Translate): Message | undefined {
  const { group, jvm, error, classes } = record;
  // Of a group that was not swapped, only the JVM that is the cause is told of.
  if (group?.decision === 'none' && group.cause !== jvm && error?.reason !== 'notTakenBack') return undefined;
  const whole = group && groupOutcome({ group, isLost: error !== undefined }, t);
  const message = error ? describeJvmError(error, { t, where: jvm }) : refusedMessage(classes, t);
  if (!message || whole === undefined) return message;
  // What the JVM's own text says of coming back is not what was decided for it.
  const detail = error ? whole : [message.detail, whole].filter(Boolean).join(' ');
  return { ...message, detail };
}

function refusedMessage(classes: SwapRecord['classes'], t: Translate): Message | undefined {
  const refused = classes.filter(({ outcome }) => outcome === 'refused');
  return refused.length === 0 ? undefined : toMessage(refusedClasses(refused, t), t);
}
