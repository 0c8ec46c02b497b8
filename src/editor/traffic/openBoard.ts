import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { t } from '../text';
import { boardOf, type WatchedDeployment } from './boardOf';

/** A panel that shows what `look` gives, again whenever it is told that this changed. */
export class OpenBoard implements Disposable {
  readonly #store = new DisposableStore();
  readonly #panel: vscode.WebviewPanel;
  readonly #look: () => WatchedDeployment;

  constructor(extension: vscode.Uri, look: () => WatchedDeployment, onClose: () => void) {
    this.#look = look;
    const assets = vscode.Uri.joinPath(extension, 'dist', 'webviews');
    const { application, environment } = look();
    this.#panel = vscode.window.createWebviewPanel(
      'swapdeck.traffic',
      t('Traffic of {0} in {1}', application, environment),
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [assets] },
    );
    const { webview } = this.#panel;
    // Shown again after it was hidden, the page starts anew and asks again.
    this.#store.add(webview.onDidReceiveMessage(() => this.refresh()));
    this.#store.add(this.#panel);
    this.#panel.onDidDispose(() => {
      onClose();
      this.#store.dispose();
    });
    webview.html = page(webview, assets);
  }

  /** Something that ends when the panel is closed. */
  add(disposable: Disposable): void {
    this.#store.add(disposable);
  }

  refresh(): void {
    void this.#panel.webview.postMessage(boardOf(this.#look(), t));
  }

  reveal(): void {
    this.#panel.reveal(undefined, true);
  }

  dispose(): void {
    this.#panel.dispose();
  }
}

/** Nothing is loaded but our own files, and no script runs but ours. */
function page(webview: vscode.Webview, assets: vscode.Uri): string {
  const asset = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
  const nonce = randomBytes(16).toString('base64');
  // uPlot places its canvas by style attributes.
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource} 'unsafe-inline'`;
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <link rel="stylesheet" href="${asset('traffic.css')}">
  </head>
  <body>
    <main id="board"></main>
    <script nonce="${nonce}" src="${asset('traffic.js')}"></script>
  </body>
</html>`;
}
