import * as vscode from 'vscode';
import { kindOf, nameOf } from '../../environments/operations';
import { describe } from '../../messages/describe';
import type { Applications } from '../deploy/applications';
import type { PlacedApplication } from '../deploy/placed';
import { stepWords } from '../deploy/progress';
import type { OperationRow } from '../operations/model';
import { t } from '../text';
import type { OperationsNode } from './operationNodes';

const { None, Collapsed } = vscode.TreeItemCollapsibleState;

/**
 * The row of an operation, `viewItem` `operation.KIND` and its marks, or of a part of one, `operationPart.KIND` and its
 * marks. While a plan is executed the mark is `busy` alone.
 */
export function operationItem(node: OperationsNode, applications: Applications): vscode.TreeItem {
  const { placed } = node;
  const kind = kindOf(placed.application)!;
  if (node.kind === 'operationPart') {
    const item = new vscode.TreeItem(node.part.name, None);
    item.id = `operationPart/${placed.id}/${node.part.name}`;
    return fill(item, node.part, ['operationPart', kind]);
  }
  const item = new vscode.TreeItem(nameOf(placed.application), Collapsed);
  item.id = `operation/${placed.id}`;
  return fill(item, rowOf(placed, applications), ['operation', kind]);
}

function fill(item: vscode.TreeItem, row: OperationRow, context: readonly string[]): vscode.TreeItem {
  const { words, icon, color, tooltip = words, marks } = row;
  item.description = words.join(' · ');
  item.tooltip = tooltip.join('\n');
  item.iconPath = new vscode.ThemeIcon(
    icon,
    color === undefined ? undefined : new vscode.ThemeColor(`charts.${color}`),
  );
  item.contextValue = [...context, ...marks].join('.');
  item.accessibilityInformation = { label: [item.label as string, ...words].join(', ') };
  return item;
}

function rowOf(placed: PlacedApplication, applications: Applications): OperationRow {
  const running = applications.runningOf(placed.id);
  if (running) return { words: [stepWords(running)], icon: 'sync~spin', marks: ['busy'] };
  const { value: look, error, loading } = applications.operations.look(placed);
  if (error !== undefined)
    return { words: [describe(error, { t }).title], icon: 'error', color: 'red', marks: [] };
  if (!look)
    return {
      words: loading ? [t('asking the hosts')] : [],
      icon: loading ? 'loading~spin' : 'gear',
      marks: [],
    };
  return look;
}
