import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { Emitter } from '../../util/emitter';

/** Documents of this scheme are plans, receipts and logs of deployments. */
export const deployScheme = 'swapdeck-deploy';

/** `plan` and `receipt` have a grammar of their own. */
export type DeployDocumentKind = 'plan' | 'receipt' | 'log';

const extensions: Readonly<Record<DeployDocumentKind, string>> = {
  plan: 'swapdeck-plan',
  receipt: 'swapdeck-plan',
  log: 'log',
};

/** A plan that waits for somebody to say yes or no. */
export interface PendingPlan {
  answer(how: 'execute' | 'discard'): void;
}

/** Read-only documents that tell of deployments. One a title: a later text takes the place of the one before. */
export class DeployDocuments implements vscode.TextDocumentContentProvider, Disposable {
  readonly #store = new DisposableStore();
  readonly #texts = new Map<string, string>();
  readonly #pending = new Map<string, PendingPlan>();
  readonly #changed = this.#store.add(new Emitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;
  readonly #pendingChanged = this.#store.add(new Emitter<readonly string[]>());
  /** Fires with the uris of the plans that wait. */
  readonly onDidChangePending = this.#pendingChanged.event;

  constructor() {
    this.#store.add(vscode.workspace.registerTextDocumentContentProvider(deployScheme, this));
    this.#store.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme !== deployScheme) return;
        this.#texts.delete(uri.toString());
        // A plan that nobody sees any more can't be approved.
        this.answer(uri, 'discard');
      }),
    );
  }

  async show(kind: DeployDocumentKind, title: string, text: string): Promise<vscode.TextDocument> {
    const uri = uriOf(kind, title);
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: kind !== 'plan' });
    return document;
  }

  /** Lets the title of a plan's document answer, until it did. */
  wait(uri: vscode.Uri, pending: PendingPlan): void {
    this.#pending.set(uri.toString(), pending);
    this.#tellPending();
  }

  /** Answers the plan of a document; false when it waits for no answer. */
  answer(uri: vscode.Uri, how: 'execute' | 'discard'): boolean {
    const pending = this.#pending.get(uri.toString());
    if (!pending) return false;
    this.#pending.delete(uri.toString());
    this.#tellPending();
    pending.answer(how);
    return true;
  }

  /** A document that a window had open before has no text any more. */
  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    for (const pending of this.#pending.values()) pending.answer('discard');
    this.#pending.clear();
    this.#store.dispose();
  }

  #tellPending(): void {
    this.#pendingChanged.fire([...this.#pending.keys()]);
  }
}

function uriOf(kind: DeployDocumentKind, title: string): vscode.Uri {
  return vscode.Uri.from({ scheme: deployScheme, path: `/${title}.${extensions[kind]}` });
}
