import type { Log } from '../contracts/log';
import type { Message } from '../messages/message';

/** As much of a stream as is written to. */
export interface TextSink {
  write(text: string): unknown;
}

export interface OutputOptions {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Standard output carries one JSON value as its last line and nothing else; people read standard error. */
  readonly json: boolean;
  /** Debug lines go to standard error. */
  readonly verbose: boolean;
}

/** Where a command writes: text for a person, and with `--json` one value for a program. */
export class Output {
  readonly #options: OutputOptions;
  #result: { readonly value: unknown } | undefined;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  get json(): boolean {
    return this.#options.json;
  }

  /** A line of the answer. */
  line(text = ''): void {
    const { json, stdout, stderr } = this.#options;
    (json ? stderr : stdout).write(`${text}\n`);
  }

  /** A line beside the answer: progress, a warning. */
  note(text: string): void {
    this.#options.stderr.write(`${text}\n`);
  }

  /** What went wrong and what to do next. */
  failure({ title, detail, next }: Message): void {
    this.note(`swapdeck: ${title}`);
    if (detail !== undefined) this.note(`  ${detail}`);
    for (const step of next) this.note(`  -> ${step.title}`);
  }

  /** The value that `--json` prints at the end; the last one given counts. */
  result(value: unknown): void {
    this.#result = { value };
  }

  /** Writes the result; called once, after the command. */
  finish(): void {
    if (this.#options.json && this.#result)
      this.#options.stdout.write(`${JSON.stringify(this.#result.value)}\n`);
  }

  /** For the core: warnings and errors always, the rest with `--verbose`. */
  get log(): Log {
    const write = (level: string) => (message: string) => this.note(`${level}: ${message}`);
    const quiet = (): void => undefined;
    const debug = this.#options.verbose ? write : () => quiet;
    return {
      trace: quiet,
      debug: debug('debug'),
      info: debug('info'),
      warn: write('warning'),
      error: write('error'),
    };
  }
}

/** Columns under their headings, as wide as their longest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd(),
  );
}
