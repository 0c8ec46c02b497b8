import type { App } from '../app';
import { choosePlaced } from '../deploy/choose';
import { recover } from '../deploy/flow';
import type { PlacedApplication } from '../deploy/placed';
import { t } from '../text';
import { placedOf } from './placedOf';

/** Goes on with a deployment that was interrupted. */
export async function resumeDeployment(app: App, node?: unknown): Promise<unknown> {
  const placed = placedOf(node) ?? (await chooseInterrupted(app, t('Resume a Deployment')));
  return placed && recover(app, placed, 'resume');
}

/** Takes an interrupted deployment back. */
export async function undoDeployment(app: App, node?: unknown): Promise<unknown> {
  const placed = placedOf(node) ?? (await chooseInterrupted(app, t('Undo a Deployment')));
  return placed && recover(app, placed, 'undo');
}

/** Stops a deployment of this window: the running step ends or is taken back, then the person is asked. */
export async function cancelDeployment(app: App, node?: unknown): Promise<void> {
  const { applications } = app;
  const isRunning = ({ id }: PlacedApplication): boolean => applications.runningOf(id) !== undefined;
  const placed = placedOf(node) ?? (await choosePlaced(app, t('Cancel a Deployment'), isRunning));
  if (placed) applications.runningOf(placed.id)?.cancel();
}

async function chooseInterrupted(app: App, title: string): Promise<PlacedApplication | undefined> {
  const { applications, notifier } = app;
  const all = applications.deployable;
  const known = await Promise.all(all.map((placed) => applications.past.known(placed)));
  const open = all.filter((_, at) => known[at]?.value?.open);
  if (open.length > 0) return choosePlaced(app, title, (placed) => open.some(({ id }) => id === placed.id));
  notifier.tell('info', { title: t('No deployment was interrupted.'), next: [] });
  return undefined;
}
