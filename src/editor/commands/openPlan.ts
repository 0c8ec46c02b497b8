import * as vscode from 'vscode';
import type { App } from '../app';
import { choose } from '../deploy/choose';
import { planOf, previewPlan } from '../deploy/flow';
import { t } from '../text';
import { placedOf, releaseOf } from './placedOf';

/** Shows what a deployment would do, and does nothing. */
export async function openPlan(app: App, node?: unknown, version?: unknown): Promise<unknown> {
  const placed = placedOf(node);
  const chosen = await choose(app, {
    title: placed ? t('Plan of {0} in {1}', placed.application, placed.environment) : t('Open Plan'),
    offers: 'deploy',
    ...(placed && { placed }),
    ...releaseOf(version),
  });
  if (!chosen) return undefined;
  return previewPlan(app, chosen.placed, planOf('deploy', chosen.version, chosen.isNew));
}

/** The buttons in the title of a plan that waits. */
export function answerPlan({ deployDocuments }: App, uri: unknown, how: 'execute' | 'discard'): void {
  const document = uri instanceof vscode.Uri ? uri : vscode.window.activeTextEditor?.document.uri;
  if (document) deployDocuments.answer(document, how);
}
