import type { HostKeyQuestion, Prompter, SecretQuestion } from '../../contracts/prompter';
import { abortable, type SerialQueue } from '../../util/async';

/**
 * The questions of one connect. They go to the person one at a time (the queue is shared by all connects). While one
 * is open the server may lose patience and hang up: the connect is then tried again, and gets the same answers
 * without asking a second time.
 */
export class Interview {
  readonly #prompter: Prompter;
  readonly #queue: SerialQueue;
  readonly #signal: AbortSignal;
  readonly #answers = new Map<string, Promise<unknown>>();
  readonly #open = new Set<Promise<unknown>>();
  /** Called when the first question is opened and when the last one is answered. */
  onChange: (waiting: boolean) => void = () => undefined;

  constructor(prompter: Prompter, queue: SerialQueue, signal: AbortSignal) {
    this.#prompter = prompter;
    this.#queue = queue;
    this.#signal = signal;
  }

  /** Someone is being waited for. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** Resolves when nobody is being waited for. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }

  async confirmHostKey(question: HostKeyQuestion): Promise<boolean> {
    const { knownAs, fingerprint } = question;
    return this.#once(`${knownAs} ${fingerprint}`, (signal) =>
      this.#prompter.confirmHostKey(question, signal),
    );
  }

  async secret(question: SecretQuestion): Promise<string | undefined> {
    const ask = (signal: AbortSignal): Promise<string | undefined> => this.#prompter.secret(question, signal);
    // What the server asks may be good only once.
    return question.kind === 'answer'
      ? this.#ask(ask)
      : this.#once(`${question.key} ${question.attempt}`, ask);
  }

  /** Lets something else that waits for a person, such as an agent that asks, count as a question. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#open.add(work);
    if (this.#open.size === 1) this.onChange(true);
    try {
      return await work;
    } finally {
      this.#open.delete(work);
      if (this.#open.size === 0) this.onChange(false);
    }
  }

  #once<T>(key: string, question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const answer = (this.#answers.get(key) as Promise<T> | undefined) ?? this.#ask(question);
    this.#answers.set(key, answer);
    return answer;
  }

  #ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = this.#signal;
    return this.during(this.#queue.run(() => abortable(question(signal), signal, 'question')));
  }
}
