import { AbortedError } from './errors';
import type { Event } from './emitter';

/** A promise with its settle functions outside. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T | PromiseLike<T>) => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever awaits sees the rejection; a deferred nobody awaits must not end the process.
    this.promise.catch(() => undefined);
  }
}

/** Throws `AbortedError` when the signal is already aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new AbortedError(what, signal.reason);
}

/** Settles like `promise`, or rejects with `AbortedError` as soon as the signal aborts; leaves no listener behind. */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  if (!signal) return promise;
  throwIfAborted(signal, what);
  const aborted = new Deferred<never>();
  const onAbort = (): void => aborted.reject(new AbortedError(what, signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits `ms` milliseconds; rejects with `AbortedError` at once when the signal aborts. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await abortable(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))), signal, 'wait');
  } finally {
    clearTimeout(timer);
  }
}

/** The next value of an event that passes the filter. */
export async function nextEvent<T>(
  event: Event<T>,
  filter: (value: T) => boolean = () => true,
  signal?: AbortSignal,
): Promise<T> {
  const found = new Deferred<T>();
  const subscription = event((value) => {
    if (filter(value)) found.resolve(value);
  });
  try {
    return await abortable(found.promise, signal, 'wait for an event');
  } finally {
    subscription.dispose();
  }
}

/** Runs tasks one after another, in the order they were given; a failed task does not stop the next one. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/** Maps over items with at most `limit` under way at once; keeps the order of the results. */
export async function mapLimit<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await map(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
