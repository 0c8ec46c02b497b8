import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Large enough that little else is made for each, small enough that some of them are nothing. */
const CHUNK = 128 * 1024;

/**
 * The bytes of a file, for one reader. A chunk that is given back is read into again: buffers of their own for all of a
 * large file would be waiting for the garbage collector by the tens of megabytes. Rejects with errors of the system and
 * when aborted.
 */
export class FileChunks implements AsyncIterable<Uint8Array> {
  readonly #file: string;
  readonly #signal: AbortSignal | undefined;
  readonly #free: ArrayBuffer[] = [];

  constructor(file: string, signal?: AbortSignal) {
    this.#file = file;
    this.#signal = signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    const handle = await open(this.#file, 'r');
    try {
      for (;;) {
        this.#signal?.throwIfAborted();
        const memory = this.#free.pop() ?? new ArrayBuffer(CHUNK);
        const { bytesRead } = await handle.read(new Uint8Array(memory));
        if (bytesRead === 0) return;
        yield new Uint8Array(memory, 0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  /** Of a chunk that nobody reads any more. */
  giveBack(chunk: Uint8Array): void {
    this.#free.push(chunk.buffer as ArrayBuffer);
  }
}

/** Digest of a file in lower-case hexadecimal digits. Rejects as `FileChunks` do. */
export async function fileDigest(file: string, algorithm: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  const chunks = new FileChunks(file, signal);
  for await (const chunk of chunks) {
    hash.update(chunk);
    chunks.giveBack(chunk);
  }
  return hash.digest('hex');
}
