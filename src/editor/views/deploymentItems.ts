import * as vscode from 'vscode';
import type { Intent, Release } from '../../contracts/deploy';
import type { Outcome } from '../../contracts/deployRecord';
import { describe } from '../../messages/describe';
import { outcomeText, probeText } from '../../messages/deploy';
import { nameOf } from '../../environments/operations';
import { stepWords } from '../deploy/progress';
import { ago, who } from '../deploy/words';
import { duration, t, timeOfDay } from '../text';
import type {
  DeploymentNode,
  DeploymentProblemNode,
  DeploymentsNode,
  DeploymentStep,
  DeploymentStepNode,
} from './deploymentNodes';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
const color = (name: string): vscode.ThemeColor => new vscode.ThemeColor(`charts.${name}`);

/**
 * The row of a node. A deployment's `viewItem` is `deployment.STATE`: `running`, `undoing` (which can't be cancelled),
 * `elsewhere` (somebody else executes it), `interrupted` (waits to be resumed or undone), `committed` (only to be resumed) or `over`; then `.receipt` when there is one.
 */
export function deploymentItem(node: DeploymentsNode): vscode.TreeItem {
  switch (node.kind) {
    case 'deployment':
      return rowItem(node);
    case 'step':
      return stepItem(node);
    case 'problem':
      return problemItem(node);
    case 'environment': {
      const item = new vscode.TreeItem(node.name, Expanded);
      item.id = `environment/${node.name}`;
      item.iconPath = new vscode.ThemeIcon('layers');
      item.contextValue = 'deploymentEnvironment';
      return item;
    }
    case 'loading': {
      const item = new vscode.TreeItem(t('Asking the hosts'));
      item.id = 'loading';
      item.iconPath = new vscode.ThemeIcon('loading~spin');
      return item;
    }
  }
}

function rowItem(node: DeploymentNode): vscode.TreeItem {
  const { placed, plan, running, standing, record } = node;
  const isOpen = running !== undefined || standing !== undefined;
  const of = running?.plan ?? standing?.plan ?? record!;
  const item = new vscode.TreeItem(labelOf(of), isOpen ? Expanded : Collapsed);
  // One that was undone after it stayed in the middle stands there twice.
  item.id = `deployment/${placed.id}/${plan}/${isOpen ? 'open' : record!.at}`;
  const words = wordsOf(node);
  item.description = words.join(' · ');
  item.iconPath = iconOf(node);
  item.contextValue = ['deployment', stateOf(node), ...(record ? ['receipt'] : [])].join('.');
  item.tooltip = [labelOf(of), ...words, ...(record ? [probeText(record.receipt.probe, t)] : [])].join('\n');
  item.accessibilityInformation = { label: `${item.label as string}, ${words.join(', ')}` };
  return item;
}

function labelOf({ intent, release }: { readonly intent: Intent; readonly release: Release }): string {
  const { version } = release;
  const name = nameOf(release.application);
  return {
    deploy: `${name} ${version}`,
    rollback: t('{0} back to {1}', name, version),
    switch: t('{0} switched to {1}', name, version),
    pull: t('{0} {1} pulled out of service', name, version),
    remove: t('{0} {1} removed', name, version),
    move: t('{0} moved to {1}', name, version),
    restart: t('{1} behind {0} restarted', name, version),
    drain: t('{1} behind {0} drained', name, version),
    activate: t('{1} behind {0} activated', name, version),
    reload: t('{1} on {0} reloaded', name, version),
    renew: t('{0} renewed until {1}', name, version),
  }[intent];
}

function stateOf({ running, standing, holder }: DeploymentNode): string {
  if (holder) return 'elsewhere';
  if (running) return running.how === 'undo' ? 'undoing' : 'running';
  if (!standing) return 'over';
  return standing.committed === undefined ? 'interrupted' : 'committed';
}

function wordsOf({ placed, running, standing, holder, record }: DeploymentNode): string[] {
  if (running) return [placed.environment, stepWords(running)];
  if (holder)
    return [placed.environment, t('{0} is at it', holder.owner ? who(holder.owner.actor) : t('somebody'))];
  if (standing)
    return [
      placed.environment,
      standing.outcome ? outcomeText(standing.outcome, t) : t('interrupted'),
      ...(record ? [ago(record.at)] : []),
    ];
  const { outcome, receipt, actor, at } = record!;
  const { probe } = receipt;
  return [
    placed.environment,
    outcomeText(outcome, t),
    duration(receipt.durationMs),
    ...(probe ? [t('{0} of {1} lost', probe.lost, probe.sent)] : []),
    Date.now() - at < 24 * 60 * 60 * 1000 ? timeOfDay(at) : ago(at),
    who(actor),
  ];
}

function iconOf({ running, standing, holder, record }: DeploymentNode): vscode.ThemeIcon {
  if (running ?? holder) return new vscode.ThemeIcon('sync~spin');
  const icons: Readonly<Record<Outcome, vscode.ThemeIcon>> = {
    done:
      (record?.receipt.probe?.lost ?? 0) > 0
        ? new vscode.ThemeIcon('warning', color('yellow'))
        : new vscode.ThemeIcon('pass', color('green')),
    undone: new vscode.ThemeIcon('discard'),
    stayed: new vscode.ThemeIcon('debug-pause', color('yellow')),
    interrupted: new vscode.ThemeIcon('debug-pause', color('yellow')),
    stuck: new vscode.ThemeIcon('error', color('red')),
  };
  return icons[standing ? (standing.outcome ?? 'interrupted') : record!.outcome];
}

const stepIcons: Readonly<Record<DeploymentStep['state'], vscode.ThemeIcon>> = {
  waiting: new vscode.ThemeIcon('circle-outline'),
  running: new vscode.ThemeIcon('sync~spin'),
  done: new vscode.ThemeIcon('check'),
  failed: new vscode.ThemeIcon('error', color('red')),
  undoing: new vscode.ThemeIcon('sync~spin'),
  undone: new vscode.ThemeIcon('discard'),
  undoFailed: new vscode.ThemeIcon('error', color('red')),
  skipped: new vscode.ThemeIcon('circle-slash'),
};

function stepItem(node: DeploymentStepNode): vscode.TreeItem {
  const { deployment, step } = node;
  const { id, title, state, durationMs, failure } = step;
  const item = new vscode.TreeItem(title, None);
  item.id = `step/${deployment.placed.id}/${deployment.plan}/${deployment.at}/${id}`;
  const states: Readonly<Record<DeploymentStep['state'], string>> = {
    waiting: '',
    running: t('running'),
    done: '',
    failed: t('failed'),
    undoing: t('taking back'),
    undone: t('taken back'),
    undoFailed: t('could not be taken back'),
    skipped: t('left out'),
  };
  const words = [states[state], durationMs === undefined ? '' : duration(durationMs)].filter(Boolean);
  item.description = words.join(' · ');
  item.iconPath = stepIcons[state];
  item.contextValue = 'deploymentStep';
  item.tooltip = [`${title} [${id}]`, ...words, ...(failure ? [failure.message] : [])].join('\n');
  item.command = { command: 'swapdeck.showStepLog', title: t('Show Log of Step'), arguments: [node] };
  item.accessibilityInformation = { label: [title, ...words].join(', ') };
  return item;
}

function problemItem({ placed, error }: DeploymentProblemNode): vscode.TreeItem {
  const { title, detail } = describe(error, { t });
  const item = new vscode.TreeItem(t('{0} in {1}', placed.application, placed.environment), None);
  item.id = `problem/${placed.id}`;
  item.description = title;
  item.tooltip = [title, ...(detail === undefined ? [] : [detail]), t('Click to try again.')].join('\n');
  item.iconPath = new vscode.ThemeIcon('error', color('red'));
  item.contextValue = 'deploymentProblem';
  item.command = { command: 'swapdeck.refreshDeployments', title: t('Try Again'), arguments: [{ placed }] };
  return item;
}
