import type { SwapGroup } from '../hotswap/model';
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
