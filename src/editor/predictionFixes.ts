import * as vscode from 'vscode';
import type { PredictionDiagnostics } from './predictions';
import { sourceLanguages, type SwappedTexts } from './swappedTexts';
import { t } from './text';

/** What can be done about a refusal that was foreseen: compare, take the edit back, restart the JVM. */
export function registerPredictionFixes(
  predictions: PredictionDiagnostics,
  texts: SwappedTexts,
): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    sourceLanguages.map((language) => ({ language, scheme: 'file' })),
    {
      provideCodeActions: ({ uri }, _range, { diagnostics }) => {
        const own = diagnostics.filter(({ source }) => source === 'swapdeck');
        return own.length === 0 ? [] : fixes(uri, own, predictions, texts);
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function fixes(
  uri: vscode.Uri,
  diagnostics: vscode.Diagnostic[],
  predictions: PredictionDiagnostics,
  texts: SwappedTexts,
): vscode.CodeAction[] {
  const action = (title: string, command: string, args: readonly unknown[]): vscode.CodeAction => {
    const fix = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    fix.command = { command, title, arguments: [...args] };
    fix.diagnostics = diagnostics;
    return fix;
  };
  const foreseen = predictions.of(uri);
  const refused = foreseen.filter(({ prediction }) => prediction.prediction?.verdict === 'refuse');
  const actions: vscode.CodeAction[] = [];
  if (refused.length > 0 && texts.of(uri) !== undefined) {
    const undo = action(t('Undo the Edit'), 'swapdeck.undoEdit', [uri]);
    undo.isPreferred = true;
    actions.push(undo);
  }
  const names = new Set<string>();
  for (const { jvm, prediction } of refused.length > 0 ? refused : foreseen) {
    const { name } = prediction.built;
    if (!prediction.prediction || names.has(name)) continue;
    names.add(name);
    const title = t('Compare {0} with What Runs', name.slice(name.lastIndexOf('.') + 1));
    actions.push(action(title, 'swapdeck.compareClass', [jvm.id, prediction.built]));
  }
  actions.push(action(t('Restart the JVM with a Task...'), 'swapdeck.restartJvm', []));
  return actions;
}
