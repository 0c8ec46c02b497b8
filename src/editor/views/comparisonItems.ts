import * as vscode from 'vscode';
import {
  comparedStates,
  countStates,
  type ComparedLoader,
  type ComparedState,
} from '../../hotswap/comparison/model';
import { differenceText, memberText, stateCounts, stateTitles } from '../../messages/comparison';
import { loaderName } from '../../messages/hotswap';
import type { MadeComparison } from '../comparisons';
import { classCount, t, timeOfDay } from '../text';
import type {
  ComparedClassNode,
  ComparedJvmNode,
  ComparisonNode,
  DifferenceNode,
  LoaderNode,
  PackageNode,
  StateNode,
} from './comparison';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** Shape and words tell the state; the colour only repeats it. */
const icons: Readonly<Record<ComparedState, vscode.ThemeIcon>> = {
  changed: new vscode.ThemeIcon(
    'diff-modified',
    new vscode.ThemeColor('gitDecoration.modifiedResourceForeground'),
  ),
  debug: new vscode.ThemeIcon('debug-line-by-line'),
  gone: new vscode.ThemeIcon(
    'diff-removed',
    new vscode.ThemeColor('gitDecoration.deletedResourceForeground'),
  ),
  unloaded: new vscode.ThemeIcon('clock'),
  same: new vscode.ThemeIcon('pass'),
};

/**
 * The row of a node. Its `viewItem`: `comparedJvm`, `comparedState.STATE`, `comparedPackage.STATE`,
 * `comparedClass.STATE`; ids hold no state, so that what is unfolded stays unfolded over a refresh.
 */
export function comparisonItem(node: ComparisonNode): vscode.TreeItem {
  switch (node.kind) {
    case 'jvm':
      return jvmItem(node);
    case 'state':
      return stateItem(node);
    case 'package':
      return packageItem(node);
    case 'class':
      return classItem(node);
    case 'loader':
      return loaderItem(node);
    case 'difference':
      return differenceItem(node);
  }
}

function jvmItem({ made }: ComparedJvmNode): vscode.TreeItem {
  const item = new vscode.TreeItem(made.name, Expanded);
  const counts = countStates(made.classes);
  const differing = counts.changed + counts.debug + counts.gone;
  const words =
    differing === 0
      ? t('nothing differs')
      : differing === 1
        ? t('1 class differs')
        : t('{0} classes differ', differing);
  const parts = [words, timeOfDay(made.at), ...(made.isStale ? [t('out of date')] : [])];
  item.id = made.jvm;
  item.description = parts.join(' · ');
  item.iconPath = new vscode.ThemeIcon(made.isStale ? 'history' : differing === 0 ? 'pass' : 'vm');
  item.contextValue = differing > 0 ? 'comparedJvm.differs' : 'comparedJvm';
  item.tooltip = jvmTooltip(made);
  item.accessibilityInformation = { label: `${made.name}, ${parts.join(', ')}` };
  return item;
}

function jvmTooltip(made: MadeComparison): string {
  const counts = countStates(made.classes);
  const lines = comparedStates.map((state) => `${counts[state]} ${stateCounts[state](t)}`);
  for (const name of made.unreadable) lines.push(t('{0}: its class file can not be read', name));
  return lines.join('\n');
}

function stateItem({ made, state, classes }: StateNode): vscode.TreeItem {
  const item = new vscode.TreeItem(stateTitles[state](t), state === 'changed' ? Expanded : Collapsed);
  item.id = `${made.jvm}/${state}`;
  item.description = String(classes.length);
  item.iconPath = icons[state];
  item.contextValue = `comparedState.${state}`;
  item.tooltip = stateHints[state]();
  item.accessibilityInformation = { label: `${stateTitles[state](t)}, ${classCount(classes.length)}` };
  return item;
}

const stateHints: Readonly<Record<ComparedState, () => string>> = {
  changed: () => t('The JVM runs other code than the class files have.'),
  debug: () => t('Only line numbers, names of variables and the like differ: the code is the same.'),
  gone: () =>
    t('The JVM has these classes, and no class file stands for them any more. A JVM drops no class.'),
  unloaded: () =>
    t(
      'The JVM does not show these classes: they are not loaded, or loaded and not linked. They can not be compared.',
    ),
  same: () => t('The JVM runs what the class files have.'),
};

function packageItem({ made, state, name, classes }: PackageNode): vscode.TreeItem {
  const item = new vscode.TreeItem(name === '' ? t('(default package)') : name, Collapsed);
  item.id = `${made.jvm}/${state}/${name}`;
  item.description = String(classes.length);
  item.iconPath = new vscode.ThemeIcon('symbol-namespace');
  item.contextValue = `comparedPackage.${state}`;
  return item;
}

function classItem(node: ComparedClassNode): vscode.TreeItem {
  const { made, compared } = node;
  const { name, state, loaders } = compared;
  const dot = name.lastIndexOf('.');
  const isDeep = loaders.length > 1 || loaders.some(({ differences }) => differences.length > 0);
  const item = new vscode.TreeItem(name.slice(dot + 1), isDeep ? Collapsed : None);
  item.id = `${made.jvm}/class/${name}`;
  const several = loaders.length > 1 ? [t('{0} class loaders', loaders.length)] : [];
  const pending = made.pending.has(name) ? [t('swapped when it is loaded')] : [];
  const parts = [name.slice(0, Math.max(0, dot)), ...several, ...pending];
  item.description = parts.filter(Boolean).join(' · ');
  item.iconPath = new vscode.ThemeIcon('symbol-class');
  item.contextValue = `comparedClass.${state}`;
  item.tooltip = `${name}: ${stateCounts[state](t)}`;
  item.accessibilityInformation = { label: `${name}, ${stateCounts[state](t)}` };
  item.command = openCommand(node);
  return item;
}

function loaderItem(node: LoaderNode): vscode.TreeItem {
  const { made, compared, loader } = node;
  const name = loader.loader ? loaderName(loader.loader) : t('a class loader');
  const item = new vscode.TreeItem(name, loader.differences.length > 0 ? Collapsed : None);
  item.id = `${made.jvm}/class/${compared.name}/${idOf(loader)}`;
  item.description = stateCounts[loader.state](t);
  item.iconPath = icons[loader.state];
  item.tooltip = loader.loader?.type ?? '';
  item.command = openCommand(node);
  return item;
}

function differenceItem(node: DifferenceNode): vscode.TreeItem {
  const { made, compared, loader, difference, at } = node;
  const text = differenceText(difference, t);
  const isMember = difference.of !== 'class';
  const item = new vscode.TreeItem(isMember ? memberText(difference) : text, None);
  item.id = `${made.jvm}/class/${compared.name}/${idOf(loader)}/${at}`;
  if (isMember) item.description = withLine(text, node);
  const icon =
    difference.of === 'method'
      ? 'symbol-method'
      : difference.of === 'field'
        ? 'symbol-field'
        : 'symbol-class';
  item.iconPath = new vscode.ThemeIcon(icon);
  item.command = openCommand(node);
  return item;
}

function withLine(text: string, { loader, difference }: DifferenceNode): string {
  if (difference.of !== 'method') return text;
  const { name, descriptor } = difference;
  const found = loader.methods.find((each) => each.name === name && each.descriptor === descriptor);
  return found?.firstLine === undefined ? text : t('{0}, line {1}', text, found.firstLine);
}

function idOf({ loaded }: ComparedLoader): string {
  return (loaded.id as bigint).toString(16);
}

function openCommand(node: ComparedClassNode | LoaderNode | DifferenceNode): vscode.Command {
  return { command: 'swapdeck.openComparison', title: t('Compare Bytecode'), arguments: [node] };
}
