import * as vscode from 'vscode';
import { inspectContainer, nameOf } from '../../../targets/docker/manage/ask';
import { describeContainer, plainVariables } from '../../../targets/docker/manage/details';
import type { App } from '../../app';
import type { LogTerminal } from '../../containers/logTerminal';
import type { ContainerNode, ContainersNode } from '../../containers/nodes';
import { showShell } from '../../containers/shellTerminal';
import { t } from '../../text';
import { chooseContainer, containerOf } from './chooseContainer';

export async function followContainerLogs(app: App, node?: unknown): Promise<LogTerminal | undefined> {
  const chosen = await chooseContainer(app, node, t('Follow Logs'));
  return chosen && (await app.containers.tree()).logs.show(chosen);
}

export async function openContainerShell(app: App, node?: unknown): Promise<vscode.Terminal | undefined> {
  const isOurs = ({ container }: ContainerNode): boolean =>
    container.ours !== undefined && container.state === 'running';
  const chosen = await chooseContainer(app, node, t('Open Shell'), isOurs);
  if (!chosen) return undefined;
  const terminal = showShell(chosen);
  (await app.containers.tree()).keepShell(terminal);
  return terminal;
}

/** Unfolds its row: what it uses is below. */
export async function showUsage(app: App, node?: unknown): Promise<void> {
  const chosen = containerOf(node);
  if (chosen) await app.containers.reveal(chosen);
}

/** Everything the engine says of a container, without values that may be secret. */
export async function inspect(app: App, node?: unknown): Promise<vscode.TextDocument | undefined> {
  const chosen = containerOf(node);
  if (!chosen) return undefined;
  const { host, container } = chosen;
  const tree = await app.containers.tree();
  const found = await inspectContainer(await host.engine(), container.id);
  const text = describeContainer(found, shownVariables(chosen));
  return tree.documents.show(`/${host.name}/${nameOf(found)}.json`, text);
}

/** Variables that the configuration writes out; of a container of others there are none. */
function shownVariables({ host, container }: ContainerNode): ReadonlySet<string> {
  const application = container.ours?.release.application;
  const { config } = host.configuration();
  const written = application === undefined ? undefined : config?.applications[application];
  if (written?.kind !== 'image') return new Set();
  return plainVariables(written.run.env, written.run.port?.env);
}

export async function openPort(node?: unknown): Promise<void> {
  const chosen = containerOf(node);
  if (!chosen?.host.isLocal) return;
  const { ports, ours } = chosen.container;
  const published = [...new Set(ports.flatMap(({ outside }) => outside ?? []))];
  const own = ours?.port === undefined ? [] : [ours.port];
  const all = published.length > 0 ? published : own;
  const port =
    all.length < 2
      ? all[0]
      : Number(await vscode.window.showQuickPick(all.map(String), { title: t('Open in Browser') }));
  if (port) await vscode.env.openExternal(vscode.Uri.parse(`http://localhost:${port}/`));
}

export async function copyName(node?: unknown): Promise<void> {
  const row = node as ContainersNode | undefined;
  if (row?.kind === 'container') await vscode.env.clipboard.writeText(row.container.name);
  if (row?.kind === 'image') await vscode.env.clipboard.writeText(row.image.tags[0] ?? row.image.id);
}

export async function copyId(node?: unknown): Promise<void> {
  const row = node as ContainersNode | undefined;
  if (row?.kind === 'container') await vscode.env.clipboard.writeText(row.container.id);
  if (row?.kind === 'image') await vscode.env.clipboard.writeText(row.image.id);
}

export function connectAgain(node?: unknown): void {
  const row = node as ContainersNode | undefined;
  if (row?.kind === 'host' || row?.kind === 'problem') row.host.refresh();
}
