import * as vscode from 'vscode';
import { kindOf, type OperationKind } from '../../../environments/operations';
import type { App } from '../../app';
import { choosePlaced } from '../../deploy/choose';
import type { PlacedApplication } from '../../deploy/placed';
import type { OperationPart } from '../../operations/model';
import { t } from '../../text';
import { placedOf } from '../placedOf';

/** The operation of the row, else one that is chosen. */
export async function chooseOperation(
  app: App,
  kind: OperationKind,
  title: string,
  node: unknown,
): Promise<PlacedApplication | undefined> {
  return placedOf(node) ?? choosePlaced(app, title, ({ application }) => kindOf(application) === kind);
}

/** The part of the row, else one that is chosen of those that `isChoice` takes. Rejects as its hosts do. */
export async function choosePart(
  { applications, notifier }: App,
  placed: PlacedApplication,
  title: string,
  node: unknown,
  isChoice: (part: OperationPart) => boolean,
): Promise<string | undefined> {
  if (typeof node === 'object' && node !== null && 'part' in node) return (node.part as OperationPart).name;
  const { value, error } = await applications.operations.known(placed);
  if (error !== undefined) throw error as Error;
  const parts = value?.parts.filter(isChoice) ?? [];
  if (parts.length === 0) {
    notifier.tell('info', { title: t('There is nothing to choose from.'), next: [] });
    return undefined;
  }
  const items = parts.map(({ name, words }) => ({ label: name, description: words.join(' · ') }));
  return (await vscode.window.showQuickPick(items, { title }))?.label;
}
