import * as vscode from 'vscode';
import type { TomcatNode } from '../../targets/tomcat/fleet/nodes';
import { DisposableStore, type Disposable } from '../../util/disposables';
import type { Configurations } from '../configuration';
import type { EditorDialers } from '../dialers';
import type { Jvms } from '../jvms';
import type { TomcatsTree } from '../tomcats/tree';

export interface TomcatsViewOptions {
  readonly configurations: Configurations;
  readonly dialers: EditorDialers;
  readonly jvms: Jvms;
}

/** The Tomcats of `swapdeck.yaml` with their contexts. What it shows is loaded when it is first looked at. */
export class TomcatsView implements vscode.TreeDataProvider<TomcatNode>, Disposable {
  readonly #options: TomcatsViewOptions;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<TomcatNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  #tree: Promise<TomcatsTree> | undefined;

  constructor(options: TomcatsViewOptions) {
    this.#options = options;
    // Once it is loaded, the tree tells of it by itself.
    this.#store.add(
      options.configurations.onDidChange(() => {
        if (!this.#tree) this.#changed.fire(undefined);
      }),
    );
  }

  register(): void {
    this.#store.add(
      vscode.window.createTreeView('swapdeck.tomcats', { treeDataProvider: this, showCollapseAll: true }),
    );
  }

  /** What is behind the rows. */
  tree(): Promise<TomcatsTree> {
    this.#tree ??= this.#load();
    return this.#tree;
  }

  async getChildren(node?: TomcatNode): Promise<TomcatNode[]> {
    if (!vscode.workspace.isTrusted) return [];
    const hasServers = this.#options.configurations.folders.some(
      ({ config }) => Object.keys(config?.tomcats ?? {}).length > 0,
    );
    if (!hasServers && !this.#tree) return [];
    return [...(await this.tree()).fleet.children(node)];
  }

  async getParent(node: TomcatNode): Promise<TomcatNode | undefined> {
    return (await this.tree()).fleet.parent(node);
  }

  async getTreeItem(node: TomcatNode): Promise<vscode.TreeItem> {
    return (await this.tree()).item(node);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #load(): Promise<TomcatsTree> {
    const { TomcatsTree: Tree } = await import('../tomcats/tree');
    return this.#store.add(new Tree({ ...this.#options, changed: (node) => this.#changed.fire(node) }));
  }
}
