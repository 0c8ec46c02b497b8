import { TruncatedError } from '../util/bytes';
import { AbortedError, toError } from '../util/errors';
import { JdwpError, VmError } from './error';
import type { PacketReader } from './reader';

export interface RequestOptions {
  /** Gives up waiting for the reply; the VM still executes the command. `Infinity`: no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

interface Entry {
  readonly id: number;
  readonly command: string;
  readonly settle: (reply: { error: number; body: PacketReader }) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One listener for all requests of a signal: thousands of pipelined requests usually share one. */
interface SignalGroup {
  count: number;
  readonly onAbort: () => void;
}

/**
 * Entries by id: a table in which an id's place follows from the id. Thousands come and go in a second; a `Map` makes
 * a new table every so often, and the old ones, linked to the new, keep whatever passed through them from the
 * collector for a while: tens of megabytes.
 */
class EntryTable {
  #places: (Entry | undefined)[] = new Array<Entry | undefined>(64);
  size = 0;

  get(id: number): Entry | undefined {
    const entry = this.#places[this.#placeOf(id)];
    return entry?.id === id ? entry : undefined;
  }

  /** Whether the place of an id is free. There always is one before long. */
  isFree(id: number): boolean {
    return this.#places[this.#placeOf(id)] === undefined;
  }

  /** At a place that is free. */
  add(entry: Entry): void {
    this.#places[this.#placeOf(entry.id)] = entry;
    this.size++;
    if (this.size * 2 > this.#places.length) this.#grow();
  }

  delete({ id }: Entry): void {
    this.#places[this.#placeOf(id)] = undefined;
    this.size--;
  }

  /** In the order of their ids. */
  all(): Entry[] {
    return this.#places.filter((entry) => entry !== undefined).sort((a, b) => a.id - b.id);
  }

  #placeOf(id: number): number {
    return id & (this.#places.length - 1);
  }

  /** Ids that have places of their own keep having them: the places are twice as many. */
  #grow(): void {
    const entries = this.all();
    this.#places = new Array<Entry | undefined>(this.#places.length * 2);
    for (const entry of entries) this.#places[this.#placeOf(entry.id)] = entry;
  }
}

/** Requests that were sent and wait for their reply. Each is settled exactly once: reply, timeout, abort or `rejectAll`. */
export class PendingRequests {
  #lastId = 0;
  readonly #entries = new EntryTable();
  /** Ids given up on; the VM will still answer them. */
  readonly #abandoned = new Set<number>();
  readonly #signals = new Map<AbortSignal, SignalGroup>();

  get size(): number {
    return this.#entries.size;
  }

  /** An id that no reply can be on its way for: 1 to 2^31-1, around and around. */
  nextId(): number {
    do this.#lastId = this.#lastId === 0x7fffffff ? 1 : this.#lastId + 1;
    while (!this.#entries.isFree(this.#lastId) || this.#abandoned.has(this.#lastId));
    return this.#lastId;
  }

  /** The promise of the decoded reply. `timeoutMs` may be `Infinity`. */
  add<T>(
    id: number,
    command: string,
    decode: (body: PacketReader) => T,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = Number.isFinite(timeoutMs)
        ? setTimeout(() => {
            const details = { command, timeoutMs };
            this.#abandon(id, new JdwpError('timeout', `${command}: no reply in ${timeoutMs} ms`, details));
          }, timeoutMs)
        : undefined;
      const settle: Entry['settle'] = ({ error, body }) => {
        if (error !== 0) {
          reject(new VmError(command, error));
          return;
        }
        try {
          const value = decode(body);
          body.end();
          resolve(value);
        } catch (thrown) {
          reject(malformed(command, thrown));
        }
      };
      this.#entries.add({ id, command, settle, reject, timer, signal });
      if (signal) this.#watch(signal);
    });
  }

  /** Settles the request that a reply belongs to. Throws `JdwpError` `unknownReply` when there is none. */
  settle(id: number, error: number, body: PacketReader): void {
    const entry = this.#remove(id);
    if (entry) entry.settle({ error, body });
    else if (!this.#abandoned.delete(id))
      throw new JdwpError('unknownReply', `a reply to ${id}, which was never asked`, { id });
  }

  rejectAll(error: JdwpError): void {
    for (const entry of this.#entries.all()) {
      this.#remove(entry.id);
      entry.reject(forCommand(error, entry.command));
    }
    this.#abandoned.clear();
  }

  #remove(id: number): Entry | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    this.#entries.delete(entry);
    clearTimeout(entry.timer);
    if (entry.signal) this.#unwatch(entry.signal);
    return entry;
  }

  #abandon(id: number, error: Error): void {
    const entry = this.#remove(id);
    if (!entry) return;
    this.#abandoned.add(id);
    entry.reject(error);
  }

  #watch(signal: AbortSignal): void {
    let group = this.#signals.get(signal);
    if (!group) {
      const onAbort = (): void => {
        for (const { id, command, signal: own } of this.#entries.all())
          if (own === signal) this.#abandon(id, new AbortedError(command, signal.reason));
      };
      group = { count: 0, onAbort };
      this.#signals.set(signal, group);
      signal.addEventListener('abort', onAbort, { once: true });
    }
    group.count++;
  }

  #unwatch(signal: AbortSignal): void {
    const group = this.#signals.get(signal)!;
    if (--group.count > 0) return;
    this.#signals.delete(signal);
    signal.removeEventListener('abort', group.onAbort);
  }
}

/** The end of the connection, as the failure of one request. */
export function forCommand(error: JdwpError, command: string): JdwpError {
  return new JdwpError(error.reason, `${command}: ${error.message}`, { ...error.details, command }, error);
}

/** Whatever decoding threw, as `malformed`. */
export function malformed(command: string, thrown: unknown): JdwpError {
  const error = toError(thrown);
  const details = thrown instanceof TruncatedError || thrown instanceof JdwpError ? thrown.details : {};
  return new JdwpError('malformed', `${command}: ${error.message}`, { ...details, command }, thrown);
}
