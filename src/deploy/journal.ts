import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JournalRecord, JournalSink } from '../contracts/deployRecord';
import { AppendLog } from '../util/appendLog';

/** The journal of one plan on this machine: a file of its own, records on the disk before `append` resolves. */
export class LocalJournal implements JournalSink {
  readonly #log: AppendLog<JournalRecord>;

  constructor(file: string) {
    this.#log = new AppendLog(file);
  }

  async append(records: readonly JournalRecord[]): Promise<void> {
    await mkdir(dirname(this.#log.file), { recursive: true });
    // One write, since none of them waits for the one before.
    await Promise.all(records.map((record) => this.#log.append(record, true)));
  }

  async read(): Promise<readonly JournalRecord[]> {
    return (await this.#log.read()).records;
  }

  async close(): Promise<void> {
    await this.#log.close();
  }
}

/**
 * Writes to all at once. After a kill one may know more than the other, and neither less than what was done, because
 * effects wait for both.
 */
export class SharedJournal implements JournalSink {
  readonly #sinks: readonly JournalSink[];

  constructor(...sinks: readonly JournalSink[]) {
    this.#sinks = sinks;
  }

  async append(records: readonly JournalRecord[], signal?: AbortSignal): Promise<void> {
    const written = await Promise.allSettled(this.#sinks.map((sink) => sink.append(records, signal)));
    for (const each of written) if (each.status === 'rejected') throw each.reason;
  }
}

/** Of two copies of a journal the one that knows more. */
export function fuller(a: readonly JournalRecord[], b: readonly JournalRecord[]): readonly JournalRecord[] {
  return b.length > a.length ? b : a;
}
