import type { App } from '../app';
import { choose } from '../deploy/choose';
import { deployByPlan, planOf } from '../deploy/flow';
import { t } from '../text';
import { placedOf, releaseOf } from './placedOf';

/** Goes back to a release that the hosts keep. */
export async function rollBack(app: App, node?: unknown, version?: unknown): Promise<unknown> {
  const placed = placedOf(node);
  const chosen = await choose(app, {
    title: placed ? t('Roll {0} Back in {1}', placed.application, placed.environment) : t('Roll Back'),
    offers: 'kept',
    ...(placed && { placed }),
    ...releaseOf(version),
  });
  if (chosen?.version === undefined) return undefined;
  const { application, environment } = chosen.placed;
  return deployByPlan(
    app,
    chosen.placed,
    t('Planning to roll {0} back in {1}', application, environment),
    planOf('rollback', chosen.version),
  );
}
