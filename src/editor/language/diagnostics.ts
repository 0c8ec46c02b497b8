import * as vscode from 'vscode';
import { parseConfig } from '../../config/parse';
import type { Problem, TextRange } from '../../config/problems';
import type { describeProblem } from '../../messages/config';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { t } from '../text';

/** `swapdeck.yaml` of any folder, on disk or not. */
export const selector: vscode.DocumentSelector = { pattern: '**/swapdeck.yaml' };

export function isConfiguration(document: vscode.TextDocument): boolean {
  return vscode.languages.match(selector, document) > 0;
}

export function toRange({ start, end }: TextRange): vscode.Range {
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}

/** How long typing pauses before the text is read again, in milliseconds. */
const pause = 150;

/** Marks what is wrong in open configurations while they are typed, and remembers it for the quick fixes. */
export class ConfigurationDiagnostics implements Disposable {
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.add(vscode.languages.createDiagnosticCollection('swapdeck'));
  readonly #problems = new Map<string, readonly Problem[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor() {
    const { workspace } = vscode;
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#later(document, 0)));
    this.#store.add(workspace.onDidChangeTextDocument(({ document }) => this.#later(document, pause)));
    this.#store.add(workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)));
    for (const document of workspace.textDocuments) this.#later(document, 0);
  }

  /** What was found in a document when it was last read. */
  problemsOf(uri: vscode.Uri): readonly Problem[] {
    return this.#problems.get(uri.toString()) ?? [];
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#store.dispose();
  }

  #later(document: vscode.TextDocument, ms: number): void {
    if (!isConfiguration(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => void this.#check(document), ms),
    );
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const { uri, version } = document;
    this.#timers.delete(uri.toString());
    const [{ problems }, words] = await Promise.all([
      parseConfig(document.getText()),
      import('../../messages/config'),
    ]);
    if (document.isClosed || document.version !== version || this.#store.isDisposed) return;
    this.#problems.set(uri.toString(), problems);
    this.#collection.set(
      uri,
      problems.map((problem) => toDiagnostic(problem, words.describeProblem)),
    );
  }

  #forget(uri: vscode.Uri): void {
    clearTimeout(this.#timers.get(uri.toString()));
    this.#timers.delete(uri.toString());
    this.#problems.delete(uri.toString());
    this.#collection.delete(uri);
  }
}

function toDiagnostic(problem: Problem, describe: typeof describeProblem): vscode.Diagnostic {
  const severity =
    problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(toRange(problem.range), describe(problem, t), severity);
  diagnostic.source = 'swapdeck';
  diagnostic.code = problem.reason;
  return diagnostic;
}
