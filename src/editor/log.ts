import * as vscode from 'vscode';
import type { Log } from '../contracts/log';

/** The log channel of the window, made at the first line. What ends after it says nothing any more. */
export class ChannelLog implements Log, vscode.Disposable {
  #channel: vscode.LogOutputChannel | undefined;
  #disposed = false;

  show(): void {
    this.#open()?.show(true);
  }
  trace(message: string): void {
    this.#open()?.trace(message);
  }
  debug(message: string): void {
    this.#open()?.debug(message);
  }
  info(message: string): void {
    this.#open()?.info(message);
  }
  warn(message: string): void {
    this.#open()?.warn(message);
  }
  error(message: string, error?: unknown): void {
    if (error instanceof Error) this.#open()?.error(`${message}: ${error.stack ?? error.message}`);
    else this.#open()?.error(message);
  }
  dispose(): void {
    this.#disposed = true;
    this.#channel?.dispose();
  }

  #open(): vscode.LogOutputChannel | undefined {
    // Writing to a disposed channel throws.
    if (this.#disposed) return undefined;
    return (this.#channel ??= vscode.window.createOutputChannel('Swapdeck', { log: true }));
  }
}
