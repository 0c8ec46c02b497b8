import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { BuiltClass, JvmSession } from '../hotswap/model';
import { sourceOf } from './sources';

/** Where the sources of built classes are, and their text as saved. */
export class Sources {
  readonly #finders: { of(built: BuiltClass): Promise<string | undefined> }[] = [];
  readonly #uris = new Map<string, Promise<vscode.Uri | undefined>>();
  readonly #texts = new Map<string, Promise<string | undefined>>();

  async use({ classRoots }: JvmSession): Promise<void> {
    const { SourceFiles } = await import('../hotswap/roots/sourceFile');
    this.#finders.push(new SourceFiles(classRoots));
  }

  uriOf(built: BuiltClass): Promise<vscode.Uri | undefined> {
    let uri = this.#uris.get(built.name);
    if (!uri) this.#uris.set(built.name, (uri = this.#find(built)));
    return uri;
  }

  async textOf(built: BuiltClass): Promise<string | undefined> {
    const uri = await this.uriOf(built);
    if (!uri) return undefined;
    let text = this.#texts.get(uri.fsPath);
    if (!text) this.#texts.set(uri.fsPath, (text = readFile(uri.fsPath, 'utf8').catch(() => undefined)));
    return text;
  }

  async #find(built: BuiltClass): Promise<vscode.Uri | undefined> {
    for (const finder of this.#finders) {
      const file = await finder.of(built);
      if (file !== undefined) return vscode.Uri.file(file);
    }
    return sourceOf(built.name);
  }
}
