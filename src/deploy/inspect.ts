import type { Reading } from '../contracts/deployTarget';
import type { Reader } from './reread';

/** Performs a reading, round after round. */
export async function perform<T>(reading: Reading<T>, runner: Reader, signal?: AbortSignal): Promise<T> {
  for (let round = reading; ;) {
    const results = await Promise.all(round.calls.map((call) => runner.perform(call, {}, signal)));
    const next = round.next(results.map(({ answer }) => answer));
    if ('result' in next) return next.result;
    round = next.more;
  }
}
