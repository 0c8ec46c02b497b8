import type { App } from '../app';
import { choosePlaced } from '../deploy/choose';
import { duration, t } from '../text';
import { placedOf } from './placedOf';

/** Takes the lock of an application away from who holds it, once a person has read who that is. */
export async function unlock(app: App, node?: unknown): Promise<void> {
  const { applications, notifier, dialogs } = app;
  const placed = placedOf(node) ?? (await choosePlaced(app, t('Take a Lock Away')));
  if (!placed) return;
  const opened = await applications.open(placed);
  const held = await opened.holder();
  if (!held) {
    notifier.tell('info', { title: t('Nobody holds the lock.'), next: [] });
    applications.refresh(placed);
    return;
  }
  const { owner, sinceRenewalMs, token } = held;
  const title = t(
    'Take the lock of {0} in {1} away from {2}?',
    placed.application,
    placed.environment,
    owner?.actor.name ?? t('somebody'),
  );
  const detail = [
    ...(owner ? [t('It is held for "{0}".', owner.reason)] : []),
    t(
      'It was renewed {0} ago; a deployment that goes on renews it every few seconds.',
      duration(sinceRenewalMs),
    ),
    t('A deployment that loses its lock stops where it is, and can be resumed or undone.'),
  ].join(' ');
  if (!(await dialogs.confirm(title, detail, t('Take Away')))) return;
  const taken = await opened.unlock(token);
  applications.refresh(placed);
  notifier.tell('info', {
    title: taken ? t('The lock was taken away.') : t('The lock was gone already.'),
    next: [],
  });
}
