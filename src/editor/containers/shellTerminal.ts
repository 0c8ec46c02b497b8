import { StringDecoder } from 'node:string_decoder';
import * as vscode from 'vscode';
import { describe } from '../../messages/describe';
import type { Engine } from '../../targets/docker/engine/engine';
import { openShell, type Shell } from '../../targets/docker/manage/shell';
import { AbortedError } from '../../util/errors';
import { t } from '../text';
import type { ContainerNode } from './nodes';

/** Where nobody says how large the terminal is. */
const usual = { columns: 80, rows: 24 };

/** Opens a terminal with a shell in a container. */
export function showShell({ host, container }: ContainerNode): vscode.Terminal {
  const terminal = vscode.window.createTerminal({
    name: `${container.name} (${host.name})`,
    pty: new ShellTerminal(container.id, host.name, (signal) => host.engine(signal)),
    iconPath: new vscode.ThemeIcon('terminal'),
    isTransient: true,
  });
  terminal.show();
  return terminal;
}

/** A shell in a container as the editor's terminal: it closes with the shell, and the shell ends with it. */
class ShellTerminal implements vscode.Pseudoterminal {
  readonly #write = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.#write.event;
  readonly #closed = new vscode.EventEmitter<number>();
  readonly onDidClose = this.#closed.event;
  readonly #id: string;
  readonly #host: string;
  readonly #engine: (signal: AbortSignal) => Promise<Engine>;
  readonly #abort = new AbortController();
  #shell: Shell | undefined;
  /** Typed before the shell was there. */
  #typed = '';
  #size = usual;
  #isOver = false;

  constructor(id: string, host: string, engine: (signal: AbortSignal) => Promise<Engine>) {
    this.#id = id;
    this.#host = host;
    this.#engine = engine;
  }

  open(size: vscode.TerminalDimensions | undefined): void {
    if (size) this.#size = size;
    this.#run(this.#abort.signal).catch((error: unknown) => {
      if (error instanceof AbortedError) return;
      const { title, detail } = describe(error, { t, where: this.#host });
      const text = [title, detail].filter((each) => each).join(' ');
      this.#write.fire(`\r\n\u001b[2m${text}\r\n${t('Press a key to close the terminal.')}\u001b[22m\r\n`);
      this.#isOver = true;
    });
  }

  close(): void {
    this.#abort.abort(new AbortedError('a shell'));
    this.#shell?.dispose();
  }

  handleInput(text: string): void {
    if (this.#isOver) this.#closed.fire(0);
    else if (this.#shell) this.#shell.write(text);
    else this.#typed += text;
  }

  setDimensions(size: vscode.TerminalDimensions): void {
    this.#size = size;
    void this.#shell?.resize(size);
  }

  #isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const asked = this.#size;
    const shell = await openShell(await this.#engine(signal), this.#id, asked, signal);
    this.#shell = shell;
    if (this.#isClosed()) {
      shell.dispose();
      return;
    }
    if (this.#size !== asked) await shell.resize(this.#size);
    if (this.#typed !== '') shell.write(this.#typed);
    const characters = new StringDecoder();
    for await (const chunk of shell.output) this.#write.fire(characters.write(chunk));
    if (this.#isClosed()) return;
    // The editor has words for an exit code; one of the last command typed is no failure of the shell.
    await shell.exitCode(signal);
    this.#closed.fire(0);
  }
}
