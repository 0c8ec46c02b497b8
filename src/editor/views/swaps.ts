import * as vscode from 'vscode';
import type { LedgerEntry, LedgerFilter } from '../../hotswap/ledger/entries';
import type { ClassResult } from '../../hotswap/model';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { Emitter } from '../../util/emitter';
import type { EditorLedger } from '../ledger';
import { t } from '../text';
import {
  classItem,
  dayItem,
  folded,
  groupItem,
  localDay,
  swapItem,
  type DayNode,
  type SwapClassNode,
  type SwapNode,
  type SwapsNode,
} from './swapItems';

/** What of the ledger is shown. */
export type SwapFilter = Pick<LedgerFilter, 'jvm' | 'className'>;

/** What was swapped when: days, swaps, classes, the newest first; read from the ledger. */
export class SwapsView implements vscode.TreeDataProvider<SwapsNode>, Disposable {
  readonly #ledger: EditorLedger;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<SwapsNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #filtered = this.#store.add(new Emitter<SwapFilter>());
  readonly onDidFilter = this.#filtered.event;
  #filter: SwapFilter = {};
  #view: vscode.TreeView<SwapsNode> | undefined;
  #days: readonly DayNode[] = [];

  constructor(ledger: EditorLedger) {
    this.#ledger = ledger;
    this.#store.add(ledger.onDidChange(() => this.#changed.fire(undefined)));
  }

  register(): void {
    this.#view = this.#store.add(vscode.window.createTreeView('swapdeck.swaps', { treeDataProvider: this }));
  }

  get filter(): SwapFilter {
    return this.#filter;
  }

  /** Shows only some of the swaps; `{}` shows all. */
  show(filter: SwapFilter): void {
    this.#filter = filter;
    if (this.#view) {
      this.#view.description = filterText(filter);
      this.#view.message = '';
    }
    this.#filtered.fire(filter);
    this.#changed.fire(undefined);
  }

  async getChildren(node?: SwapsNode): Promise<SwapsNode[]> {
    if (!node) return this.#roots();
    if (node.kind === 'day') return folded(node.swaps);
    if (node.kind === 'group') return [...node.swaps];
    if (node.kind === 'class') return [];
    return classesOf(node.entry).map((result): SwapClassNode => ({
      kind: 'class',
      entry: node.entry,
      result,
    }));
  }

  getParent(node: SwapsNode): SwapsNode | undefined {
    if (node.kind === 'day') return undefined;
    if (node.kind === 'group') return this.#days.find(({ swaps }) => swaps.includes(node.swaps[0]!));
    if (node.kind === 'swap') {
      const day = this.#days.find(({ swaps }) => swaps.includes(node));
      return folded(day?.swaps ?? []).find((row) => row.kind === 'group' && row.swaps.includes(node)) ?? day;
    }
    return this.#days
      .flatMap(({ swaps }) => swaps)
      .find(({ entry }) => entry.begin.id === node.entry.begin.id);
  }

  getTreeItem(node: SwapsNode): vscode.TreeItem {
    switch (node.kind) {
      case 'day':
        return dayItem(node, new Date(), node.day === this.#days[0]?.day);
      case 'group':
        return groupItem(node);
      case 'swap':
        return swapItem(node);
      case 'class':
        return classItem(node);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Every swap, whatever the filter, oldest first. */
  async nodes(): Promise<readonly SwapNode[]> {
    return swapNodes(await this.#ledger.entries());
  }

  async #roots(): Promise<SwapsNode[]> {
    if (!vscode.workspace.isTrusted) return [];
    const all = await this.#ledger.entries();
    const { jvm, className } = this.#filter;
    const isShown = ({ begin, end }: LedgerEntry): boolean =>
      (jvm === undefined || begin.jvm === jvm) &&
      (className === undefined ||
        begin.classes.some(({ name }) => name === className) ||
        end?.results.some(({ name }) => name === className) === true);
    const nodes = (await swapNodes(all)).filter(({ entry }) => isShown(entry)).reverse();
    const days = new Map<string, SwapNode[]>();
    for (const node of nodes) {
      const day = localDay(new Date(node.entry.begin.at));
      days.set(day, [...(days.get(day) ?? []), node]);
    }
    if (this.#view)
      this.#view.message = days.size === 0 && all.length > 0 ? t('No swap passes the filter.') : '';
    this.#days = [...days].map(([day, swaps]) => ({ kind: 'day', day, swaps }));
    return [...this.#days];
  }
}

/** Which swaps can be taken back or done again; a JVM at a time. */
async function swapNodes(entries: readonly LedgerEntry[]): Promise<SwapNode[]> {
  const { isApplied, takenBack } = await import('../../hotswap/ledger/undo');
  const byJvm = new Map<string, LedgerEntry[]>();
  for (const entry of entries) byJvm.set(entry.begin.jvm, [...(byJvm.get(entry.begin.jvm) ?? []), entry]);
  const gone = new Set([...byJvm.values()].flatMap((each) => [...takenBack(each)]));
  return entries.map((entry) => {
    const isTakenBack = gone.has(entry.begin.id);
    const isOpen = isApplied(entry) && !isTakenBack;
    const action = !isOpen ? 'none' : entry.begin.undoes === undefined ? 'undo' : 'redo';
    return { kind: 'swap', entry, action, isTakenBack };
  });
}

/** What became of each class; of a swap that is under way, what is known of it. */
function classesOf({ begin, end }: LedgerEntry): ClassResult[] {
  const isIdle = ({ state, outcome }: ClassResult): boolean =>
    outcome === 'skipped' && (state === 'same' || (state === 'unloaded' && begin.origin !== 'undo'));
  const results = (end?.results ?? []).filter((result) => !isIdle(result));
  const told = new Set(end?.results.map(({ name }) => name));
  const sent = begin.classes
    .filter(({ name }) => !told.has(name))
    .map(({ name }): ClassResult => ({ name, state: 'changed', outcome: 'unknown' }));
  return [...results, ...sent];
}

function filterText({ jvm, className }: SwapFilter): string {
  return [jvm, className].filter((part) => part !== undefined).join(' · ');
}
