import * as vscode from 'vscode';
import type { PreviewLink, PreviewText } from '../messages/preview';
import { DisposableStore, type Disposable } from '../util/disposables';
import { Emitter } from '../util/emitter';

/** Documents of this scheme are previews of swaps. */
export const previewScheme = 'swapdeck-preview';

interface Shown extends PreviewText {
  readonly find: FindSource;
}

/** The source of a class that a preview names. */
export type FindSource = (className: string) => Promise<vscode.Uri | undefined>;

/** Read-only documents that tell what a swap would do, with links to the lines they name. One a title. */
export class PreviewDocuments
  implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider<Link>, Disposable
{
  readonly #store = new DisposableStore();
  readonly #shown = new Map<string, Shown>();
  readonly #changed = this.#store.add(new Emitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;

  constructor() {
    const { workspace, languages } = vscode;
    this.#store.add(workspace.registerTextDocumentContentProvider(previewScheme, this));
    this.#store.add(languages.registerDocumentLinkProvider({ scheme: previewScheme }, this));
    this.#store.add(
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === previewScheme) this.#shown.delete(uri.toString());
      }),
    );
  }

  /** Shows a preview, in the place of an earlier one of that title. */
  async show(title: string, preview: PreviewText, find: FindSource): Promise<vscode.TextDocument> {
    const uri = vscode.Uri.from({ scheme: previewScheme, path: `/${title}` });
    this.#shown.set(uri.toString(), { ...preview, find });
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
    return document;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#shown.get(uri.toString())?.text ?? '';
  }

  provideDocumentLinks({ uri }: vscode.TextDocument): Link[] {
    const shown = this.#shown.get(uri.toString());
    return (shown?.links ?? []).map((link) => new Link(link, shown!.find));
  }

  async resolveDocumentLink(link: Link): Promise<Link> {
    const { className, sourceLine } = link.to;
    const uri = await link.find(className);
    if (uri) link.target = uri.with({ fragment: sourceLine === undefined ? '' : `L${sourceLine}` });
    return link;
  }

  dispose(): void {
    this.#shown.clear();
    this.#store.dispose();
  }
}

/** Its target is looked for when it is followed. */
class Link extends vscode.DocumentLink {
  constructor(
    readonly to: PreviewLink,
    readonly find: FindSource,
  ) {
    super(new vscode.Range(to.at.line, to.at.from, to.at.line, to.at.to));
  }
}
