import { t } from '../text';
import type { RunningDeployment } from './running';
import { byteCount } from './words';

/** What a deployment does now: `3/12 Transfer the image, 12.3 MB of 20.1 MB`. */
export function stepWords(deployment: RunningDeployment): string {
  const { current, bytes, plan, signal, receipt } = deployment;
  if (receipt) return t('finishing');
  if (!current) return signal.aborted ? t('stopping') : t('taking the lock');
  const { step, number } = current;
  const words = [
    step.state === 'undoing' ? t('taking back: {0}', step.title) : step.title,
    ...(bytes ? [transferred(bytes)] : []),
    ...(signal.aborted && step.state === 'running' ? [t('stopping')] : []),
  ];
  return `${number}/${plan.steps.length} ${words.join(', ')}`;
}

function transferred({ bytes, total }: { readonly bytes: number; readonly total?: number }): string {
  return total === undefined ? byteCount(bytes) : t('{0} of {1}', byteCount(bytes), byteCount(total));
}
