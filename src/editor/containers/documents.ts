import * as vscode from 'vscode';
import type { Disposable } from '../../util/disposables';
import { DisposableStore } from '../../util/disposables';

const scheme = 'swapdeck-container';

/** Read-only documents that tell what an engine says of a container. */
export class ContainerDocuments implements vscode.TextDocumentContentProvider, Disposable {
  readonly #store = new DisposableStore();
  readonly #texts = new Map<string, string>();
  readonly #changed = this.#store.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#store.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.#store.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.#texts.delete(uri.toString());
      }),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  /** Shows a text as the JSON document of a container, in the place of an earlier one. */
  async show(host: string, container: string, json: string): Promise<vscode.TextDocument> {
    const uri = vscode.Uri.from({ scheme, path: `/${host}/${container}.json` });
    this.#texts.set(uri.toString(), json);
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
    return document;
  }

  dispose(): void {
    this.#texts.clear();
    this.#store.dispose();
  }
}
