import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { Log } from '../contracts/log';
import type { LedgerEntry } from '../hotswap/ledger/entries';
import type { Ledger } from '../hotswap/ledger/ledger';
import { DisposableStore, type Disposable } from '../util/disposables';
import { Emitter } from '../util/emitter';

/** The ledger of this window's workspace; loaded with its first use. A window without a folder has one of its own. */
export class EditorLedger implements Disposable {
  readonly folder: string;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  /** A swap was begun or ended. */
  readonly onDidChange = this.#changed.event;
  #opening: Promise<Ledger> | undefined;

  constructor({ storageUri, globalStorageUri }: vscode.ExtensionContext, log: Log) {
    this.#log = log;
    this.folder = join((storageUri ?? globalStorageUri).fsPath, 'ledger');
  }

  open(): Promise<Ledger> {
    this.#opening ??= import('../hotswap/ledger/ledger').then((room) => {
      const ledger = this.#store.add(new room.Ledger(this.folder, { log: this.#log }));
      this.#store.add(ledger.onDidChange(() => this.#changed.fire()));
      return ledger;
    });
    return this.#opening;
  }

  /** Every swap of this workspace, oldest first. */
  async entries(): Promise<LedgerEntry[]> {
    return (await this.open()).entries();
  }

  /** A class file that was swapped, or replaced by a swap, as text; with its members in the order of another one. */
  async bytecode(hash: string, like?: string): Promise<string | undefined> {
    const { blobs } = await this.open();
    const [bytes, other] = await Promise.all([
      blobs.get(hash),
      like === undefined ? undefined : blobs.get(like),
    ]);
    if (!bytes) return undefined;
    const [{ disassembleClass }, { parseClassFile }] = await Promise.all([
      import('../classfile/disassemble'),
      import('../classfile/classFile'),
    ]);
    return disassembleClass(parseClassFile(bytes), {
      lines: true,
      ...(other && { like: parseClassFile(other) }),
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}
