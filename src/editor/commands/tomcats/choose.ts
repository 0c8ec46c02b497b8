import * as vscode from 'vscode';
import type { PathNode, ServerNode, TomcatNode, VersionNode } from '../../../targets/tomcat/fleet/nodes';
import type { App } from '../../app';
import { t } from '../../text';

/** The server of the row that a command was called on, or of a row below it. */
export function serverOf(node: unknown): TomcatNode['server'] | undefined {
  const candidate = node as Partial<TomcatNode> | undefined;
  return candidate && 'server' in candidate ? candidate.server : undefined;
}

export function versionOf(node: unknown): VersionNode | undefined {
  const candidate = node as Partial<TomcatNode> | undefined;
  return candidate?.kind === 'version' ? (candidate as VersionNode) : undefined;
}

export function pathOf(node: unknown): PathNode | undefined {
  const candidate = node as Partial<TomcatNode> | undefined;
  return candidate?.kind === 'path' ? (candidate as PathNode) : undefined;
}

/** The server that a command is about: of its row, or one that a person picks. */
export async function chooseServer(app: App, node: unknown, title: string): Promise<ServerNode | undefined> {
  const { fleet } = await app.tomcats.tree();
  const given = serverOf(node);
  if (given) return fleet.servers.find(({ server }) => server === given);
  if (fleet.servers.length < 2) return fleet.servers[0];
  const items = fleet.servers.map((each) => ({
    label: each.server.name,
    description: each.server.contents?.info.server ?? '',
    node: each,
  }));
  const placeHolder = t('A Tomcat of swapdeck.yaml');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.node;
}
