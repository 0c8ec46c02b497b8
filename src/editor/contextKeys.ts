import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../util/disposables';
import type { Configurations } from './configuration';
import type { ContextKey } from './contributions';
import type { Jvms } from './jvms';

/** Keeps the keys that `when` clauses ask for up to date; tells the editor only what changed. */
export class ContextKeys implements Disposable {
  readonly #store = new DisposableStore();
  readonly #told = new Map<ContextKey, unknown>();

  constructor(configurations: Configurations, jvms: Jvms) {
    const update = (): void => {
      const { sessions, paused } = jvms;
      this.set(
        'swapdeck.attached',
        sessions.some(({ state }) => state.kind === 'attached'),
      );
      this.set('swapdeck.sessions', sessions.length > 0);
      this.set('swapdeck.paused', paused);
      this.set(
        'swapdeck.cancellable',
        sessions.some((session) => session.waitingFor !== undefined),
      );
      this.set('swapdeck.configuration', configurationState(configurations));
      this.set(
        'swapdeck.tomcats',
        configurations.folders.some(({ config }) => Object.keys(config?.tomcats ?? {}).length > 0),
      );
    };
    this.#store.add(jvms.onDidChange(update));
    this.#store.add(jvms.onDidChangeSessions(update));
    this.#store.add(configurations.onDidChange(update));
    this.#store.add(
      jvms.onDidSwap(({ swapped }) => {
        if (swapped > 0) this.set('swapdeck.swapped', true);
      }),
    );
    update();
  }

  set(key: ContextKey, value: unknown): void {
    if (this.#told.get(key) === value) return;
    this.#told.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function configurationState({ folders }: Configurations): 'none' | 'invalid' | 'empty' | 'environments' {
  if (folders.length === 0) return 'none';
  const configs = folders.flatMap(({ config }) => config ?? []);
  if (configs.some(({ environments }) => Object.keys(environments).length > 0)) return 'environments';
  return configs.length < folders.length ? 'invalid' : 'empty';
}
