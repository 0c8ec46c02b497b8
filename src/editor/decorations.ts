import * as vscode from 'vscode';
import type { ChangedMethod } from '../hotswap/changedMethods';
import type { SwapRecord } from '../hotswap/model';
import { DisposableStore, type Disposable } from '../util/disposables';
import { sourceOf } from './sources';

/** How long a mark stays when nothing is edited, in milliseconds. */
const markedFor = 8000;

/** Marks the methods that were just swapped, until the next edit or for some seconds. */
export class SwapDecorations implements Disposable {
  readonly #store = new DisposableStore();
  readonly #type = this.#store.add(
    vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor('swapdeck.swappedMethodBackground'),
      borderColor: new vscode.ThemeColor('swapdeck.swappedMethodMark'),
      borderStyle: 'solid',
      borderWidth: '0 0 0 2px',
      overviewRulerColor: new vscode.ThemeColor('swapdeck.swappedMethodMark'),
      overviewRulerLane: vscode.OverviewRulerLane.Left,
    }),
  );
  /** By the uri of the document. */
  readonly #marks = new Map<string, { readonly ranges: vscode.Range[]; readonly timer: NodeJS.Timeout }>();

  constructor() {
    this.#store.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#clear(document.uri.toString());
      }),
    );
    this.#store.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#show()));
  }

  async mark(record: SwapRecord): Promise<void> {
    if (!vscode.workspace.getConfiguration('swapdeck').get<boolean>('highlightSwappedMethods', true)) return;
    for (const { name, outcome, methods } of record.classes) {
      if (outcome !== 'swapped' || !methods || methods.length === 0) continue;
      const uri = await sourceOf(name);
      if (uri && !this.#store.isDisposed) this.#mark(uri.toString(), methods);
    }
    this.#show();
  }

  /** The marked ranges of a document; for tests. */
  rangesOf(uri: vscode.Uri): readonly vscode.Range[] {
    return this.#marks.get(uri.toString())?.ranges ?? [];
  }

  dispose(): void {
    for (const { timer } of this.#marks.values()) clearTimeout(timer);
    this.#marks.clear();
    this.#store.dispose();
  }

  #mark(key: string, methods: readonly ChangedMethod[]): void {
    const ranges = methods.flatMap(({ firstLine, lastLine }) =>
      firstLine === undefined || lastLine === undefined
        ? []
        : [new vscode.Range(firstLine - 1, 0, lastLine - 1, 0)],
    );
    const before = this.#marks.get(key);
    clearTimeout(before?.timer);
    const timer = setTimeout(() => this.#clear(key), markedFor);
    this.#marks.set(key, { ranges: [...(before?.ranges ?? []), ...ranges], timer });
  }

  #clear(key: string): void {
    const mark = this.#marks.get(key);
    if (!mark) return;
    clearTimeout(mark.timer);
    this.#marks.delete(key);
    this.#show();
  }

  #show(): void {
    for (const editor of vscode.window.visibleTextEditors)
      editor.setDecorations(this.#type, this.#marks.get(editor.document.uri.toString())?.ranges ?? []);
  }
}
