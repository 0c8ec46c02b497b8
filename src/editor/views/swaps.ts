import * as vscode from 'vscode';
import type { ClassResult, SwapRecord, SwapTimes } from '../../hotswap/model';
import { classOutcome } from '../../messages/hotswap';
import { refusalReason } from '../../messages/refusals';
import { describeJvmError } from '../../messages/describe';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { classCount, duration, t, timeOfDay } from '../text';

export interface SwapNode {
  readonly kind: 'swap';
  readonly record: SwapRecord;
}
export interface SwapClassNode {
  readonly kind: 'class';
  readonly record: SwapRecord;
  readonly result: ClassResult;
}
export type SwapsNode = SwapNode | SwapClassNode;

/** What a window keeps; older swaps scroll out. */
const mostRecords = 200;

/** What was swapped when, newest first, by class, with the parts of the latency. */
export class SwapsView implements vscode.TreeDataProvider<SwapsNode>, Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<SwapsNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  #swaps: SwapNode[] = [];

  register(): void {
    this.#store.add(vscode.window.createTreeView('swapdeck.swaps', { treeDataProvider: this }));
  }

  add(record: SwapRecord): void {
    this.#swaps = [{ kind: 'swap', record } as const, ...this.#swaps].slice(0, mostRecords);
    this.#changed.fire(undefined);
  }

  getChildren(node?: SwapsNode): SwapsNode[] {
    if (!node) return this.#swaps;
    if (node.kind === 'class') return [];
    return node.record.classes
      .filter(({ state, outcome }) => state !== 'same' || outcome !== 'skipped')
      .map((result) => ({ kind: 'class', record: node.record, result }));
  }

  getParent(node: SwapsNode): SwapsNode | undefined {
    return node.kind === 'class' ? this.#swaps.find(({ record }) => record === node.record) : undefined;
  }

  getTreeItem(node: SwapsNode): vscode.TreeItem {
    return node.kind === 'swap' ? swapItem(node.record) : classItem(node);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** In a few words: what became of a swap. */
export function swapLabel({ classes, swapped, error }: SwapRecord): string {
  const count = (outcome: ClassResult['outcome']): number =>
    classes.filter((each) => each.outcome === outcome).length;
  if (error) return t('Failed');
  if (count('refused') > 0) return t('{0} refused', classCount(count('refused')));
  if (swapped > 0 && count('pending') > 0)
    return t('{0}, {1} pending', classCount(swapped), count('pending'));
  if (swapped > 0) return classCount(swapped);
  if (count('pending') > 0) return t('{0} pending', classCount(count('pending')));
  return t('Nothing changed');
}

/** `compile 40 ms`, ... in the order in which a save passes through them. */
export function latencyParts(ms: SwapTimes): string[] {
  const names: [keyof SwapTimes, string][] = [
    ['compile', t('compile')],
    ['detect', t('detect')],
    ['compare', t('compare')],
    ['send', t('send')],
    ['verify', t('verify')],
  ];
  return names.flatMap(([part, name]) => {
    const value = ms[part];
    return value === undefined ? [] : [`${name} ${t('{0} ms', value.toFixed(1))}`];
  });
}

function swapItem(record: SwapRecord): vscode.TreeItem {
  const refused = record.error !== undefined || record.classes.some(({ outcome }) => outcome === 'refused');
  const item = new vscode.TreeItem(
    swapLabel(record),
    refused ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = record.id;
  item.description = [timeOfDay(record.at), record.jvm, duration(record.ms.total)].join(' · ');
  item.iconPath = refused
    ? new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'))
    : new vscode.ThemeIcon(record.swapped > 0 ? 'zap' : 'clock');
  item.contextValue = 'swap';
  const tooltip = [
    `${swapLabel(record)}, ${record.jvm}, Java ${record.version}`,
    latencyParts(record.ms).join(', '),
    record.error ? describeJvmError(record.error, { t, where: record.jvm }).title : '',
  ];
  item.tooltip = tooltip.filter((line) => line !== '').join('\n');
  return item;
}

function classItem({ record, result }: SwapClassNode): vscode.TreeItem {
  const item = new vscode.TreeItem(result.name.slice(result.name.lastIndexOf('.') + 1));
  item.id = `${record.id}/${result.name}`;
  item.description = classOutcome(result, t);
  item.iconPath = outcomeIcon(result);
  item.contextValue = 'swappedClass';
  item.tooltip =
    result.error === undefined
      ? `${result.name}: ${classOutcome(result, t)}`
      : `${result.name}: ${refusalReason(result.error, t)}`;
  item.command = { command: 'swapdeck.openClass', title: t('Open Source'), arguments: [result.name] };
  return item;
}

function outcomeIcon({ outcome }: ClassResult): vscode.ThemeIcon {
  const icons: Record<ClassResult['outcome'], string> = {
    swapped: 'check',
    defined: 'add',
    takenBack: 'discard',
    pending: 'clock',
    refused: 'error',
    skipped: 'circle-slash',
    unknown: 'question',
  };
  return new vscode.ThemeIcon(icons[outcome]);
}
