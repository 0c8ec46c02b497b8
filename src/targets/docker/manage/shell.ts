import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import * as z from 'zod';
import { TransportError } from '../../../contracts/transportError';
import type { Disposable } from '../../../util/disposables';
import { SwapdeckError, toError } from '../../../util/errors';
import type { Engine } from '../engine/engine';
import { inspectOurs, nameOf, open, send } from './ask';
import { readText, type EngineRequest } from '../engine/request';
import { ContainerError } from './errors';
import { hijack } from './hijack';

/** Bash where the image has it, else its own shell; both read what a person types. */
const SHELL = ['sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash; fi; exec sh'] as const;

/** What a shell answers that could not be started (the shells' own convention). */
const CANNOT_RUN = [126, 127];

/** A variable of the shell and of all that is started from it, by which these are found. */
const MARK = 'SWAPDECK_SHELL';

/**
 * Hangs up on every process that has a mark (`$1`) among its variables, as a terminal does that goes away: the engine
 * leaves them running.
 */
const HANG_UP =
  'for each in /proc/[0-9]*; do case "$(cat "$each/environ" 2>/dev/null)" in *"$1"*) kill -HUP "${each#/proc/}";; esac; done';

export interface ShellSize {
  readonly columns: number;
  readonly rows: number;
}

/** A shell in a container, on a terminal of its own. Disposing leaves it. */
export interface Shell extends Disposable {
  /** What the terminal shows, until the shell ends. Rejects with `TransportError` when the connection is lost. */
  readonly output: AsyncIterable<Buffer>;
  write(text: string): void;
  resize(size: ShellSize): Promise<void>;
  /** After the end of `output`; undefined where the engine can't say. Rejects with `ContainerError` `noShell`. */
  exitCode(signal?: AbortSignal): Promise<number | undefined>;
}

const created = z.object({ Id: z.string() });
const state = z.object({ ExitCode: z.number().nullish(), Running: z.boolean() });

/**
 * Opens a shell in a running container of ours. Rejects with `EngineError` (`foreign`, `refused`), `ContainerError`
 * (`gone`, `notRunning`), `TransportError` or `AbortedError`.
 */
export async function openShell(
  engine: Engine,
  container: string,
  size: ShellSize,
  signal?: AbortSignal,
): Promise<Shell> {
  const found = await inspectOurs(engine, container, signal);
  const details = { host: engine.place, container: nameOf(found), state: found.State.Status };
  if (!found.State.Running || found.State.Paused)
    throw new ContainerError('notRunning', `${details.container} does not run`, details);
  const mark = `${MARK}=${randomUUID()}`;
  const exec = await makeExec(
    engine,
    found.Id,
    {
      Cmd: SHELL,
      Env: ['TERM=xterm-256color', mark],
      Tty: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    },
    signal,
  );
  const stream = await hijack(engine, `/exec/${exec}/start`, { Detach: false, Tty: true }, signal);
  const hangUp = (): Promise<void> => runApart(engine, found.Id, ['sh', '-c', HANG_UP, 'sh', mark]);
  const shell = new ContainerShell({ engine, exec, stream, hangUp }, details);
  await shell.resize(size);
  return shell;
}

interface ShellParts {
  readonly engine: Engine;
  /** Its id. */
  readonly exec: string;
  readonly stream: Duplex;
  readonly hangUp: () => Promise<void>;
}

class ContainerShell implements Shell {
  readonly #engine: Engine;
  readonly #exec: string;
  readonly #stream: Duplex;
  readonly #details: { readonly host: string; readonly container: string };
  readonly #hangUp: () => Promise<void>;
  #said = '';
  #isOver = false;

  constructor(
    { engine, exec, stream, hangUp }: ShellParts,
    { host, container }: { readonly host: string; readonly container: string },
  ) {
    this.#engine = engine;
    this.#exec = exec;
    this.#stream = stream;
    this.#hangUp = hangUp;
    this.#details = { host, container };
    // Whoever reads gets the error; a late one must not end the process.
    stream.on('error', () => undefined);
    stream.once('close', () => (this.#isOver = true));
  }

  get output(): AsyncIterable<Buffer> {
    return this.#output();
  }

  write(text: string): void {
    if (this.#stream.writable) this.#stream.write(text);
  }

  async resize({ columns, rows }: ShellSize): Promise<void> {
    const query = { w: String(columns), h: String(rows) };
    const path = `/exec/${this.#exec}/resize`;
    // One that has ended meanwhile has no size.
    await send(this.#engine, this.#details.container, { method: 'POST', path, query }).catch(() => undefined);
  }

  async exitCode(signal?: AbortSignal): Promise<number | undefined> {
    const { ExitCode } = state.parse(await this.#engine.json(`/exec/${this.#exec}/json`, {}, signal));
    if (
      ExitCode &&
      CANNOT_RUN.includes(ExitCode) &&
      /executable file not found|no such file/i.test(this.#said)
    )
      throw new ContainerError('noShell', `${this.#details.container} has no shell`, {
        ...this.#details,
        said: this.#said.trim(),
      });
    return ExitCode ?? undefined;
  }

  dispose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream.destroy();
    // Nobody waits for it, and without a connection it can't be done.
    this.#hangUp().catch(() => undefined);
  }

  async *#output(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of this.#stream) {
        if (this.#said.length < 500) this.#said += (chunk as Buffer).toString('utf8');
        yield chunk as Buffer;
      }
    } catch (error) {
      if (error instanceof SwapdeckError) throw error;
      const { host } = this.#details;
      throw new TransportError('reset', `${host}: ${toError(error).message}`, { host }, error);
    }
  }
}

function post(path: string, body: object): EngineRequest {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path, headers, body: JSON.stringify(body) };
}

async function makeExec(
  engine: Engine,
  container: string,
  body: object,
  signal?: AbortSignal,
): Promise<string> {
  const made = await open(engine, container, post(`/containers/${container}/exec`, body), signal);
  return created.parse(JSON.parse(await readText(made, engine.place, signal))).Id;
}

/** Starts a command in a container and does not wait for its end. */
async function runApart(engine: Engine, container: string, argv: readonly string[]): Promise<void> {
  const exec = await makeExec(engine, container, { Cmd: argv });
  await send(engine, container, post(`/exec/${exec}/start`, { Detach: true }));
}
