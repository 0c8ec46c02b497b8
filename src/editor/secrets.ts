import * as vscode from 'vscode';
import { t } from './text';

/** Values of `${secret:NAME}`: kept in the editor's secret storage, asked for once. */
export class Secrets {
  readonly #storage: vscode.SecretStorage;

  constructor(storage: vscode.SecretStorage) {
    this.#storage = storage;
  }

  /** Asks when it is not known; undefined when the person declines. */
  async get(name: string): Promise<string | undefined> {
    const key = `secret/${name}`;
    const known = await this.#storage.get(key);
    if (known !== undefined) return known;
    const value = await vscode.window.showInputBox({
      title: t('Secret "{0}" of swapdeck.yaml', name),
      prompt: t('It is kept in the secret storage of the editor and nowhere else.'),
      password: true,
      ignoreFocusOut: true,
    });
    if (value !== undefined) await this.#storage.store(key, value);
    return value;
  }

  async forget(name: string): Promise<void> {
    await this.#storage.delete(`secret/${name}`);
  }
}
