import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { childOf } from './run';

/** How it is known that a server serves: a line of its log, or something that resolves once it does. */
export type Ready = RegExp | (() => Promise<void>);

const START_LIMIT_MS = 60_000;

/** A server that runs in the foreground on a machine of the lab, with what it logs. */
export class Daemon {
  readonly name: string;
  readonly #argv: readonly string[];
  readonly #ready: Ready | undefined;
  readonly #log: string[] = [];
  readonly #events = new EventEmitter();
  #wrapper: ChildProcess | undefined;

  /** `argv` has nsenter around the program. */
  constructor(name: string, argv: readonly string[], ready?: Ready) {
    this.name = name;
    this.#argv = argv;
    this.#ready = ready;
    this.#events.setMaxListeners(0);
  }

  get log(): string {
    return this.#log.join('\n');
  }

  get isRunning(): boolean {
    return this.#wrapper !== undefined;
  }

  /** Starts it and waits until it serves. */
  async start(): Promise<void> {
    this.#log.length = 0;
    const wrapper = spawn(this.#argv[0]!, this.#argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#wrapper = wrapper;
    for (const output of [wrapper.stdout, wrapper.stderr])
      createInterface(output).on('line', (line) => {
        this.#log.push(line);
        this.#events.emit('change');
      });
    wrapper.once('exit', () => {
      this.#wrapper = undefined;
      this.#events.emit('change');
    });
    if (this.#ready instanceof RegExp) await this.logs(this.#ready);
    else await this.#ready?.();
  }

  /** Resolves when a line that matches was logged, now or before. */
  async logs(pattern: RegExp): Promise<void> {
    const signal = AbortSignal.timeout(START_LIMIT_MS);
    while (!this.#log.some((line) => pattern.test(line))) {
      if (!this.isRunning) throw new Error(`${this.name} ended:\n${this.log}`);
      await once(this.#events, 'change', { signal }).catch(() => {
        throw new Error(`${this.name} logs no ${String(pattern)}:\n${this.log}`);
      });
    }
  }

  /** Sends the program a signal and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const wrapper = this.#wrapper;
    if (!wrapper) return;
    const exited = once(wrapper, 'exit');
    const program = await childOf(wrapper.pid!);
    if (program !== undefined) process.kill(program, signal);
    const timer = setTimeout(() => {
      if (program !== undefined) process.kill(program, 'SIGKILL');
    }, 15_000);
    await exited;
    clearTimeout(timer);
  }

  async restart(signal?: NodeJS.Signals): Promise<void> {
    await this.stop(signal);
    await this.start();
  }
}
