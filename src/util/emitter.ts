import { toDisposable, type Disposable } from './disposables';

/** Subscribes a listener; dispose the result to unsubscribe. Same shape as `vscode.Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** Fires typed values to its listeners, in the order they subscribed. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<{ call: (value: T) => void }>();
  #disposed = false;

  readonly event: Event<T> = (listener) => {
    if (this.#disposed) return toDisposable(() => undefined);
    const entry = { call: listener };
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  };

  get listenerCount(): number {
    return this.#listeners.size;
  }

  fire(value: T): void {
    for (const entry of [...this.#listeners]) entry.call(value);
  }

  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
  }
}
