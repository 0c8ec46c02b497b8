import * as vscode from 'vscode';
import type { Disposable } from '../../util/disposables';
import { DisposableStore } from '../../util/disposables';
import type { Applications } from '../deploy/applications';
import type { JvmEntry } from '../entries';
import type { EnvironmentEntries, Jvms } from '../jvms';
import { t } from '../text';
import { applicationChildren, type ApplicationNode, type ApplicationsNode } from './applicationNodes';
import { jvmRow } from './jvmState';
import { operationChildren, type OperationNode, type OperationsNode } from './operationNodes';

export interface EnvironmentNode {
  readonly kind: 'environment';
  readonly environment: EnvironmentEntries;
}
export interface LocalNode {
  readonly kind: 'local';
}
export interface JvmNode {
  readonly kind: 'jvm';
  readonly entry: JvmEntry;
}
export interface HintNode {
  readonly kind: 'hint';
  readonly id: string;
  readonly label: string;
}
export type EnvironmentsNode =
  EnvironmentNode | LocalNode | JvmNode | HintNode | ApplicationsNode | OperationsNode;

const localNode: LocalNode = { kind: 'local' };

/** Environments of `swapdeck.yaml` with their applications and JVMs; below them the JVMs of this machine. */
export class EnvironmentsView implements vscode.TreeDataProvider<EnvironmentsNode>, Disposable {
  readonly #jvms: Jvms;
  readonly #applications: Applications;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<EnvironmentsNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #shown = new Map<string, JvmNode>();
  readonly #shownPlaced = new Map<string, ApplicationNode | OperationNode>();
  /** Nothing to show: the welcome view takes over. */
  readonly #isEmpty = (): boolean => this.#jvms.environments.length === 0;
  #view: vscode.TreeView<EnvironmentsNode> | undefined;

  constructor(jvms: Jvms, applications: Applications) {
    this.#jvms = jvms;
    this.#applications = applications;
    this.#store.add(
      applications.onDidChange((id) => {
        const node = id === undefined ? undefined : this.#shownPlaced.get(id);
        if (id === undefined || node) this.#changed.fire(node);
      }),
    );
    this.#store.add(
      jvms.onDidChange((id) => {
        const node = id === undefined ? undefined : this.#shown.get(id);
        // One that is attached by its address has no row yet; one that was detached may have none any more.
        if (id !== undefined && !node) this.#changed.fire(this.#isEmpty() ? undefined : localNode);
        else this.#changed.fire(node);
      }),
    );
  }

  register(): void {
    this.#view = this.#store.add(
      vscode.window.createTreeView('swapdeck.environments', {
        treeDataProvider: this,
        showCollapseAll: false,
      }),
    );
    // What listens on this machine is told by nobody: it is looked up when the view comes into sight.
    this.#store.add(
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.#changed.fire(undefined);
      }),
    );
  }

  /** The JVM whose row is selected. */
  get selected(): JvmEntry | undefined {
    const [node] = this.#view?.selection ?? [];
    return node?.kind === 'jvm' ? node.entry : undefined;
  }

  /** Looks at everything again, or at the application of a row. */
  refresh(node?: EnvironmentsNode): void {
    this.#applications.refresh(node && 'placed' in node ? node.placed : undefined);
  }

  async getChildren(node?: EnvironmentsNode): Promise<EnvironmentsNode[]> {
    if (!vscode.workspace.isTrusted) return [];
    if (!node) return this.#roots();
    switch (node.kind) {
      case 'environment':
        return this.#inEnvironment(node.environment);
      case 'local':
        return this.#rows(await this.#jvms.onThisMachine(), 'empty');
      case 'jvm':
      case 'hint':
        return [];
      case 'application':
      case 'target':
      case 'branch':
      case 'problem':
      case 'retry':
      case 'loading':
        return applicationChildren(node, this.#applications);
      case 'operation':
      case 'operationPart':
        return operationChildren(node, this.#applications);
    }
  }

  async getTreeItem(node: EnvironmentsNode): Promise<vscode.TreeItem> {
    switch (node.kind) {
      case 'environment':
        return environmentItem(node.environment);
      case 'local':
        return localItem();
      case 'jvm':
        return this.#jvmItem(node.entry);
      case 'hint': {
        const item = new vscode.TreeItem(node.label);
        item.id = `hint/${node.id}`;
        return item;
      }
      case 'application':
      case 'target':
      case 'branch':
      case 'problem':
      case 'retry':
      case 'loading':
        return (await import('./applicationItems')).applicationItem(node, this.#applications);
      case 'operation':
      case 'operationPart':
        return (await import('./operationItems')).operationItem(node, this.#applications);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #roots(): Promise<EnvironmentsNode[]> {
    const environments = this.#jvms.environments.map((environment): EnvironmentNode => ({
      kind: 'environment',
      environment,
    }));
    if (environments.length > 0) return [...environments, localNode];
    const local = await this.#jvms.onThisMachine();
    return local.length > 0 ? [localNode] : [];
  }

  #inEnvironment({ name, uri, jvms }: EnvironmentEntries): EnvironmentsNode[] {
    const of = uri.toString();
    const placed = [
      ...this.#applications.in(of, name).map((each) => ({ kind: 'application', placed: each }) as const),
      ...this.#applications
        .operationsIn(of, name)
        .map((each) => ({ kind: 'operation', placed: each }) as const),
    ];
    for (const node of placed) this.#shownPlaced.set(node.placed.id, node);
    if (placed.length > 0 && jvms.length === 0) return placed;
    return [...placed, ...this.#rows(jvms, `empty/${name}`)];
  }

  #rows(entries: readonly JvmEntry[], emptyId: string): EnvironmentsNode[] {
    if (entries.length === 0)
      return [{ kind: 'hint', id: emptyId, label: t('No JVM that listens for a debugger') }];
    return entries.map((entry) => {
      const node: JvmNode = { kind: 'jvm', entry };
      this.#shown.set(entry.id, node);
      return node;
    });
  }

  async #jvmItem(entry: JvmEntry): Promise<vscode.TreeItem> {
    const { jvmTooltip } = await import('./jvmTooltip');
    const session = this.#jvms.session(entry.id);
    const { state, icon, words } = jvmRow(entry, session, this.#jvms.isAttaching(entry.id));
    const item = new vscode.TreeItem(entry.name);
    item.id = `jvm/${entry.origin}/${entry.id}`;
    item.description = words;
    item.iconPath = icon;
    item.tooltip = jvmTooltip(entry, session);
    const marks = [
      ...(session?.waitingFor ? ['cancellable'] : []),
      ...(entry.origin === 'configuration' ? ['configured'] : []),
    ];
    item.contextValue = ['jvm', state, ...marks].join('.');
    item.accessibilityInformation = { label: `${entry.name}, ${words}` };
    return item;
  }
}

function environmentItem({ name, uri }: EnvironmentEntries): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `environment/${uri.toString()}/${name}`;
  item.iconPath = new vscode.ThemeIcon('layers');
  item.contextValue = 'environment';
  return item;
}

function localItem(): vscode.TreeItem {
  const item = new vscode.TreeItem(t('On this machine'), vscode.TreeItemCollapsibleState.Expanded);
  item.id = 'local';
  item.iconPath = new vscode.ThemeIcon('device-desktop');
  item.contextValue = 'local';
  return item;
}
