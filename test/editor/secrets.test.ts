import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Dialogs } from '../../src/editor/dialogs';
import { Secrets } from '../../src/editor/secrets';
import { Deferred } from '../../src/util/async';

/** A storage that has not written anything down before it may: how fast the real one is depends on the machine. */
class SlowStorage implements Partial<vscode.SecretStorage> {
  readonly may = new Deferred<void>();
  readonly storing = new vscode.EventEmitter<void>();
  readonly #values = new Map<string, string>();

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#values.get(key));
  }

  async store(key: string, value: string): Promise<void> {
    this.storing.fire();
    await this.may.promise;
    this.#values.set(key, value);
  }
}

describe('secrets of swapdeck.yaml', () => {
  it('are asked for once, however long it takes to store what was right', async () => {
    const storage = new SlowStorage();
    let asked = 0;
    const dialogs: Partial<Dialogs> = { input: () => Promise.resolve(`password ${++asked}`) };
    const secrets = new Secrets(storage as unknown as vscode.SecretStorage, dialogs as Dialogs);
    assert.equal(await secrets.password('tomcat'), 'password 1');
    const storing = new Promise<void>((resolve) => storage.storing.event(() => resolve()));
    const accepted = secrets.accepted('tomcat', 'password 1');
    await storing;
    assert.equal(await secrets.password('tomcat'), 'password 1', 'while it is stored');
    storage.may.resolve();
    await accepted;
    assert.equal(await secrets.password('tomcat'), 'password 1', 'afterwards');
    assert.equal(asked, 1);
  });
});
