import * as vscode from 'vscode';
import type { LedgerEntry } from '../../hotswap/ledger/entries';
import type { ClassResult, SwapGroup, SwapRecord, SwapTimes } from '../../hotswap/model';
import { groupOutcome } from '../../messages/swapGroup';
import { classOutcome, loaderName, loaderOutcome } from '../../messages/hotswap';
import { refusalReason } from '../../messages/refusals';
import { swapOutcome } from '../../messages/undo';
import { classCount, duration, t, timeOfDay } from '../text';

/** The swaps of one day, by local time. */
export interface DayNode {
  readonly kind: 'day';
  /** `2026-11-21`. */
  readonly day: string;
  readonly swaps: readonly SwapNode[];
}
export interface SwapNode {
  readonly kind: 'swap';
  readonly entry: LedgerEntry;
  /** What can be done about it: undo, redo (of an undo), or nothing, as when it was taken back or refused. */
  readonly action: 'undo' | 'redo' | 'none';
  readonly isTakenBack: boolean;
}
export interface SwapClassNode {
  readonly kind: 'class';
  readonly entry: LedgerEntry;
  readonly result: ClassResult;
}
/** Swaps of several JVMs that were done together. */
export interface SwapGroupNode {
  readonly kind: 'group';
  readonly group: SwapGroup;
  readonly swaps: readonly SwapNode[];
}
export type SwapsNode = DayNode | SwapGroupNode | SwapNode | SwapClassNode;

/** In a few words: what became of a swap. */
export function swapLabel({ classes, swapped, error }: SwapRecord): string {
  const count = (outcome: ClassResult['outcome']): number =>
    classes.filter((each) => each.outcome === outcome).length;
  if (error) return t('Failed');
  if (count('refused') > 0) return t('{0} refused', classCount(count('refused')));
  if (count('takenBack') > 0) return t('{0} taken back', classCount(count('takenBack')));
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
    ['define', t('define')],
    ['send', t('send')],
    ['verify', t('verify')],
  ];
  return names.flatMap(([part, name]) => {
    const value = ms[part];
    return value === undefined ? [] : [`${name} ${t('{0} ms', value.toFixed(1))}`];
  });
}

export function dayItem({ day, swaps }: DayNode, now: Date, isFirst: boolean): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(dayName(day, now), isFirst ? Expanded : Collapsed);
  item.id = `day/${day}`;
  item.description = swaps.length === 1 ? t('1 swap') : t('{0} swaps', swaps.length);
  item.iconPath = new vscode.ThemeIcon('calendar');
  item.contextValue = 'day';
  return item;
}

export function swapItem({ entry, action, isTakenBack }: SwapNode): vscode.TreeItem {
  const { begin, end } = entry;
  const label = isTakenBack ? t('{0}, taken back', swapOutcome(entry, t)) : swapOutcome(entry, t);
  const isRefused = end !== undefined && end.outcome !== 'swapped';
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, isRefused ? Expanded : Collapsed);
  item.id = begin.id;
  const took = end && end.ms.total > 0 ? [duration(end.ms.total)] : [];
  item.description = [timeOfDay(begin.at), begin.jvm, ...took].join(' · ');
  item.iconPath = swapIcon(entry, isTakenBack);
  item.contextValue = `swap.${action}`;
  item.tooltip = [
    `${label}, ${begin.jvm}, Java ${begin.version}, ${begin.who}`,
    ...(end ? [latencyParts(end.ms).join(', ')] : []),
  ]
    .filter((line) => line !== '')
    .join('\n');
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

/** What is done together stands under one row. */
export function folded(swaps: readonly SwapNode[]): (SwapNode | SwapGroupNode)[] {
  const groups = new Map<string, SwapNode[]>();
  const rows = swaps.flatMap((swap): (SwapNode | { readonly group: SwapGroup })[] => {
    const group = swap.entry.end?.group;
    if (!group) return [swap];
    const others = groups.get(group.id);
    groups.set(group.id, [...(others ?? []), swap]);
    return others ? [] : [{ group }];
  });
  return rows.map((row) => {
    if ('kind' in row) return row;
    const [only, ...others] = groups.get(row.group.id)!;
    return others.length === 0 ? only! : { kind: 'group', group: row.group, swaps: [only!, ...others] };
  });
}

export function groupItem({ group, swaps }: SwapGroupNode): vscode.TreeItem {
  const isUndoable = swaps.some(({ action }) => action === 'undo');
  // What became of the JVM that decided, else what all have.
  const deciding = swaps.find(({ entry }) => entry.begin.jvm === group.cause) ?? swaps[0]!;
  const isTakenBack = group.decision === 'all' && swaps.every((swap) => swap.isTakenBack);
  const what = swapOutcome(deciding.entry, t);
  const label = isTakenBack ? t('{0}, taken back', what) : what;
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, group.decision === 'none' ? Expanded : Collapsed);
  item.id = `group/${group.id}`;
  const slowest = Math.max(...swaps.map(({ entry }) => entry.end?.ms.total ?? 0));
  item.description = [
    timeOfDay(deciding.entry.begin.at),
    t('{0} JVMs', group.jvms.length),
    ...(slowest > 0 ? [duration(slowest)] : []),
  ].join(' · ');
  item.iconPath = swapIcon(deciding.entry, isTakenBack);
  item.contextValue = isUndoable ? 'group.undo' : 'group.none';
  const isLost = deciding.entry.end?.error !== undefined;
  item.tooltip = `${groupOutcome({ group, isLost }, t)}\n${group.jvms.join(', ')}`;
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

export function classItem({ entry, result }: SwapClassNode): vscode.TreeItem {
  const { name, outcome, error } = result;
  const item = new vscode.TreeItem(name.slice(name.lastIndexOf('.') + 1));
  item.id = `${entry.begin.id}/${name}`;
  const said = entry.open.includes(name) ? t('outcome unknown') : classOutcome(result, t);
  item.description = said;
  item.iconPath = outcomeIcon(outcome);
  const isKept = entry.begin.classes.some((each) => each.name === name);
  item.contextValue = isKept ? 'swappedClass.kept' : 'swappedClass';
  item.tooltip = [
    `${name}: ${error === undefined ? said : refusalReason(error, t)}`,
    ...(result.loaders ?? []).map((loader) => `${loaderName(loader)}: ${loaderOutcome(loader, t)}`),
    ...(result.prediction?.verdict === 'refuse' ? [t('The refusal was predicted.')] : []),
  ].join('\n');
  item.command = isKept
    ? { command: 'swapdeck.openSwappedClass', title: t('Show What Changed'), arguments: [{ entry, result }] }
    : { command: 'swapdeck.openClass', title: t('Open Source'), arguments: [name] };
  return item;
}

/** The local day of a time, as `2026-11-21`. */
export function localDay(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `Today`, `Yesterday`, or the date as people of this language write it. */
export function dayName(day: string, now: Date): string {
  if (day === localDay(now)) return t('Today');
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (day === localDay(yesterday)) return t('Yesterday');
  return new Date(`${day}T12:00:00`).toLocaleDateString(vscode.env.language, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
  });
}

function swapIcon({ begin, end, open }: LedgerEntry, isTakenBack: boolean): vscode.ThemeIcon {
  if (!end || open.length > 0) return new vscode.ThemeIcon('question');
  if (end.outcome !== 'swapped')
    return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  if (isTakenBack) return new vscode.ThemeIcon('circle-slash');
  if (begin.origin === 'undo') return new vscode.ThemeIcon('discard');
  return new vscode.ThemeIcon(end.results.some(({ outcome }) => outcome === 'swapped') ? 'zap' : 'clock');
}

function outcomeIcon(outcome: ClassResult['outcome']): vscode.ThemeIcon {
  const icons: Record<ClassResult['outcome'], string> = {
    swapped: 'check',
    defined: 'add',
    pending: 'clock',
    refused: 'error',
    skipped: 'circle-slash',
    takenBack: 'discard',
    unknown: 'question',
  };
  return new vscode.ThemeIcon(icons[outcome]);
}
