import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendLog } from '../../util/appendLog';
import { systemCode } from '../../util/errors';

/** The records of one month, oldest first. */
export interface Month<T> {
  readonly file: string;
  /** Such as `2026-03`, of the world's clock. */
  readonly name: string;
  readonly records: readonly T[];
}

const FILE = /^ledger-(\d{4}-\d{2})\.jsonl$/;

/**
 * An append-only log with a file for each month, `ledger-2026-03.jsonl`. Old records go by whole files that nobody
 * appends to any more: out of the middle of one that other processes have open they could not be taken.
 */
export class MonthlyLog<T> {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #files = new Map<string, AppendLog<T>>();
  #ready: Promise<unknown> | undefined;

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** As `AppendLog.append`. Makes the folder where it is not there. */
  async append(record: T, flush: boolean): Promise<void> {
    const log = this.#log(`ledger-${monthOf(this.#now())}.jsonl`);
    try {
      await this.#makeFolder();
      await log.append(record, flush);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      // Another process removed it while it was empty.
      this.#ready = undefined;
      await this.#makeFolder();
      await log.append(record, flush);
    }
  }

  /** All whole records, oldest first. */
  async read(): Promise<T[]> {
    return (await this.months()).flatMap(({ records }) => records);
  }

  async months(): Promise<Month<T>[]> {
    const names = await readdir(this.#folder).catch(noneThere);
    const found = names.filter((name) => FILE.test(name)).sort();
    return Promise.all(
      found.map(async (name) => ({
        file: join(this.#folder, name),
        name: FILE.exec(name)![1]!,
        records: (await this.#log(name).read()).records,
      })),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map((log) => log.close()));
  }

  #log(name: string): AppendLog<T> {
    let log = this.#files.get(name);
    if (!log) this.#files.set(name, (log = new AppendLog(join(this.#folder, name))));
    return log;
  }

  #makeFolder(): Promise<unknown> {
    this.#ready ??= mkdir(this.#folder, { recursive: true }).catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }
}

/** Such as `2026-03`. */
export function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}

function noneThere(error: unknown): string[] {
  if (systemCode(error) === 'ENOENT') return [];
  throw error;
}
