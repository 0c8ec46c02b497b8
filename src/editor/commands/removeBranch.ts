import * as vscode from 'vscode';
import type { DeployedApplication } from '../../environments/application';
import type { App } from '../app';
import { choosePlaced } from '../deploy/choose';
import { deployByPlan } from '../deploy/flow';
import { t } from '../text';
import { branchesOf } from '../views/applicationNodes';
import { placedOf } from './placedOf';

/** Takes all releases of a branch from all servers: of the row, or of one that is chosen. */
export async function removeBranch(app: App, node?: unknown): Promise<unknown> {
  const placed =
    placedOf(node) ??
    (await choosePlaced(app, t('Remove a Branch'), (each) => branchesOf(each, app.applications).length > 0));
  if (!placed) return undefined;
  const branch = nameOf(node) ?? (await chooseBranch(app, placed));
  if (branch === undefined) return undefined;
  return deployByPlan<DeployedApplication>(
    app,
    placed,
    t('Planning to remove {0} of {1} from {2}', branch, placed.application, placed.environment),
    (application, signal) => application.removeBranchPlan(branch, signal),
  );
}

function nameOf(node: unknown): string | undefined {
  return typeof node === 'object' && node !== null && 'branch' in node ? String(node.branch) : undefined;
}

async function chooseBranch(
  { applications }: App,
  placed: NonNullable<ReturnType<typeof placedOf>>,
): Promise<string | undefined> {
  const items = branchesOf(placed, applications).map(({ branch, context }) => ({
    label: branch,
    description: context,
  }));
  const title = t('Remove a Branch of {0} from {1}', placed.application, placed.environment);
  return (await vscode.window.showQuickPick(items, { title }))?.label;
}
