import type { Call, Runner } from '../contracts/deployCall';
import { canonicalJson } from '../util/json';

/** As much of a runner as reading needs. */
export type Reader = Pick<Runner, 'perform'>;

/**
 * Reads again what was read before. What is to be asked is found out from one answer to the next; the second time the
 * questions are known, and are asked at once. What turns out to be another question is asked as usual.
 */
export class Rereading {
  #asked = new Map<string, Call>();

  /** For one reading, which begins now; its calls have no bindings. */
  over(runner: Reader, signal?: AbortSignal): Reader {
    const ahead = new Map(
      [...this.#asked].map(([key, call]) => {
        const answered = runner.perform(call, {}, signal);
        // Perhaps nobody asks this time.
        answered.catch(() => undefined);
        return [key, answered] as const;
      }),
    );
    const asked = new Map<string, Call>();
    this.#asked = asked;
    return {
      perform: (call, bindings, within) => {
        const key = canonicalJson(call);
        asked.set(key, call);
        const answered = ahead.get(key);
        ahead.delete(key);
        return answered ?? runner.perform(call, bindings, within);
      },
    };
  }
}
