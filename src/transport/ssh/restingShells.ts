import type { Disposable } from '../../util/disposables';
import type { KeptShell } from './keptShell';

/** As many as are kept. */
const MOST = 4;
/** How long one is kept that nobody needs. */
const REST_MS = 30_000;

/** Shells of one connection that wait for the next command. */
export class RestingShells implements Disposable {
  /** The server runs no shells. */
  areDenied = false;
  readonly #resting = new Map<KeptShell, NodeJS.Timeout>();

  take(): KeptShell | undefined {
    for (const shell of this.#resting.keys()) {
      this.#forget(shell);
      if (shell.isOpen) return shell;
    }
    return undefined;
  }

  keep(shell: KeptShell): void {
    if (!shell.isOpen) return;
    if (this.#resting.size >= MOST) shell.dispose();
    else
      this.#resting.set(
        shell,
        setTimeout(() => this.#end(shell), REST_MS),
      );
  }

  /** Ends one of them, so that its session can be had. */
  giveUpOne(): void {
    const [shell] = this.#resting.keys();
    if (shell) this.#end(shell);
  }

  dispose(): void {
    for (const shell of this.#resting.keys()) this.#end(shell);
  }

  #end(shell: KeptShell): void {
    this.#forget(shell);
    shell.dispose();
  }

  #forget(shell: KeptShell): void {
    clearTimeout(this.#resting.get(shell));
    this.#resting.delete(shell);
  }
}
