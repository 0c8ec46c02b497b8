import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { t } from '../text';
import { LogTerminal } from './logTerminal';
import type { ContainerNode } from './nodes';

/** The logs that are followed: a terminal for each container, which ends with the person who closes it. */
export class LogTerminals implements Disposable {
  readonly #store = new DisposableStore();
  /** By container id. */
  readonly #open = new Map<string, { readonly terminal: vscode.Terminal; readonly log: LogTerminal }>();

  constructor() {
    this.#store.add(
      vscode.window.onDidCloseTerminal((closed) => {
        for (const [id, { terminal }] of this.#open) if (terminal === closed) this.#open.delete(id);
      }),
    );
  }

  /** Brings the log of a container into sight, and follows it again when it had ended. */
  show({ host, container }: ContainerNode): LogTerminal {
    const known = this.#open.get(container.id);
    known?.log.followAgain();
    const { terminal, log } = known ?? this.#make(host, container);
    this.#open.set(container.id, { terminal, log });
    terminal.show(true);
    return log;
  }

  dispose(): void {
    for (const { terminal, log } of this.#open.values()) {
      log.close();
      terminal.dispose();
    }
    this.#open.clear();
    this.#store.dispose();
  }

  #make(
    host: ContainerNode['host'],
    container: ContainerNode['container'],
  ): { readonly terminal: vscode.Terminal; readonly log: LogTerminal } {
    const log = new LogTerminal(container.name, host.name, container.id, (signal) => host.engine(signal));
    const terminal = vscode.window.createTerminal({
      name: t('Log of {0} ({1})', container.name, host.name),
      pty: log,
      iconPath: new vscode.ThemeIcon('output'),
      isTransient: true,
    });
    return { terminal, log };
  }
}
