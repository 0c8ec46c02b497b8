import type { Intent } from '../../contracts/deploy';
import type { App } from '../app';
import { choose, type ChooseOptions } from '../deploy/choose';
import { deployByPlan, planOf } from '../deploy/flow';
import type { PlacedApplication } from '../deploy/placed';
import { t } from '../text';
import { placedOf, releaseOf } from './placedOf';

/** Goes back to a release that the hosts keep. */
export function rollBack(app: App, node?: unknown, version?: unknown): Promise<unknown> {
  return change(app, node, version, {
    intent: 'rollback',
    offers: 'kept',
    title: (placed) =>
      placed ? t('Roll {0} Back in {1}', placed.application, placed.environment) : t('Roll Back'),
    planning: ({ application, environment }) =>
      t('Planning to roll {0} back in {1}', application, environment),
  });
}

/** Sends all users to a release that runs beside the live one; only the router changes. */
export function switchTraffic(app: App, node?: unknown, version?: unknown): Promise<unknown> {
  return change(app, node, version, {
    intent: 'switch',
    offers: 'running',
    title: (placed) =>
      placed
        ? t('Switch the Traffic of {0} in {1}', placed.application, placed.environment)
        : t('Switch Traffic'),
    planning: ({ application, environment }) =>
      t('Planning to switch the traffic of {0} in {1}', application, environment),
  });
}

/** Takes a release that runs out of service; another one that runs takes its users. */
export function pullRelease(app: App, node?: unknown, version?: unknown): Promise<unknown> {
  return change(app, node, version, {
    intent: 'pull',
    offers: 'pull',
    title: (placed) =>
      placed
        ? t('Pull a Release of {0} Out of Service in {1}', placed.application, placed.environment)
        : t('Pull a Release Out of Service'),
    planning: ({ application, environment }) =>
      t('Planning to pull a release of {0} in {1}', application, environment),
  });
}

interface Change {
  readonly intent: Intent;
  readonly offers: ChooseOptions['offers'];
  /** Of what is asked; without an application where that is asked too. */
  readonly title: (placed: PlacedApplication | undefined) => string;
  /** What is said while the plan is made. */
  readonly planning: (placed: PlacedApplication) => string;
}

/** A plan for a release that is there already: of the row, or one that is chosen. */
async function change(
  app: App,
  node: unknown,
  version: unknown,
  { intent, offers, title, planning }: Change,
): Promise<unknown> {
  const placed = placedOf(node);
  const chosen = await choose(app, {
    title: title(placed),
    offers,
    ...(placed && { placed }),
    ...releaseOf(version),
  });
  if (chosen?.version === undefined) return undefined;
  return deployByPlan(app, chosen.placed, planning(chosen.placed), planOf(intent, chosen.version));
}
