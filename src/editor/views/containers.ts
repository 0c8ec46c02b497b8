import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../util/disposables';
import type { Configurations } from '../configuration';
import type { ContainersNode } from '../containers/nodes';
import type { ContainersTree } from '../containers/tree';
import type { EditorDialers } from '../dialers';
import type { Jvms } from '../jvms';

export interface ContainersOptions {
  readonly configurations: Configurations;
  readonly dialers: EditorDialers;
  readonly jvms: Jvms;
}

/** The hosts of `swapdeck.yaml` with their containers and images. What it shows is loaded when it is first looked at. */
export class ContainersView implements vscode.TreeDataProvider<ContainersNode>, Disposable {
  readonly #options: ContainersOptions;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<ContainersNode[] | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  #tree: Promise<ContainersTree> | undefined;
  #view: vscode.TreeView<ContainersNode> | undefined;

  constructor(options: ContainersOptions) {
    this.#options = options;
    // Once it is loaded, the tree tells of it by itself.
    this.#store.add(
      options.configurations.onDidChange(() => {
        if (!this.#tree) this.#changed.fire(undefined);
      }),
    );
  }

  register(): void {
    const view = this.#store.add(
      vscode.window.createTreeView('swapdeck.containers', { treeDataProvider: this, showCollapseAll: true }),
    );
    const tell = (what: (tree: ContainersTree) => void): void => void this.#tree?.then(what);
    this.#store.add(view.onDidExpandElement(({ element }) => tell((tree) => tree.unfolded(element))));
    this.#store.add(view.onDidCollapseElement(({ element }) => tell((tree) => tree.folded(element))));
    this.#store.add(view.onDidChangeVisibility(({ visible }) => tell((tree) => tree.visible(visible))));
    this.#view = view;
  }

  /** What is behind the rows. */
  tree(): Promise<ContainersTree> {
    this.#tree ??= this.#load();
    return this.#tree;
  }

  /** Brings a row into sight, unfolded. */
  async reveal(node: ContainersNode): Promise<void> {
    await this.#view?.reveal(node, { select: true, focus: true, expand: true });
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  async getChildren(node?: ContainersNode): Promise<ContainersNode[]> {
    if (!vscode.workspace.isTrusted) return [];
    const hasHosts = this.#options.configurations.folders.some(
      ({ config }) => Object.keys(config?.hosts ?? {}).length > 0,
    );
    if (!hasHosts && !this.#tree) return [];
    return [...(await this.tree()).children(node)];
  }

  async getParent(node: ContainersNode): Promise<ContainersNode | undefined> {
    return (await this.tree()).parent(node);
  }

  async getTreeItem(node: ContainersNode): Promise<vscode.TreeItem> {
    return (await this.tree()).item(node);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #load(): Promise<ContainersTree> {
    const { ContainersTree: Tree } = await import('../containers/tree');
    return this.#store.add(
      new Tree({
        ...this.#options,
        changed: (nodes) => this.#changed.fire(nodes ? [...nodes] : undefined),
      }),
    );
  }
}
