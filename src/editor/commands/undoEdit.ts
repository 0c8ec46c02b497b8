import * as vscode from 'vscode';
import type { App } from '../app';
import { t } from '../text';
import { difference } from '../textDifference';

/**
 * Puts the text back that the running classes were built from, as one edit that the editor can undo. A document
 * without other unsaved changes is saved again, so that its classes fit the JVM again.
 */
export async function undoEdit({ swappedTexts, notifier }: App, of?: vscode.Uri): Promise<void> {
  const uri = of ?? vscode.window.activeTextEditor?.document.uri;
  const text = uri && swappedTexts.of(uri);
  if (!uri || text === undefined) {
    notifier.tell('info', {
      title: t('The text that the running classes were built from is not known.'),
      next: [],
    });
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const isSaved = !document.isDirty;
  const edit = new vscode.WorkspaceEdit();
  const { from, to, replacement } = difference(document.getText(), text);
  const range = new vscode.Range(document.positionAt(from), document.positionAt(to));
  edit.replace(uri, range, replacement, {
    needsConfirmation: false,
    label: t('Undo the edit that the JVM refuses'),
  });
  if (!(await vscode.workspace.applyEdit(edit))) return;
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(range.start, range.start) });
  if (isSaved) await document.save();
}
