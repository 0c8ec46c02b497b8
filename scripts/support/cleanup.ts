/** Rejects what was under way when a signal asked the script to end. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted.');
  }
}

/** What a script started and must end, last first; on Ctrl-C and other signals too. */
export class Cleanup {
  readonly #steps: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;
  #isInterrupted = false;
  #interrupt: () => void = () => undefined;

  /** Resolves at the first signal that asks the script to end. The second one ends it at once. */
  readonly interrupted = new Promise<void>((resolve) => (this.#interrupt = resolve));

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this.#isInterrupted) process.exit(130);
        this.#isInterrupted = true;
        this.#interrupt();
      });
    }
  }

  /** Waits for something that has to be ended, and will end it. Rejects with `Interrupted` when a signal came. */
  async own<T>(starting: Promise<T>, end: (started: T) => Promise<void>): Promise<T> {
    const started = await starting;
    this.#steps.push(() => end(started));
    this.check();
    return started;
  }

  check(): void {
    if (this.#isInterrupted) throw new Interrupted();
  }

  /** Waits for something that needs no end of its own, but no longer than until a signal comes. */
  async unlessInterrupted<T>(work: Promise<T>): Promise<T> {
    const interrupted = this.interrupted.then(() => Promise.reject(new Interrupted()));
    return Promise.race([work, interrupted]);
  }

  /** Ends everything once; a failed step is reported and does not keep the others from running. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      await step().catch((error: unknown) => console.error('While ending:', error));
    }
  }
}
