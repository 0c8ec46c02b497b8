import { open, type FileHandle } from 'node:fs/promises';
import { SerialQueue } from './async';
import { systemCode } from './errors';

/** What a log holds: whole records, oldest first, and how many lines are none. */
export interface LogContents<T> {
  readonly records: readonly T[];
  readonly damaged: number;
}

/** Records that are written with one write. */
interface Batch {
  lines: string;
  flush: boolean;
  readonly written: Promise<void>;
}

/**
 * An append-only file of JSON values, one a line, that survives a kill at any byte.
 * A line counts only once its newline is written; what a kill left of an unfinished line is skipped by the
 * reader and fenced off with a newline by the next writer. Several processes may append at the same time:
 * records are written whole, with one write to a file opened for appending.
 */
export class AppendLog<T> {
  readonly file: string;
  #handle: Promise<FileHandle> | undefined;
  readonly #writing = new SerialQueue();
  #batch: Batch | undefined;
  readonly #reading = new SerialQueue();
  /** What was read so far: a later reading begins behind it. */
  #records: T[] = [];
  #damaged = 0;
  #read = 0;

  constructor(file: string) {
    this.file = file;
  }

  /**
   * Writes one record; what is appended while others are being written goes out with the next write. `flush` waits
   * until it is on the disk, not only with the operating system.
   */
  append(value: T, flush = false): Promise<void> {
    let batch = this.#batch;
    if (!batch) {
      const next: Batch = { lines: '', flush: false, written: this.#writing.run(() => this.#write(next)) };
      batch = this.#batch = next;
    }
    batch.lines += `${JSON.stringify(value)}\n`;
    batch.flush ||= flush;
    return batch.written;
  }

  /** All whole records, oldest first; lines that are no JSON are counted in `damaged` and left out. */
  read(): Promise<LogContents<T>> {
    return this.#reading.run(async () => {
      const added = await this.#readOn();
      const end = added.lastIndexOf(0x0a) + 1;
      for (const line of added.toString('utf8', 0, end).split('\n')) this.#take(line);
      this.#read += end;
      // The text after the last newline was never finished, or is being written.
      return { records: [...this.#records], damaged: this.#damaged + (end < added.length ? 1 : 0) };
    });
  }

  async close(): Promise<void> {
    await this.#batch?.written.catch(() => undefined);
    const handle = this.#handle;
    this.#handle = undefined;
    await (await handle)?.close();
  }

  async #write(batch: Batch): Promise<void> {
    let handle: FileHandle;
    try {
      handle = await (this.#handle ??= this.#open());
    } catch (error) {
      this.#handle = undefined;
      throw error;
    } finally {
      // From here on, others begin the next one.
      this.#batch = undefined;
    }
    await handle.appendFile(batch.lines);
    if (batch.flush) await handle.datasync();
  }

  #take(line: string): void {
    if (line === '') return;
    try {
      this.#records.push(JSON.parse(line) as T);
    } catch {
      this.#damaged++;
    }
  }

  /** What was written since the last reading. */
  async #readOn(): Promise<Buffer> {
    let handle: FileHandle;
    try {
      handle = await open(this.file, 'r');
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      this.#forget();
      return Buffer.alloc(0);
    }
    try {
      const { size } = await handle.stat();
      // Only ever appended to: a shorter file is another one.
      if (size < this.#read) this.#forget();
      const added = Buffer.alloc(size - this.#read);
      const { bytesRead } = await handle.read(added, 0, added.length, this.#read);
      return added.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  #forget(): void {
    this.#records = [];
    this.#damaged = 0;
    this.#read = 0;
  }

  async #open(): Promise<FileHandle> {
    const handle = await open(this.file, 'a+');
    const { size } = await handle.stat();
    if (size > 0) {
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
      if (buffer[0] !== 0x0a) await handle.appendFile('\n');
    }
    return handle;
  }
}
