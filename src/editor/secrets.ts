import type * as vscode from 'vscode';
import type { Credentials } from '../contracts/credentials';
import { abortable } from '../util/async';
import type { Dialogs } from './dialogs';
import { t } from './text';

/** After a person declined to tell a password, others that want the same one are not asked for either. Milliseconds. */
const LEAVE_ALONE_MS = 3000;

/** Values of `${secret:NAME}`: kept in the editor's secret storage, asked for once. */
export class Secrets implements Credentials {
  readonly #storage: vscode.SecretStorage;
  readonly #dialogs: Dialogs;
  /** Passwords that nobody has accepted yet. */
  readonly #typed = new Map<string, string>();
  readonly #asking = new Map<string, Promise<string | undefined>>();
  readonly #declinedAt = new Map<string, number>();

  constructor(storage: vscode.SecretStorage, dialogs: Dialogs) {
    this.#storage = storage;
    this.#dialogs = dialogs;
  }

  /** Asks when it is not known; undefined when the person declines. */
  async get(name: string): Promise<string | undefined> {
    const known = await this.#known(name);
    if (known !== undefined) return known;
    const value = await this.#ask(
      name,
      t('It is kept in the secret storage of the editor and nowhere else.'),
    );
    if (value !== undefined) await this.#storage.store(keyOf(name), value);
    return value;
  }

  async password(name: string, refused?: string, signal?: AbortSignal): Promise<string | undefined> {
    const known = await this.#known(name);
    if (known !== undefined && known !== refused) return known;
    if (Date.now() - (this.#declinedAt.get(name) ?? 0) < LEAVE_ALONE_MS) return undefined;
    let asking = this.#asking.get(name);
    if (!asking) {
      asking = this.#askPassword(name, refused !== undefined);
      this.#asking.set(name, asking);
    }
    return abortable(asking, signal, 'a password');
  }

  async accepted(name: string, password: string): Promise<void> {
    if ((await this.#storage.get(keyOf(name))) !== password) await this.#storage.store(keyOf(name), password);
    // Not before it is stored: whoever wants it meanwhile would ask for it once more.
    if (this.#typed.get(name) === password) this.#typed.delete(name);
  }

  async #known(name: string): Promise<string | undefined> {
    return this.#typed.get(name) ?? (await this.#storage.get(keyOf(name)));
  }

  async #askPassword(name: string, isWrong: boolean): Promise<string | undefined> {
    try {
      const kept = t('It is kept in the secret storage of the editor once it was right, and nowhere else.');
      const prompt = isWrong ? `${t('That was not right. Try again.')} ${kept}` : kept;
      const value = await this.#ask(name, prompt);
      if (value === undefined) {
        this.#declinedAt.set(name, Date.now());
        this.#typed.delete(name);
      } else this.#typed.set(name, value);
      return value;
    } finally {
      this.#asking.delete(name);
    }
  }

  #ask(name: string, prompt: string): Promise<string | undefined> {
    return this.#dialogs.input({ title: t('Secret "{0}" of swapdeck.yaml', name), prompt, password: true });
  }
}

function keyOf(name: string): string {
  return `secret/${name}`;
}
