import { delay } from '../../../src/util/async';

/** Tries again while it fails like that, for half a minute at most. */
export async function eventually<T>(
  task: () => Promise<T>,
  failure: abstract new (...args: never[]) => Error,
): Promise<T> {
  for (const until = Date.now() + 30_000; ;) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof failure) || Date.now() > until) throw error;
      await delay(100);
    }
  }
}
