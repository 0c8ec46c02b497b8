import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { SwapRecord } from '../hotswap/model';
import type { JdwpConnection } from '../jdwp/connection';
import { DisposableStore, type Disposable } from '../util/disposables';
import type { Jvms } from './jvms';

/** Languages whose sources become classes. */
export const sourceLanguages: readonly string[] = ['java', 'kotlin', 'groovy', 'scala'];

/** Texts of more files than this are not kept. */
const mostFiles = 200;

/**
 * Remembers the text of each source that the running classes were built from, so that an edit that was refused can be
 * taken back: what the file held before its first save, then what it held when its classes were swapped.
 */
export class SwappedTexts implements Disposable {
  readonly #jvms: Jvms;
  readonly #store = new DisposableStore();
  /** By path. */
  readonly #running = new Map<string, string>();
  /** What was predicted last and is about to be swapped, by class: where it came from. */
  readonly #sent = new Map<string, { readonly file: string; readonly text: string }>();

  /** The connection each JVM had last. */
  readonly #connections = new Map<string, WeakRef<JdwpConnection>>();

  constructor(jvms: Jvms) {
    this.#jvms = jvms;
    this.#store.add(
      vscode.workspace.onWillSaveTextDocument((event) => {
        if (this.#isWatched(event.document)) event.waitUntil(this.#remember(event.document.uri.fsPath));
      }),
    );
    this.#store.add(jvms.onDidSwap((record) => this.#swapped(record)));
    this.#store.add(jvms.onDidChange(() => this.#lookForRestarts()));
    this.#store.add(
      jvms.onDidChangeSessions(() => {
        if (jvms.sessions.length > 0) return;
        this.#clear();
        this.#connections.clear();
      }),
    );
  }

  /** Text of the source that its running classes were built from; undefined when that isn't known. */
  of(uri: vscode.Uri): string | undefined {
    return this.#running.get(uri.fsPath);
  }

  /** Notes the source of classes that are about to be swapped. */
  sends(classNames: readonly string[], file: string, text: string): void {
    for (const name of classNames) this.#sent.set(name, { file, text });
  }

  dispose(): void {
    this.#clear();
    this.#store.dispose();
  }

  /** A JVM that was started again runs what lies in the class roots, built from whatever the sources hold now. */
  #lookForRestarts(): void {
    for (const { target, attached } of this.#jvms.sessions) {
      if (!attached) continue;
      const before = this.#connections.get(target.id)?.deref();
      if (before === attached.connection) continue;
      if (this.#connections.has(target.id)) this.#clear();
      this.#connections.set(target.id, new WeakRef(attached.connection));
    }
  }

  #clear(): void {
    this.#running.clear();
    this.#sent.clear();
  }

  #isWatched({ isDirty, languageId, uri }: vscode.TextDocument): boolean {
    return (
      isDirty &&
      uri.scheme === 'file' &&
      sourceLanguages.includes(languageId) &&
      this.#jvms.sessions.length > 0
    );
  }

  async #remember(file: string): Promise<void> {
    if (this.#running.has(file)) return;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined && !this.#running.has(file)) this.#keep(file, text);
  }

  #swapped({ classes, error, swapped, origin }: SwapRecord): void {
    const isDone = error === undefined && swapped > 0 && origin !== 'undo';
    for (const { name } of classes) {
      const sent = this.#sent.get(name);
      if (!sent) continue;
      this.#sent.delete(name);
      if (isDone) this.#keep(sent.file, sent.text);
    }
  }

  #keep(file: string, text: string): void {
    this.#running.delete(file);
    this.#running.set(file, text);
    for (const oldest of this.#running.keys()) {
      if (this.#running.size <= mostFiles) break;
      this.#running.delete(oldest);
    }
  }
}
