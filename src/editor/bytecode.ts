import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../util/disposables';
import { t } from './text';

/** Documents of this scheme are bytecode as text; their path ends with `.jvm-bytecode`, which gives the language. */
export const bytecodeScheme = 'swapdeck-class';

/** The text of one version of a class, or undefined when it is not there (any more). */
export type ReadBytecode = (key: string) => Promise<string | undefined>;

/** Held texts: gone with the window. */
const heldSource = 'held';

/**
 * Read-only documents with the bytecode of classes, for the diff editor. A text comes from a source that can give
 * it again after a reload of the window (`addSource`, such as the ledger by the hash of the class bytes), or is held
 * for as long as its document is open (`hold`, such as what a JVM ran when it was asked).
 */
export class BytecodeDocuments implements vscode.TextDocumentContentProvider, Disposable {
  readonly #store = new DisposableStore();
  readonly #sources = new Map<string, ReadBytecode>();
  readonly #held = new Map<string, () => string | Promise<string>>();
  #count = 0;

  constructor() {
    const { workspace } = vscode;
    this.#store.add(workspace.registerTextDocumentContentProvider(bytecodeScheme, this));
    this.#store.add(
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === bytecodeScheme && uri.authority === heldSource) this.#held.delete(uri.query);
      }),
    );
  }

  /** Answers for the documents of `uri(source, ...)`. */
  addSource(source: string, read: ReadBytecode): void {
    this.#sources.set(source, read);
  }

  /** The document of one version of a class; `key` is what its source knows it by, `label` tells it from others. */
  uri(source: string, key: string, className: string, label: string): vscode.Uri {
    const path = `/${encodeURIComponent(label)}/${className}.jvm-bytecode`;
    return vscode.Uri.from({ scheme: bytecodeScheme, authority: source, path, query: key });
  }

  /** A document whose text is read when it is shown and forgotten when it is closed. */
  hold(className: string, label: string, read: () => string | Promise<string>): vscode.Uri {
    const key = String(++this.#count);
    this.#held.set(key, read);
    return this.uri(heldSource, key, className, label);
  }

  /** Opens two documents of this scheme side by side, at a place of the right one where it is given. */
  async openDiff(
    title: string,
    left: vscode.Uri,
    right: vscode.Uri,
    selection?: vscode.Range,
  ): Promise<void> {
    const options = { preview: true, ...(selection && { selection }) };
    await vscode.commands.executeCommand('vscode.diff', left, right, title, options);
  }

  async provideTextDocumentContent({ authority, query }: vscode.Uri): Promise<string> {
    const text =
      authority === heldSource
        ? await this.#held.get(query)?.()
        : await this.#sources.get(authority)?.(query);
    return text ?? t('This version of the class is not kept any more.');
  }

  dispose(): void {
    this.#held.clear();
    this.#store.dispose();
  }
}
