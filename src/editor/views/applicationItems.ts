import * as vscode from 'vscode';
import type { Instance } from '../../contracts/deploy';
import type { ApplicationStatus } from '../../environments/application';
import { describe } from '../../messages/describe';
import type { Message } from '../../messages/message';
import type { Applications } from '../deploy/applications';
import type { Known } from '../deploy/asking';
import { isGone } from '../deploy/holder';
import type { PlacedApplication } from '../deploy/placed';
import { stepWords } from '../deploy/progress';
import { ago, who } from '../deploy/words';
import { t } from '../text';
import type { ApplicationsNode, BranchNode, ProblemNode, TargetNode } from './applicationNodes';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
const yellow = new vscode.ThemeColor('charts.yellow');
const red = new vscode.ThemeColor('charts.red');
const green = new vscode.ThemeColor('charts.green');

/**
 * The row of a node. An application's `viewItem` is `application.STATE`, then `.kept` when there is a release to go
 * back to, `.running` when one of them runs beside the live one, and `.locked`; STATE is one of `idle`, `busy`, `deploying`,
 * `interrupted`, `failed`, `unsupported`.
 */
export function applicationItem(node: ApplicationsNode, applications: Applications): vscode.TreeItem {
  switch (node.kind) {
    case 'application':
      return rowItem(node.placed, applications);
    case 'target':
      return targetItem(node);
    case 'branch':
      return branchItem(node);
    case 'problem':
      return problemItem(node);
    case 'retry': {
      const item = new vscode.TreeItem(t('Try Again'));
      item.id = `retry/${node.placed.id}/${node.of}`;
      item.iconPath = new vscode.ThemeIcon('refresh');
      item.command = { command: 'swapdeck.refresh', title: t('Try Again'), arguments: [node] };
      return item;
    }
    case 'loading': {
      const item = new vscode.TreeItem(t('Asking the hosts'));
      item.id = `loading/${node.placed.id}`;
      item.iconPath = new vscode.ThemeIcon('loading~spin');
      return item;
    }
  }
}

function rowItem(placed: PlacedApplication, applications: Applications): vscode.TreeItem {
  const isSupported = placed.unsupported === undefined;
  const item = new vscode.TreeItem(placed.application, isSupported ? Collapsed : None);
  item.id = `application/${placed.id}`;
  const { state, icon, words, tooltip } = rowOf(placed, applications);
  item.description = words;
  item.iconPath = icon;
  item.tooltip = tooltip;
  item.contextValue = ['application', state, ...marksOf(placed, applications)].join('.');
  item.accessibilityInformation = { label: `${placed.application}, ${words}` };
  return item;
}

interface Row {
  readonly state: 'idle' | 'busy' | 'deploying' | 'interrupted' | 'failed' | 'unsupported';
  readonly icon: vscode.ThemeIcon;
  readonly words: string;
  readonly tooltip?: string;
}

function rowOf(placed: PlacedApplication, applications: Applications): Row {
  if (placed.unsupported !== undefined)
    return {
      state: 'unsupported',
      icon: new vscode.ThemeIcon('circle-slash'),
      words: t('not supported yet: {0}', placed.unsupported),
    };
  const deployment = applications.runningOf(placed.id);
  if (deployment)
    return {
      state: 'deploying',
      icon: new vscode.ThemeIcon('sync~spin'),
      words: `${deployment.plan.release.version} · ${stepWords(deployment)}`,
    };
  return knownRow(applications.status.look(placed));
}

function knownRow({ value: status, error, loading }: Known<ApplicationStatus>): Row {
  if (error !== undefined)
    return {
      state: 'failed',
      icon: new vscode.ThemeIcon('error', red),
      words: describe(error, { t }).title,
    };
  if (!status)
    return {
      state: 'idle',
      icon: new vscode.ThemeIcon(loading ? 'loading~spin' : 'package'),
      words: loading ? t('asking the hosts') : '',
    };
  const words = [...openWords(status), ...driftWords(status), ...behindWords(status), ...liveWords(status)];
  return {
    state: isBusy(status) ? 'busy' : status.interrupted ? 'interrupted' : 'idle',
    icon: iconOf(status),
    words: words.join(' · '),
    tooltip: words.join('\n'),
  };
}

/** Somebody else, or another window, is at it now. */
function isBusy({ holder }: ApplicationStatus): boolean {
  return holder !== undefined && !isGone(holder);
}

/** What is under way elsewhere, or waits to be resumed or undone. */
function openWords(status: ApplicationStatus): string[] {
  const { interrupted, holder } = status;
  const name = holder?.owner ? who(holder.owner.actor) : t('somebody');
  if (isBusy(status))
    return [
      interrupted
        ? t('{0} deploys {1}', name, interrupted.plan.release.version)
        : t('{0} holds the lock', name),
    ];
  if (!interrupted) return holder ? [t('{0} left the lock behind', name)] : [];
  const { version } = interrupted.plan.release;
  if (interrupted.outcome === 'stuck') return [t('{0} is stuck', version)];
  return [
    interrupted.outcome === 'stayed'
      ? t('{0} stopped in the middle', version)
      : t('{0} was interrupted', version),
  ];
}

function iconOf(status: ApplicationStatus): vscode.ThemeIcon {
  const { interrupted, drifted, live, targets } = status;
  if (isBusy(status)) return new vscode.ThemeIcon('lock', yellow);
  if (interrupted) return new vscode.ThemeIcon('debug-pause', yellow);
  if (targets.some(({ error }) => error !== undefined)) return new vscode.ThemeIcon('error', red);
  if (drifted || targets.some(({ missed }) => missed)) return new vscode.ThemeIcon('warning', yellow);
  return live ? new vscode.ThemeIcon('pass', green) : new vscode.ThemeIcon('package');
}

/** `3f2c1ab · 2 h ago · by dik`. */
function liveWords({ live, targets, lastDeployment: last }: ApplicationStatus): string[] {
  const unreachable = targets.filter(({ error }) => error !== undefined).length;
  const [first] = targets;
  if (targets.length === 1 && first?.error !== undefined)
    return [describe(first.error, { t, where: first.target }).title];
  const isNothing = unreachable === 0 && targets.every(({ state }) => !state?.live);
  const version =
    live?.version ??
    (isNothing
      ? t('nothing is live')
      : unreachable > 0
        ? t('{0} of {1} hosts can not be asked', unreachable, targets.length)
        : t('{0} releases', new Set(targets.map(({ state }) => state?.live?.release.version)).size));
  // Who deployed is told of what is live, not of what was taken back since.
  const isOfLast = live !== undefined && last?.outcome === 'done' && last.release.artifact === live.artifact;
  return [version, ...(isOfLast ? [ago(last.at), t('by {0}', who(last.actor))] : [])];
}

/** `behind: worker2 has 1.0.0, missed 1.1.0`. */
function behindWords({ targets }: ApplicationStatus): string[] {
  return targets.flatMap(({ target, state, missed }) => {
    if (!missed) return [];
    const has = state?.live?.release.version;
    return [
      has === undefined
        ? t('behind: {0} missed {1}', target, missed.version)
        : t('behind: {0} has {1}, missed {2}', target, has, missed.version),
    ];
  });
}

/** `drifted: 1a2b3c runs on web-2`. */
function driftWords({ drifted, targets, lastDeployment: last }: ApplicationStatus): string[] {
  if (!drifted || !last) return [];
  const deployed = last.outcome === 'done' ? last.release : last.from;
  const stray = targets.find(
    ({ state, missed }) =>
      !missed && state !== undefined && state.live?.release.artifact !== deployed?.artifact,
  );
  if (!stray) return [t('drifted')];
  const found = stray.state?.live?.release.version;
  return [
    found === undefined
      ? t('drifted: nothing runs on {0}', stray.target)
      : t('drifted: {0} runs on {1}', found, stray.target),
  ];
}

function marksOf(placed: PlacedApplication, applications: Applications): string[] {
  if (placed.unsupported !== undefined) return [];
  const { value: status } = applications.status.look(placed);
  const older = status?.targets.flatMap(({ state }) => state?.older ?? []) ?? [];
  return [
    ...(older.length > 0 ? ['kept'] : []),
    ...(older.some(({ state }) => state === 'running') ? ['standby'] : []),
    ...(status?.holder ? ['locked'] : []),
  ];
}

function targetItem({ placed, target: { target, state, error, missed } }: TargetNode): vscode.TreeItem {
  const item = new vscode.TreeItem(target, error === undefined ? None : Expanded);
  item.id = `target/${placed.id}/${target}`;
  item.contextValue = 'applicationHost';
  const words =
    error === undefined
      ? [
          ...(state?.live ? instanceWords(state.live) : [t('nothing is live')]),
          ...(missed ? [t('behind: missed {0}', missed.version)] : []),
          ...(state?.older.map(({ release, state: how }) =>
            how === 'running' ? t('standby: {0}', release.version) : t('kept: {0}', release.version),
          ) ?? []),
          ...(state?.pending.map(({ release }) => t('left half done: {0}', release.version)) ?? []),
          ...(state?.foreign === undefined ? [] : [t('in the way: {0}', state.foreign)]),
        ]
      : [describe(error, { t, where: target }).title];
  item.description = words.join(' · ');
  item.tooltip = [target, ...words].join('\n');
  item.iconPath = new vscode.ThemeIcon(
    error !== undefined ? 'error' : state?.live?.state === 'running' ? 'vm-running' : 'vm-outline',
    error === undefined ? undefined : red,
  );
  item.accessibilityInformation = { label: `${target}, ${words.join(', ')}` };
  return item;
}

function instanceWords({ release, state, address }: Instance): string[] {
  const how = { running: t('running'), stopped: t('stopped'), planned: t('planned') }[state];
  return [release.version, how, `${address.host}:${address.port}`];
}

function branchItem({ placed, branch, context, versions }: BranchNode): vscode.TreeItem {
  const item = new vscode.TreeItem(branch, None);
  item.id = `branch/${placed.id}/${branch}`;
  item.contextValue = 'applicationBranch';
  const [newest] = versions;
  const sessions = versions.reduce((sum, each) => sum + each.sessions, 0);
  const words = [
    newest!.version,
    context,
    ...(sessions > 0 ? [t('{0} sessions', sessions)] : []),
    ago(newest!.since),
  ];
  item.description = words.join(' · ');
  const lines = versions.map((each) =>
    [
      each.target,
      each.version,
      each.running ? t('running') : t('stopped'),
      t('{0} sessions', each.sessions),
    ].join(' · '),
  );
  item.tooltip = [t('Branch {0} at {1}', branch, context), ...lines].join('\n');
  item.iconPath = new vscode.ThemeIcon('git-branch');
  item.accessibilityInformation = { label: `${t('branch {0}', branch)}, ${words.join(', ')}` };
  return item;
}

function problemItem({ placed, of, error }: ProblemNode): vscode.TreeItem {
  const message: Message = describe(error, { t, ...(of !== '' && { where: of }) });
  const item = new vscode.TreeItem(message.title, Expanded);
  item.id = `problem/${placed.id}/${of}`;
  item.description = message.detail ?? '';
  item.tooltip = [message.title, ...(message.detail === undefined ? [] : [message.detail])].join('\n');
  item.iconPath = new vscode.ThemeIcon('error', red);
  item.contextValue = 'applicationProblem';
  return item;
}
