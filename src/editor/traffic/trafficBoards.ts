import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { t } from '../text';
import { boardOf, type WatchedDeployment } from './boardOf';

/** Panels with the traffic of deployments: live while they run, from the receipt afterwards. One a plan. */
export class TrafficBoards implements Disposable {
  readonly #extension: vscode.Uri;
  readonly #open = new Map<string, OpenBoard>();

  constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  /** Opens the board of a plan, or brings it to the front. */
  show(plan: string, deployment: WatchedDeployment): void {
    const known = this.#open.get(plan);
    if (known) {
      known.update(deployment);
      known.reveal();
      return;
    }
    const board = new OpenBoard(this.#extension, deployment, () => this.#open.delete(plan));
    this.#open.set(plan, board);
  }

  /** What is known now; does nothing where no board of the plan is open. */
  update(plan: string, deployment: WatchedDeployment): void {
    this.#open.get(plan)?.update(deployment);
  }

  dispose(): void {
    for (const board of [...this.#open.values()]) board.dispose();
  }
}

class OpenBoard implements Disposable {
  readonly #store = new DisposableStore();
  readonly #panel: vscode.WebviewPanel;
  #deployment: WatchedDeployment;

  constructor(extension: vscode.Uri, deployment: WatchedDeployment, onClose: () => void) {
    this.#deployment = deployment;
    const assets = vscode.Uri.joinPath(extension, 'dist', 'webviews');
    const { application, environment } = deployment;
    this.#panel = vscode.window.createWebviewPanel(
      'swapdeck.traffic',
      t('Traffic of {0} in {1}', application, environment),
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [assets] },
    );
    const { webview } = this.#panel;
    // Shown again after it was hidden, the page starts anew and asks again.
    this.#store.add(webview.onDidReceiveMessage(() => this.#post()));
    this.#store.add(this.#panel);
    this.#panel.onDidDispose(() => {
      onClose();
      this.#store.dispose();
    });
    webview.html = page(webview, assets);
  }

  update(deployment: WatchedDeployment): void {
    this.#deployment = deployment;
    this.#post();
  }

  reveal(): void {
    this.#panel.reveal(undefined, true);
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #post(): void {
    void this.#panel.webview.postMessage(boardOf(this.#deployment, t));
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
