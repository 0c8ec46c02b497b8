import type { Intent, Plan } from '../../contracts/deploy';
import { t } from '../text';

/** The imperative of what a plan does. */
export function verb(intent: Intent): string {
  return { deploy: t('Deploy'), rollback: t('Roll Back'), switch: t('Switch Traffic') }[intent];
}

/** `deploy adara 3f2c1ab to staging`. */
export function planTitle({
  intent,
  release,
  environment,
}: Pick<Plan, 'intent' | 'release' | 'environment'>): string {
  const { application, version } = release;
  return {
    deploy: t('deploy {0} {1} to {2}', application, version, environment),
    rollback: t('roll {0} back to {1} in {2}', application, version, environment),
    switch: t('switch {0} to {1} in {2}', application, version, environment),
  }[intent];
}

/** What the document of a receipt is called. */
export function receiptTitle({ release, environment }: Pick<Plan, 'release' | 'environment'>): string {
  return t('receipt of {0} {1} in {2}', release.application, release.version, environment);
}
