import { once } from 'node:events';
import type { Header, Pack } from 'tar-stream';

export type { Header };

/** A stream of tar-stream that is written to; its streams are not those of Node.js. */
type Sink = ReturnType<Pack['entry']>;

/**
 * Writes everything at the pace of the sink and ends it. Resolves early, without an error, when the sink is closed:
 * whoever closed it knows why.
 */
export async function pour(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sink: Sink,
): Promise<void> {
  const emitter = sink as unknown as NodeJS.EventEmitter;
  const closed = once(emitter, 'close');
  // Also awaited by nobody when all goes well.
  closed.catch(() => undefined);
  for await (const chunk of source) {
    if (sink.destroying) return;
    if (!sink.write(chunk)) await Promise.race([once(emitter, 'drain'), closed]);
  }
  sink.end(undefined);
}

/** Reads to the end and keeps nothing. */
export async function drop(source: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  while (!(await iterator.next()).done);
}
