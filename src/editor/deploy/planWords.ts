import type { Intent, Plan } from '../../contracts/deploy';
import { nameOf } from '../../environments/operations';
import { t } from '../text';

/** The imperative of what a plan does. */
export function verb(intent: Intent): string {
  return {
    deploy: t('Deploy'),
    rollback: t('Roll Back'),
    switch: t('Switch Traffic'),
    pull: t('Pull Out of Service'),
    remove: t('Remove'),
    move: t('Move'),
    restart: t('Restart'),
    drain: t('Drain'),
    activate: t('Activate'),
    reload: t('Reload'),
    renew: t('Renew'),
  }[intent];
}

/** `deploy adara 3f2c1ab to staging`. */
export function planTitle({
  intent,
  release,
  environment,
}: Pick<Plan, 'intent' | 'release' | 'environment'>): string {
  const { version } = release;
  const application = nameOf(release.application);
  return {
    deploy: t('deploy {0} {1} to {2}', application, version, environment),
    rollback: t('roll {0} back to {1} in {2}', application, version, environment),
    switch: t('switch {0} to {1} in {2}', application, version, environment),
    pull: t('pull {0} {1} out of service in {2}', application, version, environment),
    remove: t('remove {0} {1} from {2}', application, version, environment),
    move: t('move {0} to {1} in {2}', application, version, environment),
    restart: t('restart {1} behind {0} in {2}', application, version, environment),
    drain: t('drain {1} behind {0} in {2}', application, version, environment),
    activate: t('activate {1} behind {0} in {2}', application, version, environment),
    reload: t('reload {1} on {0} in {2}', application, version, environment),
    renew: t('renew {0} in {2}, until {1}', application, version, environment),
  }[intent];
}

/** What the document of a receipt is called. */
export function receiptTitle({ release, environment }: Pick<Plan, 'release' | 'environment'>): string {
  return t('receipt of {0} {1} in {2}', nameOf(release.application), release.version, environment);
}
