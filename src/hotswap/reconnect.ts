import type { Clock } from '../contracts/clock';
import { isWorthRetrying, TransportError } from '../contracts/transportError';
import type { JdwpError } from '../jdwp/error';
import { abortable, Deferred } from '../util/async';
import { AbortedError, type SwapdeckError } from '../util/errors';
import { detachJvm, type Attached } from './attach';
import { asSwapdeckError } from './errors';
import type { JvmState } from './model';

/** Pauses between attempts to come back, in milliseconds; the last one repeats. */
const pauses = [250, 500, 1000, 2000, 4000, 5000];

export interface ReconnectListener {
  state(state: JvmState): void;
  attached(attached: Attached): void;
  /** The connection ended; the listener was told of it with `attached`. */
  lost(reason: JdwpError): void;
}

/** Keeps a JVM attached: connects, and when the connection ends comes back with growing pauses until `stop`. */
export class Reconnector {
  readonly #attach: (signal: AbortSignal) => Promise<Attached>;
  readonly #clock: Clock;
  readonly #listener: ReconnectListener;
  readonly #lifetime = new AbortController();
  #ended: Promise<void> | undefined;

  constructor(attach: (signal: AbortSignal) => Promise<Attached>, clock: Clock, listener: ReconnectListener) {
    this.#attach = attach;
    this.#clock = clock;
    this.#listener = listener;
  }

  /**
   * Resolves when attached for the first time. The first failure rejects and stops, unless `keepTrying`: then it
   * resolves with it.
   */
  async start(keepTrying: boolean, signal?: AbortSignal): Promise<void> {
    const first = new Deferred<void>();
    this.#ended = this.#run(first, keepTrying);
    try {
      await abortable(first.promise, signal, 'attach');
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Lets go of the JVM; resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#lifetime.abort(new AbortedError('attach'));
    await this.#ended;
  }

  async #run(first: Deferred<void>, keepTrying: boolean): Promise<void> {
    const { signal } = this.#lifetime;
    const isStopped = (): boolean => signal.aborted;
    for (let attempt = 1; !isStopped(); attempt++) {
      try {
        this.#listener.state({ kind: 'connecting', attempt });
        const attached = await this.#attach(signal);
        attempt = 0;
        keepTrying = true;
        first.resolve();
        await this.#stay(attached, signal);
      } catch (error) {
        if (isStopped() || !keepTrying) {
          first.reject(error);
          break;
        }
        first.resolve();
        await this.#pause(asSwapdeckError(error), attempt, signal);
      }
    }
    this.#listener.state({ kind: 'detached' });
  }

  /** Until the connection ends (then rejects with the reason) or is let go of. */
  async #stay(attached: Attached, signal: AbortSignal): Promise<void> {
    const { connection, index } = attached;
    const closed = new Deferred<JdwpError>();
    const subscription = connection.onClose((reason) => closed.resolve(reason));
    if (connection.closed) closed.resolve(connection.closed);
    this.#listener.attached(attached);
    this.#listener.state({ kind: 'attached', info: attached.info });
    try {
      const reason = await abortable(closed.promise, signal, 'attachment');
      this.#listener.lost(reason);
      throw reason;
    } finally {
      subscription.dispose();
      index.dispose();
      if (signal.aborted) await detachJvm(connection);
    }
  }

  async #pause(error: SwapdeckError, attempt: number, signal: AbortSignal): Promise<void> {
    // What only a person can change (a key, a password) would ask that person again and again.
    const isHopeless = error instanceof TransportError && !isWorthRetrying(error);
    const pause = pauses[Math.min(attempt, pauses.length - 1)]!;
    const retryAt = isHopeless ? Infinity : this.#clock.now() + pause;
    this.#listener.state({ kind: 'waiting', error, attempt, retryAt });
    const waiting = isHopeless ? new Promise<void>(() => undefined) : this.#clock.delay(pause, signal);
    await abortable(waiting, signal, 'wait for the JVM').catch(() => undefined);
  }
}
