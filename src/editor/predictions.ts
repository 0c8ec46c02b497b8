import * as vscode from 'vscode';
import type { WrittenClass } from '../compile/sourceCompiler';
import type { JvmSession } from '../hotswap/model';
import type { ClassPrediction } from '../hotswap/predictJvm';
import { describeNote, describeReason } from '../messages/predictions';
import { DisposableStore, type Disposable } from '../util/disposables';
import { t } from './text';

const source = 'swapdeck';

/**
 * Marks in a saved source what the JVM is going to refuse, and what will not take effect although it is accepted,
 * before anything is sent. The marks stay until the next save.
 */
export class PredictionDiagnostics implements Disposable {
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.add(vscode.languages.createDiagnosticCollection('swapdeck-prediction'));

  constructor() {
    this.#store.add(
      vscode.languages.registerCodeActionsProvider(
        { language: 'java' },
        { provideCodeActions: (_document, _range, { diagnostics }) => fixes(diagnostics) },
        { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
      ),
    );
  }

  /** Predicts for the classes of one source and shows what there is to say. Rejects with `JdwpError`. */
  async show(
    document: vscode.TextDocument,
    classes: readonly WrittenClass[],
    sessions: readonly JvmSession[],
    signal: AbortSignal,
  ): Promise<void> {
    const { predictClasses } = await import('../hotswap/predictJvm');
    const text = document.getText();
    const options = { rootsVisible: true, source: () => Promise.resolve(text) };
    const all = await Promise.all(
      sessions.map(async ({ attached }) =>
        attached ? predictClasses(attached, classes, options, signal) : [],
      ),
    );
    const found = new Map<string, vscode.Diagnostic>();
    for (const prediction of all.flat())
      for (const diagnostic of diagnosticsOf(prediction, document))
        found.set(`${diagnostic.range.start.line}/${diagnostic.message}`, diagnostic);
    this.#collection.set(document.uri, [...found.values()]);
  }

  clear(uri: vscode.Uri): void {
    this.#collection.delete(uri);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function diagnosticsOf(
  { built, prediction }: ClassPrediction,
  document: vscode.TextDocument,
): vscode.Diagnostic[] {
  if (!prediction) return [];
  const mark = (
    line: number | undefined,
    message: string,
    severity: vscode.DiagnosticSeverity,
    code: string,
  ): vscode.Diagnostic => {
    const row = document.lineAt(Math.min(Math.max((line ?? 1) - 1, 0), document.lineCount - 1));
    const from = new vscode.Position(row.lineNumber, row.firstNonWhitespaceCharacterIndex);
    const diagnostic = new vscode.Diagnostic(new vscode.Range(from, row.range.end), message, severity);
    diagnostic.source = source;
    diagnostic.code = code;
    return diagnostic;
  };
  if (prediction.verdict === 'refuse')
    return prediction.reasons.map((reason) =>
      mark(
        reason.line,
        t('The running JVM will refuse {0}: {1}', built.name, describeReason(reason, t)),
        vscode.DiagnosticSeverity.Warning,
        reason.code,
      ),
    );
  return prediction.notes
    .filter(({ code }) => code !== 'unknown')
    .map((note) => mark(note.line, describeNote(note, t), vscode.DiagnosticSeverity.Information, note.code));
}

/** What can be done about a refusal. */
function fixes(diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
  const own = diagnostics.filter(
    (each) => each.source === source && each.severity === vscode.DiagnosticSeverity.Warning,
  );
  if (own.length === 0) return [];
  const action = (title: string, command: string, preferred = false): vscode.CodeAction => {
    const fix = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    fix.command = { command, title };
    fix.diagnostics = own;
    fix.isPreferred = preferred;
    return fix;
  };
  return [
    action(t('Undo the edit'), 'undo', true),
    action(t('Restart the JVM with a task...'), 'workbench.action.tasks.runTask'),
  ];
}
