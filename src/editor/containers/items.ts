import * as vscode from 'vscode';
import type { JvmSession } from '../../hotswap/model';
import { describe } from '../../messages/describe';
import type { HostContainer } from '../../targets/docker/manage/listing';
import type { JvmEntry } from '../entries';
import { t } from '../text';
import type { HostModel } from './host';
import type { ContainerNode, ContainersNode, ImageNode, UsageNode } from './nodes';
import { containerTooltip, imageTooltip } from './tooltips';
import type { Usage } from './usage';
import { isOrderly, portsOf, roleWords, shortId, shortImage, shortVersion, size, stateWords } from './words';

export interface ItemContext {
  /** The hosts of one configuration only: its name says nothing. */
  readonly isOnly: boolean;
  readonly jvm?: JvmEntry | undefined;
  readonly busy?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly session: (id: string) => JvmSession | undefined;
}

const { Collapsed, None } = vscode.TreeItemCollapsibleState;
const icon = (id: string, color?: string): vscode.ThemeIcon =>
  new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));

/** The row of a node: see `contributions/containers.ts` for what its `viewItem` is used for. */
export function containersItem(node: ContainersNode, context: ItemContext): vscode.TreeItem {
  switch (node.kind) {
    case 'host':
      return hostItem(node.host, context);
    case 'container':
      return containerItem(node, context);
    case 'usage':
      return usageItem(node, context.usage);
    case 'images':
      return imagesItem(node.host);
    case 'image':
      return imageItem(node);
    case 'problem':
      return problemItem(node.host, node.error);
    case 'nothing': {
      const item = new vscode.TreeItem(t('No containers'));
      item.id = `${idOf(node.host)}/nothing`;
      return item;
    }
  }
}

function idOf(host: HostModel): string {
  return `${host.configuration().uri.toString()}/${host.name}`;
}

function hostItem(host: HostModel, { isOnly }: ItemContext): vscode.TreeItem {
  const item = new vscode.TreeItem(host.name, Collapsed);
  item.id = idOf(host);
  const words = hostWords(host);
  item.description = [words, ...(isOnly ? [] : [host.configuration().folder.name])].join(' · ');
  item.iconPath = hostIcon(host);
  item.tooltip = host.address ?? t('This machine');
  item.contextValue = `host.${host.state.kind}`;
  item.accessibilityInformation = { label: `${host.name}, ${words}` };
  return item;
}

function hostWords({ state, isLocal, address }: HostModel): string {
  switch (state.kind) {
    case 'connecting':
      return t('connecting');
    case 'lost':
      return state.retries ? t('lost, connecting again') : t('not connected');
    case 'connected': {
      const running = state.contents.containers.filter((each) => each.state === 'running').length;
      return t('{0} of {1} running', running, state.contents.containers.length);
    }
    case 'idle':
      return isLocal ? t('this machine') : (address ?? '');
  }
}

function hostIcon({ state, isLocal }: HostModel): vscode.ThemeIcon {
  if (state.kind === 'connecting') return icon('loading~spin');
  if (state.kind === 'lost') return icon('warning', 'list.warningForeground');
  return icon(isLocal ? 'device-desktop' : 'server');
}

function problemItem(host: HostModel, error: unknown): vscode.TreeItem {
  const { title, detail, next } = describe(error, { t, where: host.name });
  const item = new vscode.TreeItem(title);
  item.id = `${idOf(host)}/problem`;
  item.iconPath = icon('error', 'list.errorForeground');
  item.description = detail ?? '';
  item.tooltip = [title, detail, ...next.map((step) => `• ${step.title}`)].filter((line) => line).join('\n');
  item.contextValue = 'hostProblem';
  return item;
}

function containerItem(node: ContainerNode, context: ItemContext): vscode.TreeItem {
  const { host, container } = node;
  const { name, ours, state } = container;
  const session = context.jvm && context.session(context.jvm.id);
  const item = new vscode.TreeItem(name, state === 'running' ? Collapsed : None);
  item.id = `${idOf(host)}/${container.id}`;
  const words = context.busy ?? containerWords(container, session);
  item.description = words;
  item.iconPath = context.busy === undefined ? containerIcon(container) : icon('loading~spin');
  item.tooltip = containerTooltip(container);
  const isPublished = host.isLocal && portsOf(container).length > 0;
  item.contextValue = [
    'container',
    state === 'running' || state === 'paused' ? state : 'stopped',
    ...(ours ? ['ours'] : []),
    ...(session ? ['attached'] : context.jvm && state === 'running' ? ['jvm'] : []),
    ...(isPublished && state === 'running' ? ['web'] : []),
  ].join('.');
  item.accessibilityInformation = { label: `${name}, ${words}` };
  return item;
}

function containerWords(container: HostContainer, session: JvmSession | undefined): string {
  const { ours, image } = container;
  const role = roleWords(container);
  const parts = ours
    ? [shortVersion(ours.release.version), ...(role === undefined ? [] : [role]), stateWords(container)]
    : [stateWords(container), t('not managed')];
  if (session) parts.push(t('hot swap'));
  const ports = container.state === 'running' ? portsOf(container) : [];
  return [...parts, ...ports, ours ? ours.environment : shortImage(image)].join(' · ');
}

function containerIcon({ state, health, exitCode, ours }: HostContainer): vscode.ThemeIcon {
  switch (state) {
    case 'running':
      if (health === 'unhealthy') return icon('warning', 'list.warningForeground');
      if (health === 'starting') return icon('loading~spin');
      // Colour for what is ours to look after; the shape says the state either way.
      return icon(health === 'healthy' ? 'pass' : 'play-circle', ours ? 'charts.green' : undefined);
    case 'paused':
      return icon('debug-pause', 'charts.yellow');
    case 'restarting':
      return icon('sync~spin', 'charts.yellow');
    case 'exited':
      return isOrderly(exitCode) ? icon('stop-circle') : icon('error', 'list.errorForeground');
    case 'dead':
      return icon('error', 'list.errorForeground');
    default:
      return icon('circle-large-outline');
  }
}

function usageItem({ of, what }: UsageNode, usage: Usage | undefined): vscode.TreeItem {
  const titles = { processor: t('Processor'), memory: t('Memory'), network: t('Network') };
  const icons = { processor: 'chip', memory: 'database', network: 'arrow-swap' };
  const item = new vscode.TreeItem(titles[what]);
  item.id = `${idOf(of.host)}/${of.container.id}/${what}`;
  item.iconPath = icon(icons[what]);
  item.description = usageWords(what, usage);
  return item;
}

function usageWords(what: UsageNode['what'], usage: Usage | undefined): string {
  const stats = usage?.stats;
  if (!stats) return usage?.isOver ? '' : t('measuring');
  switch (what) {
    case 'processor':
      return t('{0} %', stats.cpuPercent.toFixed(stats.cpuPercent < 10 ? 1 : 0));
    case 'memory': {
      const percent = stats.memoryLimit > 0 ? (stats.memory / stats.memoryLimit) * 100 : 0;
      return t(
        '{0} of {1} ({2} %)',
        size(stats.memory),
        size(stats.memoryLimit),
        percent.toFixed(percent < 9.95 ? 1 : 0),
      );
    }
    case 'network':
      if (!stats.network) return t('measuring');
      return t('{0}/s in, {1}/s out', size(stats.network.received), size(stats.network.sent));
  }
}

function imagesItem(host: HostModel): vscode.TreeItem {
  const item = new vscode.TreeItem(t('Images'), Collapsed);
  item.id = `${idOf(host)}/images`;
  item.description = String(host.contents?.images.length ?? 0);
  item.iconPath = icon('package');
  item.contextValue = 'images';
  return item;
}

function imageItem({ host, image }: ImageNode): vscode.TreeItem {
  const { id, tags, usedBy } = image;
  const item = new vscode.TreeItem(tags[0] ?? t('untagged {0}', shortId(id)));
  item.id = `${idOf(host)}/${id}`;
  item.iconPath = icon(usedBy.length > 0 ? 'circle-filled' : 'circle-outline');
  const use = usedBy.length > 0 ? t('in use by {0}', usedBy.join(', ')) : t('not in use');
  const others = tags.length > 1 ? [t('+{0} tags', tags.length - 1)] : [];
  item.description = [size(image.size), ...others, use].join(' · ');
  item.tooltip = imageTooltip(image);
  item.contextValue = 'image';
  return item;
}
