import { StringDecoder } from 'node:string_decoder';
import * as vscode from 'vscode';
import { logEnded } from '../../messages/containerLogs';
import { describe } from '../../messages/describe';
import type { Engine } from '../../targets/docker/engine/engine';
import { followLogs, type LogEvent } from '../../targets/docker/manage/logs';
import { AbortedError } from '../../util/errors';
import { t } from '../text';

/** Lines of before that are shown first. */
const TAIL = 500;

const dim = (text: string): string => `\u001b[2m${text}\u001b[22m\r\n`;

/**
 * What a container prints, followed until the terminal is closed. When it ends it says why, and a key follows it
 * again.
 */
export class LogTerminal implements vscode.Pseudoterminal {
  readonly #write = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#write.event;
  readonly #name: string;
  readonly #host: string;
  readonly #id: string;
  readonly #engine: (signal: AbortSignal) => Promise<Engine>;
  #abort: AbortController | undefined;
  #isClosed = false;
  #isLineStart = true;

  constructor(name: string, host: string, id: string, engine: (signal: AbortSignal) => Promise<Engine>) {
    this.#name = name;
    this.#host = host;
    this.#id = id;
    this.#engine = engine;
  }

  open(): void {
    this.#follow(TAIL);
  }

  close(): void {
    this.#isClosed = true;
    this.#abort?.abort(new AbortedError('follow a log'));
  }

  handleInput(): void {
    this.followAgain();
  }

  /** Nothing when it is followed already. */
  followAgain(): void {
    if (!this.#abort && !this.#isClosed) this.#follow(TAIL);
  }

  #follow(tail: number): void {
    const abort = new AbortController();
    this.#abort = abort;
    this.#say(t('Log of {0} on {1}. Close the terminal to stop following.', this.#name, this.#host));
    void this.#run(tail, abort.signal)
      .catch((error: unknown) => {
        if (error instanceof AbortedError) return;
        const { title, detail } = describe(error, { t, where: this.#host });
        this.#ended([title, detail].filter((text) => text).join(' '));
      })
      .finally(() => {
        if (this.#abort === abort) this.#abort = undefined;
      });
  }

  async #run(tail: number, signal: AbortSignal): Promise<void> {
    const engine = await this.#engine(signal);
    // Characters may be cut anywhere.
    const texts = { output: new StringDecoder(), errors: new StringDecoder() };
    for await (const event of followLogs(engine, this.#id, { tail }, signal)) this.#show(event, texts);
  }

  #show(event: LogEvent, texts: Readonly<Record<'output' | 'errors', StringDecoder>>): void {
    switch (event.kind) {
      case 'printed':
        this.#print(texts[event.frame.stream].write(event.frame.content));
        break;
      case 'restarted':
        this.#say(t('{0} was started again.', this.#name));
        break;
      case 'ended':
        this.#ended(logEnded(event.end, this.#name, t));
        break;
    }
  }

  #ended(why: string): void {
    this.#say(why);
    this.#say(t('Press a key here to follow it again.'));
  }

  /** A line of our own, on a line of its own. */
  #say(text: string): void {
    if (this.#isClosed) return;
    this.#write.fire(`${this.#isLineStart ? '' : '\r\n'}${dim(text)}`);
    this.#isLineStart = true;
  }

  #print(text: string): void {
    if (text === '' || this.#isClosed) return;
    this.#isLineStart = text.endsWith('\n');
    this.#write.fire(text.replace(/\r?\n/g, '\r\n'));
  }
}
