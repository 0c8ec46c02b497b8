import type { App } from '../app';
import { choose } from '../deploy/choose';
import { deployByPlan, planOf } from '../deploy/flow';
import { t } from '../text';
import { placedOf, releaseOf } from './placedOf';

/** Takes a release that runs out of service; another one that runs takes its users. */
export async function pullRelease(app: App, node?: unknown, version?: unknown): Promise<unknown> {
  const placed = placedOf(node);
  const chosen = await choose(app, {
    title: placed
      ? t('Pull a Release of {0} Out of Service in {1}', placed.application, placed.environment)
      : t('Pull a Release Out of Service'),
    offers: 'pull',
    ...(placed && { placed }),
    ...releaseOf(version),
  });
  if (chosen?.version === undefined) return undefined;
  const { application, environment } = chosen.placed;
  return deployByPlan(
    app,
    chosen.placed,
    t('Planning to pull a release of {0} in {1}', application, environment),
    planOf('pull', chosen.version),
  );
}
