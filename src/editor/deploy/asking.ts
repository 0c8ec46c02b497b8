import { AbortedError } from '../../util/errors';
import type { Disposable } from '../../util/disposables';
import type { PlacedApplication } from './placed';

/** What is known of an application. While it is `loading`, `value` is what was known before. */
export interface Known<T> {
  readonly loading: boolean;
  readonly value?: T;
  readonly error?: unknown;
}

interface Question<T> {
  readonly abort: AbortController;
  readonly answer: Promise<Known<T>>;
}

/** Something that hosts are asked when somebody looks, and that is kept until it is asked for again. */
export class Asking<T> implements Disposable {
  readonly #ask: (placed: PlacedApplication, signal: AbortSignal) => Promise<T>;
  readonly #changed: (id: string) => void;
  readonly #known = new Map<string, Known<T>>();
  readonly #questions = new Map<string, Question<T>>();

  /** `changed` is told the id of an application once there is something new to know. */
  constructor(
    ask: (placed: PlacedApplication, signal: AbortSignal) => Promise<T>,
    changed: (id: string) => void,
  ) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** What is known now; asks when nobody has yet. */
  look(placed: PlacedApplication): Known<T> {
    if (!this.#known.has(placed.id)) void this.update(placed);
    return this.#known.get(placed.id)!;
  }

  /** What is known, or the answer once it is there; of a question that was given up, that of the one after it. */
  async known(placed: PlacedApplication): Promise<Known<T>> {
    for (;;) {
      const known = this.#known.get(placed.id);
      if (known && !known.loading) return known;
      await (this.#questions.get(placed.id)?.answer ?? this.update(placed));
    }
  }

  /** Asks again; an earlier question is given up. Never rejects. */
  async update(placed: PlacedApplication): Promise<Known<T>> {
    const { id } = placed;
    this.#questions.get(id)?.abort.abort(new AbortedError('a question'));
    const abort = new AbortController();
    const question = { abort, answer: this.#answer(placed, abort.signal) };
    this.#questions.set(id, question);
    const before = this.#known.get(id)?.value;
    this.#known.set(id, { loading: true, ...(before !== undefined && { value: before }) });
    const known = await question.answer;
    // Else a later question has taken over.
    if (this.#questions.get(id) === question) {
      this.#questions.delete(id);
      this.#known.set(id, known);
      this.#changed(id);
    }
    return known;
  }

  /** Asks again where somebody has looked before. */
  outdate(placed: PlacedApplication): void {
    if (this.#known.has(placed.id)) void this.update(placed);
  }

  /** Forgets what is known. */
  clear(): void {
    for (const { abort } of this.#questions.values()) abort.abort(new AbortedError('a question'));
    this.#questions.clear();
    this.#known.clear();
  }

  dispose(): void {
    this.clear();
  }

  async #answer(placed: PlacedApplication, signal: AbortSignal): Promise<Known<T>> {
    try {
      return { loading: false, value: await this.#ask(placed, signal) };
    } catch (error) {
      return { loading: false, error };
    }
  }
}
