import type { App } from '../app';
import { choose } from '../deploy/choose';
import { deployByPlan, planOf } from '../deploy/flow';
import { t } from '../text';
import { placedOf, releaseOf } from './placedOf';

/** Deploys what a person chooses, to the environment of the row or one that is chosen; a kept release goes live again. */
export async function deploy(app: App, node?: unknown, version?: unknown): Promise<unknown> {
  const placed = placedOf(node);
  const chosen = await choose(app, {
    title: placed ? t('Deploy {0} to {1}', placed.application, placed.environment) : t('Deploy'),
    offers: 'deploy',
    ...(placed && { placed }),
    ...releaseOf(version),
  });
  if (!chosen) return undefined;
  const { application, environment } = chosen.placed;
  return deployByPlan(
    app,
    chosen.placed,
    t('Planning the deployment of {0} to {1}', application, environment),
    planOf('deploy', chosen.version, chosen.isNew),
  );
}
