import { delay } from '../util/async';

/** Time, so that a test can hand in another. */
export interface Clock {
  /** Milliseconds since the epoch, for records a person reads. */
  now(): number;
  /** Milliseconds on a monotonic clock, for measuring. */
  monotonic(): number;
  delay(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  delay,
};
