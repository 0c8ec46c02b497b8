import * as vscode from 'vscode';
import { CONFIG_FILE } from '../config/find';
import type { SwapdeckConfig } from '../config/model';
import { parseConfig } from '../config/parse';
import type { Problem } from '../config/problems';
import { DisposableStore, type Disposable } from '../util/disposables';
import { Emitter } from '../util/emitter';

/** The configuration of one workspace folder. `config` is absent while the file has errors. */
export interface FolderConfiguration {
  readonly folder: vscode.WorkspaceFolder;
  readonly uri: vscode.Uri;
  readonly config?: SwapdeckConfig;
  readonly problems: readonly Problem[];
}

/** Reads `swapdeck.yaml` of every workspace folder, and again whenever it is saved, created or removed. */
export class Configurations implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  readonly onDidChange = this.#changed.event;
  #folders: readonly FolderConfiguration[] = [];
  #loading: Promise<void> | undefined;
  #stale = false;

  constructor() {
    const watcher = this.#store.add(vscode.workspace.createFileSystemWatcher(`**/${CONFIG_FILE}`));
    const reload = (): void => void this.load();
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete])
      this.#store.add(event(reload));
    this.#store.add(vscode.workspace.onDidChangeWorkspaceFolders(reload));
    // Sooner than the file watcher tells it.
    this.#store.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (uri.path.endsWith(`/${CONFIG_FILE}`)) reload();
      }),
    );
  }

  /** Folders that have a `swapdeck.yaml`. */
  get folders(): readonly FolderConfiguration[] {
    return this.#folders;
  }

  /** Reads everything again; calls during a load share the next one. */
  load(): Promise<void> {
    this.#stale = true;
    this.#loading ??= this.#loadUntilFresh().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #loadUntilFresh(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      const loaded = await Promise.all((vscode.workspace.workspaceFolders ?? []).map(readFolder));
      this.#folders = loaded.filter((each) => each !== undefined);
    }
    this.#changed.fire();
  }
}

async function readFolder(folder: vscode.WorkspaceFolder): Promise<FolderConfiguration | undefined> {
  const uri = configurationUri(folder);
  let text: string;
  try {
    text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
  return { folder, uri, ...(await parseConfig(text)) };
}

export function configurationUri(folder: vscode.WorkspaceFolder): vscode.Uri {
  return vscode.Uri.joinPath(folder.uri, CONFIG_FILE);
}
