import { open, type FileHandle } from 'node:fs/promises';
import { systemCode } from './errors';

/**
 * An append-only file of JSON values, one a line, that survives a kill at any byte.
 * A line counts only once its newline is written; what a kill left of an unfinished line is skipped by the
 * reader and fenced off with a newline by the next writer. Several processes may append at the same time:
 * each record is one write to a file opened for appending.
 */
export class AppendLog<T> {
  readonly file: string;
  #handle: Promise<FileHandle> | undefined;

  constructor(file: string) {
    this.file = file;
  }

  /** Writes one record. `flush` waits until it is on the disk, not only with the operating system. */
  async append(value: T, flush = false): Promise<void> {
    const handle = await (this.#handle ??= this.#open());
    await handle.appendFile(`${JSON.stringify(value)}\n`);
    if (flush) await handle.datasync();
  }

  /** All whole records, oldest first; lines that are no JSON are counted in `damaged` and left out. */
  async read(): Promise<{ records: T[]; damaged: number }> {
    const { values, damaged } = parseLines(await readIfThere(this.file));
    return { records: values as T[], damaged };
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await (await handle)?.close();
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

function parseLines(text: string): { values: unknown[]; damaged: number } {
  const values: unknown[] = [];
  let damaged = 0;
  const lines = text.split('\n');
  // The text after the last newline was never finished.
  const unfinished = lines.pop();
  if (unfinished !== undefined && unfinished !== '') damaged++;
  for (const line of lines) {
    if (line === '') continue;
    try {
      values.push(JSON.parse(line));
    } catch {
      damaged++;
    }
  }
  return { values, damaged };
}

async function readIfThere(file: string): Promise<string> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
