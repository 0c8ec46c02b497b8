import { Deferred } from '../util/async';
import { AbortedError } from '../util/errors';
import type { BuiltClass, Change, SwapGroup, SwapRecord } from './model';
import type { SwapCommand } from './swapQueue';

/**
 * A swap that waits for its turn. Changes that arrive meanwhile are merged: the latest bytes of a class win. It is
 * given up when everyone who waits for it has given up, unless its packet was sent.
 */
export class Job {
  readonly #classes = new Map<string, BuiltClass>();
  readonly #done = new Deferred<SwapRecord>();
  readonly #abort = new AbortController();
  #change: Change;
  #command: SwapCommand | undefined;
  #waiters = 0;
  #unattended = false;
  #isSettled = false;
  /** The record whose unknown outcome this job finds out. */
  resolves: string | undefined;
  /** The group whose decision this job brings the JVM to, which was lost in the middle. */
  restores: SwapGroup | undefined;

  constructor(change: Change) {
    this.#change = change;
    this.#put(change.classes, true);
  }

  /** Aborts when the job is given up. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }
  get isGivenUp(): boolean {
    return this.#abort.signal.aborted;
  }
  /** Whether other changes may be merged into it. */
  get isOpen(): boolean {
    const { undo, group } = this.command;
    return !this.isGivenUp && undo === undefined && group === undefined && this.restores === undefined;
  }
  /** How to swap. Changes merged from several commands are swapped the plain way, which leaves nothing out. */
  get command(): SwapCommand {
    return this.#command ?? {};
  }

  /** Everything merged so far, as one change. */
  get change(): Change {
    return { ...this.#change, classes: [...this.#classes.values()] };
  }

  /** Merges a change that came later (`newer`) or that was taken back from an earlier attempt. */
  merge(change: Change, newer: boolean): void {
    this.#put(change.classes, newer);
    this.#change = {
      ...this.#change,
      // The one a person waits for names the origin; the oldest says since when.
      origin: newer ? change.origin : this.#change.origin,
      at: Math.min(this.#change.at, change.at),
      ms: newer ? change.ms : this.#change.ms,
    };
  }

  use(command: SwapCommand): void {
    const all = command.all === true || this.#command?.all === true;
    this.#command = this.#command ? { all } : command;
  }

  /** Nobody waits, yet the job is to be done. */
  keep(): void {
    this.#unattended = true;
  }

  /** The record of the swap, or `AbortedError` as soon as the signal aborts. */
  async wait(signal: AbortSignal | undefined): Promise<SwapRecord> {
    this.#waiters++;
    const aborted = new Deferred<never>();
    const onAbort = (): void => aborted.reject(new AbortedError('swap', signal?.reason));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([this.#done.promise, aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (--this.#waiters === 0 && !this.#unattended && !this.#isSettled) this.giveUp();
    }
  }

  giveUp(): void {
    this.#abort.abort(new AbortedError('swap'));
    this.fail(new AbortedError('swap'));
  }

  settle(record: SwapRecord): void {
    this.#isSettled = true;
    this.#done.resolve(record);
  }

  fail(error: unknown): void {
    this.#isSettled = true;
    this.#done.reject(error);
  }

  #put(classes: readonly BuiltClass[], newer: boolean): void {
    for (const built of classes)
      if (newer || !this.#classes.has(built.name)) this.#classes.set(built.name, built);
  }
}
