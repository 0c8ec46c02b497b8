import * as vscode from 'vscode';
import { nextEvent } from '../../../util/async';
import type { App } from '../../app';
import type { HostModel } from '../../containers/host';
import type { ContainerNode, ContainersNode } from '../../containers/nodes';
import { stateWords } from '../../containers/words';
import { t } from '../../text';

/** The container of the row that a command was called on. */
export function containerOf(node: unknown): ContainerNode | undefined {
  const candidate = node as ContainersNode | undefined;
  return candidate?.kind === 'container' ? candidate : undefined;
}

/** The container a command is about: of its row, or one that a person picks, host first. */
export async function chooseContainer(
  app: App,
  node: unknown,
  title: string,
  isChoice: (node: ContainerNode) => boolean = () => true,
): Promise<ContainerNode | undefined> {
  const given = containerOf(node);
  if (given) return given;
  const tree = await app.containers.tree();
  const host = await chooseHost(
    tree.hosts.map((each) => each.host),
    title,
  );
  if (!host) return undefined;
  const items = connected(host).then(() =>
    tree
      .containersOf(host)
      .filter(isChoice)
      .map((each) => ({
        label: each.container.name,
        description: stateWords(each.container),
        node: each,
      })),
  );
  const placeHolder = t('A container of {0}', host.name);
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.node;
}

async function chooseHost(hosts: readonly HostModel[], title: string): Promise<HostModel | undefined> {
  if (hosts.length < 2) return hosts[0];
  const items = hosts.map((host) => ({
    label: host.name,
    description: host.address ?? t('this machine'),
    host,
  }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: t('A host of swapdeck.yaml') }))
    ?.host;
}

/** Rejects with what is wrong with the host. */
async function connected(host: HostModel): Promise<void> {
  host.open();
  const isSettled = (): boolean => host.state.kind === 'connected' || host.state.kind === 'lost';
  if (!isSettled()) await nextEvent(host.onDidChange, isSettled);
  if (host.state.kind === 'lost') throw host.state.error;
}
