import type { Duplex } from 'node:stream';

/** How long one is kept that nobody takes. */
const REST_MS = 30_000;

/**
 * Streams for one request each. The next one is opened while a request is made, since opening takes a whole way to the
 * host and back, as a request does.
 */
export class StreamsAhead {
  readonly #open: (signal?: AbortSignal) => Promise<Duplex>;
  readonly #restMs: number;
  #isOpening = false;
  #spare: { readonly stream: Duplex; readonly release: () => void } | undefined;

  constructor(open: (signal?: AbortSignal) => Promise<Duplex>, restMs = REST_MS) {
    this.#open = open;
    this.#restMs = restMs;
  }

  /** A stream that is the caller's to destroy. Rejects as opening does. */
  async take(signal?: AbortSignal): Promise<Duplex> {
    const stream = (await this.#takeSpare()) ?? (await this.#open(signal));
    this.#openAhead();
    return stream;
  }

  async #takeSpare(): Promise<Duplex | undefined> {
    const spare = this.#spare;
    if (!spare) return undefined;
    spare.release();
    // A stream flows for its next reader a moment after the last listener for `readable` has gone.
    await new Promise<void>((resolve) => setImmediate(resolve));
    return spare.stream.destroyed ? undefined : spare.stream;
  }

  #openAhead(): void {
    if (this.#isOpening || this.#spare) return;
    this.#isOpening = true;
    this.#open()
      .then((stream) => this.#keep(stream))
      // Whoever needs it opens it again, and hears what is wrong.
      .catch(() => undefined)
      .finally(() => (this.#isOpening = false));
  }

  #keep(stream: Duplex): void {
    const end = (): void => {
      release();
      stream.destroy();
    };
    // Nobody asked yet: all that can come is its end.
    const timer = setTimeout(end, this.#restMs).unref();
    const release = (): void => {
      clearTimeout(timer);
      stream.off('readable', end).off('close', end);
      if (this.#spare?.stream === stream) this.#spare = undefined;
    };
    stream.on('readable', end).on('close', end);
    this.#spare = { stream, release };
  }
}
