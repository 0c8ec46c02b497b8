import { Duplex, PassThrough } from 'node:stream';
import type { Exec, ExecProcess } from '../../../contracts/exec';
import { TransportError } from '../../../contracts/transportError';
import { drop } from '../image/tar';

/** Runs a command whose standard input and output are the two directions of a stream; destroying it ends the command. */
export async function openProcess(
  exec: Exec,
  argv: readonly string[],
  signal?: AbortSignal,
): Promise<ProcessStream> {
  // Enough for the way there to stay busy while the next chunk comes.
  const input = new PassThrough({ highWaterMark: 1 << 20 });
  return new ProcessStream(await exec.start(argv, { stdin: input }, signal), input, exec.place);
}

export class ProcessStream extends Duplex {
  readonly #process: ExecProcess;
  readonly #input: PassThrough;
  readonly #output: AsyncIterator<Buffer>;

  constructor(process: ExecProcess, input: PassThrough, place: string) {
    super({ allowHalfOpen: true });
    this.#process = process;
    this.#input = input;
    this.#output = process.stdout[Symbol.asyncIterator]();
    // What it says about itself is asked for in another way.
    drop(process.stderr).catch(() => undefined);
    process.exit.then(
      ({ code }) => {
        if (code !== 0 && !this.readableEnded)
          this.destroy(new TransportError('reset', `${place}: a relay ended`, { host: place, code }));
      },
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _read(): void {
    this.#output.next().then(
      ({ done, value }) => this.push(done ? null : value),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#input.write(chunk)) done();
    else this.#input.once('drain', done);
  }

  override _final(done: () => void): void {
    this.#input.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#input.destroy();
    this.#process.dispose();
    done(error);
  }
}
