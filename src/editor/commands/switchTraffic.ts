import type { App } from '../app';
import { choose } from '../deploy/choose';
import { deployByPlan, planOf } from '../deploy/flow';
import { t } from '../text';
import { placedOf, releaseOf } from './placedOf';

/** Sends all users to a release that runs beside the live one; only the router changes. */
export async function switchTraffic(app: App, node?: unknown, version?: unknown): Promise<unknown> {
  const placed = placedOf(node);
  const chosen = await choose(app, {
    title: placed
      ? t('Switch the Traffic of {0} in {1}', placed.application, placed.environment)
      : t('Switch Traffic'),
    offers: 'running',
    ...(placed && { placed }),
    ...releaseOf(version),
  });
  if (chosen?.version === undefined) return undefined;
  const { application, environment } = chosen.placed;
  return deployByPlan(
    app,
    chosen.placed,
    t('Planning to switch the traffic of {0} in {1}', application, environment),
    planOf('switch', chosen.version),
  );
}
