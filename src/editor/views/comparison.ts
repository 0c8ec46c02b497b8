import * as vscode from 'vscode';
import type { Difference } from '../../classfile/compare';
import {
  comparedStates,
  type ComparedClass,
  type ComparedLoader,
  type ComparedState,
} from '../../hotswap/comparison/model';
import { DisposableStore, type Disposable } from '../../util/disposables';
import type { Comparisons, MadeComparison } from '../comparisons';
import { t } from '../text';
import { comparisonItem } from './comparisonItems';

/** Nodes hold what they show; which comparison it is of tells `made`. */
interface Node {
  readonly made: MadeComparison;
}
export interface ComparedJvmNode extends Node {
  readonly kind: 'jvm';
}
export interface StateNode extends Node {
  readonly kind: 'state';
  readonly state: ComparedState;
  readonly classes: readonly ComparedClass[];
}
export interface PackageNode extends Node {
  readonly kind: 'package';
  readonly state: ComparedState;
  readonly name: string;
  readonly classes: readonly ComparedClass[];
}
export interface ComparedClassNode extends Node {
  readonly kind: 'class';
  readonly compared: ComparedClass;
}
/** One of several class loaders that have the class. */
export interface LoaderNode extends Node {
  readonly kind: 'loader';
  readonly compared: ComparedClass;
  readonly loader: ComparedLoader;
}
export interface DifferenceNode extends Node {
  readonly kind: 'difference';
  readonly compared: ComparedClass;
  readonly loader: ComparedLoader;
  readonly difference: Difference;
  readonly at: number;
}
export type ComparisonNode =
  ComparedJvmNode | StateNode | PackageNode | ComparedClassNode | LoaderNode | DifferenceNode;

/** More classes than this in a group are shown by package. */
const mostClasses = 100;

/** What differs between JVMs and their class roots: by JVM, state, class and member. */
export class ComparisonView implements vscode.TreeDataProvider<ComparisonNode>, Disposable {
  readonly #comparisons: Comparisons;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<ComparisonNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  #view: vscode.TreeView<ComparisonNode> | undefined;
  /** By id: the tree is told of a change with the node that it has. */
  #jvms: readonly ComparedJvmNode[] = [];

  constructor(comparisons: Comparisons) {
    this.#comparisons = comparisons;
    this.#store.add(comparisons.onDidChange(() => this.#refresh()));
  }

  register(): void {
    this.#view = this.#store.add(
      vscode.window.createTreeView('swapdeck.comparison', { treeDataProvider: this, showCollapseAll: true }),
    );
  }

  /** Brings the view into sight, at one comparison. */
  async reveal(jvm: string): Promise<void> {
    await vscode.commands.executeCommand('swapdeck.comparison.focus');
    const node = this.#jvms.find(({ made }) => made.jvm === jvm);
    if (node) await this.#view?.reveal(node, { select: false, focus: false, expand: true });
  }

  getChildren(node?: ComparisonNode): ComparisonNode[] {
    if (!node) return [...(this.#jvms = this.#comparisons.all.map((made) => ({ kind: 'jvm', made })))];
    const { made } = node;
    switch (node.kind) {
      case 'jvm':
        return states(made);
      case 'state':
        return node.classes.length > mostClasses ? packages(node) : classes(made, node.classes);
      case 'package':
        return classes(made, node.classes);
      case 'class':
        return inside(made, node.compared);
      case 'loader':
        return differences(made, node.compared, node.loader);
      case 'difference':
        return [];
    }
  }

  getParent(node: ComparisonNode): ComparisonNode | undefined {
    // Only JVMs are revealed, and they stand at the top.
    return node.kind === 'jvm' ? undefined : this.#jvms.find(({ made }) => made === node.made);
  }

  getTreeItem(node: ComparisonNode): vscode.TreeItem {
    return comparisonItem(node);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #refresh(): void {
    if (this.#view) {
      const stale = this.#comparisons.all.some(({ isStale }) => isStale);
      this.#view.message = stale ? t('Something was swapped since. Compare again to see what runs now.') : '';
    }
    this.#changed.fire(undefined);
  }
}

function states(made: MadeComparison): StateNode[] {
  return comparedStates.flatMap((state): StateNode[] => {
    const found = made.classes.filter((each) => each.state === state);
    return found.length === 0 ? [] : [{ kind: 'state', made, state, classes: found }];
  });
}

function packages({ made, state, classes: all }: StateNode): PackageNode[] {
  const byName = new Map<string, ComparedClass[]>();
  for (const each of all) {
    const name = each.name.slice(0, Math.max(0, each.name.lastIndexOf('.')));
    const present = byName.get(name);
    if (present) present.push(each);
    else byName.set(name, [each]);
  }
  return [...byName].map(([name, found]) => ({ kind: 'package', made, state, name, classes: found }));
}

function classes(made: MadeComparison, found: readonly ComparedClass[]): ComparedClassNode[] {
  return found.map((compared) => ({ kind: 'class', made, compared }));
}

function inside(made: MadeComparison, compared: ComparedClass): ComparisonNode[] {
  const { loaders } = compared;
  if (loaders.length > 1) return loaders.map((loader) => ({ kind: 'loader', made, compared, loader }));
  return loaders.flatMap((loader) => differences(made, compared, loader));
}

/** Of a class with changed code, what differs only in debug data is left out. */
function differences(
  made: MadeComparison,
  compared: ComparedClass,
  loader: ComparedLoader,
): DifferenceNode[] {
  const isDebug = loader.state === 'debug';
  return loader.differences
    .filter(({ what }) => isDebug || (what !== 'debug' && what !== 'unreadableDebug'))
    .map((difference, at) => ({ kind: 'difference', made, compared, loader, difference, at }));
}
