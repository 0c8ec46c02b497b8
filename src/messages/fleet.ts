import type { SwapGroup, SwapRecord } from '../hotswap/model';
import { describeJvmError } from './describe';
import type { Message } from './message';
import { toMessage } from './message';
import { refusedClasses } from './refusals';
import type { Translate } from './translate';

/** What became of a swap of several JVMs, in one sentence. `isLost`: the cause is a JVM that was lost. */
export function groupOutcome(
  { group, isLost }: { readonly group: SwapGroup; readonly isLost: boolean },
  t: Translate,
): string {
  const { jvms, decision, cause } = group;
  if (decision === 'all')
    return cause === undefined
      ? t('All {0} JVMs have the swap.', jvms.length)
      : t('{0} was lost in the middle and gets the swap when it is back: the others can not go back.', cause);
  if (cause === undefined) return t('None of {0} JVMs keeps the swap.', jvms.length);
  return isLost
    ? t('None of {0} JVMs keeps the swap, because {1} was lost.', jvms.length, cause)
    : t('None of {0} JVMs keeps the swap, because {1} did not take it.', jvms.length, cause);
}

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
