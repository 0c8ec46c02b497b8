/** What a script started and must end, last first; on a signal too. */
export class Cleanup {
  readonly #steps: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;
  #onInterrupt: () => void = () => undefined;

  /** Resolves at the first signal that asks the script to end. */
  readonly interrupted = new Promise<void>((resolve) => (this.#onInterrupt = resolve));

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => this.#onInterrupt());
    }
  }

  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Runs every step once; a failed step is reported and does not keep the others from running. */
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
