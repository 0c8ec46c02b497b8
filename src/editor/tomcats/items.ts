import * as vscode from 'vscode';
import type { JvmSession } from '../../hotswap/model';
import { describe } from '../../messages/describe';
import { daysLeft, endsSoon, type Certificate } from '../../targets/tomcat/certificates';
import type { FactNode, PathNode, TomcatNode, VersionNode } from '../../targets/tomcat/fleet/nodes';
import { LATE_MS, type TomcatServer } from '../../targets/tomcat/fleet/server';
import { size } from '../containers/words';
import { duration, t } from '../text';
import { certificateTooltip, serverTooltip, versionTooltip } from './tooltips';
import { emptyWords, endWords, momentOf, sessionCount, stateWords, subjectName, versionName } from './words';

export interface ItemContext {
  /** Unique in the window. */
  readonly key: string;
  /** The folder of the configuration, where there are several. */
  readonly folder?: string;
  readonly busy?: string | undefined;
  /** Hot swap can be attached to the server's JVM. */
  readonly hasDebugPort: boolean;
  readonly session?: JvmSession | undefined;
  /** Its pages are asked for from here, not through a host. */
  readonly isReachable: boolean;
  /** The context of the Manager itself. */
  readonly managerPath: string;
}

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
const icon = (id: string, color?: string): vscode.ThemeIcon =>
  new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
const warning = (): vscode.ThemeIcon => icon('warning', 'list.warningForeground');

/** The row of a node: see `contributions/tomcats.ts` for what its `viewItem` is used for. */
export function tomcatItem(node: TomcatNode, context: ItemContext): vscode.TreeItem {
  switch (node.kind) {
    case 'server':
      return serverItem(node.server, context);
    case 'problem':
      return problemItem(node.server, node.error, context);
    case 'path':
      return pathItem(node, context);
    case 'version':
      return versionItem(node, context);
    case 'details':
      return detailsItem(node.server, context);
    case 'fact':
      return factItem(node, context);
    case 'certificate':
      return certificateItem(node.certificate, context);
  }
}

function serverItem(server: TomcatServer, context: ItemContext): vscode.TreeItem {
  const { key, folder, busy, hasDebugPort, session } = context;
  const item = new vscode.TreeItem(server.name, Collapsed);
  item.id = key;
  const words = [
    busy ?? serverWords(server),
    ...(session ? [t('hot swap')] : []),
    ...(folder === undefined ? [] : [folder]),
  ].join(' · ');
  item.description = words;
  item.iconPath = busy === undefined ? serverIcon(server) : icon('loading~spin');
  item.tooltip = serverTooltip(server);
  item.contextValue = [
    'tomcat',
    server.state.kind,
    ...(session ? ['attached'] : hasDebugPort ? ['jvm'] : []),
  ].join('.');
  item.accessibilityInformation = { label: `${server.name}, ${words}` };
  return item;
}

function serverWords(server: TomcatServer): string {
  const { state, contents } = server;
  switch (state.kind) {
    case 'idle':
      return '';
    case 'asking':
      return state.isLate ? t('no answer yet') : t('asking');
    case 'failed':
      return t('not connected');
    case 'known':
      break;
  }
  const { info, paths, tookMs } = contents!;
  const sessions = paths.flatMap(({ versions }) => versions).reduce((sum, each) => sum + each.sessions, 0);
  const soon = firstToEnd(server);
  return [
    ...(soon ? [t('certificate {0}', endWords(soon))] : []),
    ...(tookMs >= LATE_MS ? [t('slow: {0}', duration(tookMs))] : []),
    info.server.replace(/^Apache /, '').replace('/', ' '),
    sessionCount(sessions),
  ].join(' · ');
}

function serverIcon(server: TomcatServer): vscode.ThemeIcon {
  switch (server.state.kind) {
    case 'idle':
      return icon('server-environment');
    case 'asking':
      return server.state.isLate ? icon('watch', 'list.warningForeground') : icon('loading~spin');
    case 'failed':
      return icon('error', 'list.errorForeground');
    case 'known':
      return firstToEnd(server) ? warning() : icon('server-environment', 'charts.green');
  }
}

/** The certificate that must be renewed first, where one must be soon. */
function firstToEnd({ details }: TomcatServer): Certificate | undefined {
  const now = Date.now();
  const [first] = [...(details?.certificates ?? [])]
    .filter((each) => endsSoon(each, now))
    .sort((a, b) => a.until - b.until);
  return first;
}

function problemItem(server: TomcatServer, error: unknown, { key }: ItemContext): vscode.TreeItem {
  const { title, detail, next } = describe(error, { t, where: server.name });
  const item = new vscode.TreeItem(title);
  item.id = `${key}/problem`;
  item.iconPath = icon('error', 'list.errorForeground');
  item.description = detail ?? '';
  item.tooltip = [title, detail, ...next.map((step) => `• ${step.title}`)].filter((line) => line).join('\n');
  item.contextValue = 'tomcatProblem';
  return item;
}

function pathItem({ context: { path, versions } }: PathNode, context: ItemContext): vscode.TreeItem {
  const { key, isReachable, managerPath } = context;
  const isOurs = versions.some(({ deployed }) => deployed !== undefined);
  const item = new vscode.TreeItem(path, isOurs ? Expanded : Collapsed);
  item.id = `${key} ${path}`;
  const newest = versions.find(({ isNewest }) => isNewest);
  const isManager = path === managerPath;
  const count = versions.length === 1 ? t('1 version') : t('{0} versions', versions.length);
  item.description = [
    ...(isManager ? [t('the Manager itself')] : [newest ? versionName(newest) : t('nothing runs')]),
    ...(versions.length > 1 ? [count] : []),
    ...(isOurs || isManager ? [] : [t('not managed')]),
  ].join(' · ');
  item.iconPath = icon(newest ? 'globe' : 'circle-slash');
  item.contextValue = isManager
    ? 'manager'
    : ['context', ...(newest && isReachable ? ['web'] : [])].join('.');
  item.accessibilityInformation = { label: `${path}, ${item.description}` };
  return item;
}

function versionItem({ server, version }: VersionNode, context: ItemContext): vscode.TreeItem {
  const { key, busy, isReachable, managerPath } = context;
  const { name, running, isNewest, sessions, deployed, deployedAt } = version;
  const item = new vscode.TreeItem(versionName(version), None);
  item.id = `${key} ${name}`;
  const empty = emptyWords(version, server.sessionsOf(version));
  const words = [
    ...(deployedAt === undefined ? [] : [momentOf(deployedAt)]),
    // That it has old users is what the number of sessions says.
    ...(busy === undefined && running && !isNewest && sessions > 0 ? [] : [busy ?? stateWords(version)]),
    ...(running && (sessions > 0 || isNewest) ? [sessionCount(sessions)] : []),
    ...(empty === undefined ? [] : [empty]),
    ...(deployed || version.path === managerPath ? [] : [t('not managed')]),
  ].join(' · ');
  item.description = words;
  item.iconPath = busy === undefined ? versionIcon(version) : icon('loading~spin');
  item.tooltip = versionTooltip(version, server.sessionsOf(version));
  item.contextValue =
    version.path === managerPath
      ? 'manager'
      : [
          'version',
          running ? 'running' : 'stopped',
          ...(deployed ? ['ours'] : []),
          ...(running && !isNewest ? ['old'] : []),
          ...(isNewest && isReachable ? ['web'] : []),
        ].join('.');
  item.accessibilityInformation = { label: `${versionName(version)}, ${words}` };
  return item;
}

function versionIcon({ running, isNewest, deployed }: VersionNode['version']): vscode.ThemeIcon {
  if (!running) return icon('stop-circle');
  // Colour for what is ours to look after; the shape says the state either way.
  return icon(isNewest ? 'pass' : 'play-circle', deployed ? 'charts.green' : undefined);
}

function detailsItem(server: TomcatServer, { key }: ItemContext): vscode.TreeItem {
  const item = new vscode.TreeItem(t('Server'), Collapsed);
  item.id = `${key} details`;
  item.iconPath = icon('info');
  const vm = server.details?.vm;
  item.description = vm ? [vm.version.replace(/\+.*/, ''), vm.os].filter((text) => text).join(' · ') : '';
  const error = server.details?.error;
  if (error !== undefined) {
    const { title, detail } = describe(error, { t, where: server.name });
    item.iconPath = warning();
    item.description = title;
    item.tooltip = [title, detail].filter((line) => line).join('\n');
  }
  item.contextValue = 'tomcatDetails';
  return item;
}

function factItem({ server, what }: FactNode, { key }: ItemContext): vscode.TreeItem {
  const titles = { jvm: t('JVM'), system: t('System'), threads: t('Threads'), memory: t('Memory') };
  const icons = { jvm: 'coffee', system: 'chip', threads: 'list-tree', memory: 'database' };
  const item = new vscode.TreeItem(titles[what]);
  item.id = `${key} ${what}`;
  item.iconPath = icon(icons[what]);
  item.description = factWords(server, what);
  return item;
}

function factWords({ details }: TomcatServer, what: FactNode['what']): string {
  const vm = details?.vm;
  if (!vm) return '';
  switch (what) {
    case 'jvm': {
      const since = vm.startedAt === null ? [] : [t('since {0}', momentOf(vm.startedAt))];
      return [vm.name, vm.version, vm.vendor, ...since].filter((text) => text).join(' · ');
    }
    case 'system': {
      const { processors, load } = vm;
      return [
        vm.os,
        ...(processors === null ? [] : [t('{0} processors', processors)]),
        ...(load === null ? [] : [t('load {0}', load.toFixed(2))]),
      ].join(' · ');
    }
    case 'threads':
      return vm.threads ? t('{0}, at most {1} so far', vm.threads.live, vm.threads.peak) : '';
    case 'memory': {
      if (!vm.heap) return '';
      const { used, max } = vm.heap;
      if (max === null) return size(used);
      return t('{0} of {1} ({2} %)', size(used), size(max), ((used / max) * 100).toFixed(0));
    }
  }
}

function certificateItem(certificate: Certificate, { key }: ItemContext): vscode.TreeItem {
  const { connector, host } = certificate;
  const item = new vscode.TreeItem(subjectName(certificate));
  item.id = `${key} certificate ${connector} ${host}`;
  const now = Date.now();
  const isOver = daysLeft(certificate, now) < 0;
  item.iconPath = isOver
    ? icon('error', 'list.errorForeground')
    : endsSoon(certificate, now)
      ? warning()
      : icon('lock');
  item.description = [endWords(certificate), ...(host === '_default_' ? [] : [host])].join(' · ');
  item.tooltip = certificateTooltip(certificate);
  item.accessibilityInformation = { label: `${subjectName(certificate)}, ${item.description}` };
  return item;
}
