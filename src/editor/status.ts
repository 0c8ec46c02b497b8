import * as vscode from 'vscode';
import type { SwapRecord } from '../hotswap/model';
import { waitingFor } from '../messages/hotswap';
import { DisposableStore, type Disposable } from '../util/disposables';
import type { Jvms } from './jvms';
import { classCount, duration, t } from './text';
import { latencyParts, swapLabel } from './views/swapItems';

/** One short item: `$(zap) 3 classes, 18 ms`; its tooltip tells the parts, a click opens the swaps. */
export class Status implements Disposable {
  readonly #store = new DisposableStore();
  readonly #jvms: Jvms;
  #item: vscode.StatusBarItem | undefined;
  #compiling = 0;
  /** The records of the last save, one a JVM. */
  #last: readonly SwapRecord[] = [];

  constructor(jvms: Jvms) {
    this.#jvms = jvms;
    this.#store.add(jvms.onDidChange(() => this.#show()));
    this.#store.add(jvms.onDidChangeSessions(() => this.#show()));
    this.#store.add(
      jvms.onDidSwap((record) => {
        const sameSave = this.#last.filter((each) => each.at === record.at && each.jvm !== record.jvm);
        this.#last = [...sameSave, record];
        this.#show();
      }),
    );
  }

  /** Shows that a save is being compiled until the result is disposed. */
  compiling(): Disposable {
    this.#compiling++;
    this.#show();
    return {
      dispose: () => {
        this.#compiling--;
        this.#show();
      },
    };
  }

  /** What the item says; for tests. */
  get text(): string | undefined {
    return this.#item?.text;
  }

  dispose(): void {
    this.#store.dispose();
    this.#item?.dispose();
    this.#item = undefined;
  }

  #show(): void {
    const { sessions, paused } = this.#jvms;
    if (this.#store.isDisposed) return;
    if (sessions.length === 0) {
      this.#last = [];
      this.#item?.hide();
      return;
    }
    const item = (this.#item ??= this.#create());
    item.text = this.#text(paused);
    item.tooltip = this.#tooltip();
    item.backgroundColor = this.#isFailed()
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    item.show();
  }

  #create(): vscode.StatusBarItem {
    const item = vscode.window.createStatusBarItem('swapdeck.status', vscode.StatusBarAlignment.Left, 50);
    item.name = 'Swapdeck';
    item.command = 'swapdeck.showSwaps';
    return item;
  }

  #isFailed(): boolean {
    return this.#last.some(
      ({ error, classes }) => error !== undefined || classes.some(({ outcome }) => outcome === 'refused'),
    );
  }

  #text(paused: boolean): string {
    const { sessions } = this.#jvms;
    if (this.#compiling > 0) return `$(loading~spin) ${t('Compiling')}`;
    if (sessions.some((session) => session.waitingFor !== undefined))
      return `$(loading~spin) ${t('Swapping')}`;
    const lost = sessions.filter(({ state }) => state.kind === 'waiting').length;
    if (lost > 0) return `$(debug-disconnect) ${lost === 1 ? t('1 JVM lost') : t('{0} JVMs lost', lost)}`;
    const [first] = this.#last;
    const mark = paused ? `$(debug-pause) ${t('paused')} ` : '';
    if (!first) return `${mark}$(zap) ${jvmCount(sessions.length)}`;
    if (this.#isFailed())
      return `${mark}$(error) ${swapLabel(this.#last.find(({ swapped }) => swapped === 0) ?? first)}`;
    const slowest = Math.max(...this.#last.map(({ ms }) => ms.total));
    const jvms = this.#last.length > 1 ? `, ${jvmCount(this.#last.length)}` : '';
    const label = first.swapped > 0 ? classCount(first.swapped) : swapLabel(first);
    return `${mark}$(zap) ${label}${jvms}, ${duration(slowest)}`;
  }

  #tooltip(): string {
    const lines = this.#last.map((record) =>
      [`${record.jvm}: ${swapLabel(record)}`, ...latencyParts(record.ms)].join('\n  '),
    );
    for (const { target, pending, waitingFor: what } of this.#jvms.sessions) {
      if (pending.length > 0)
        lines.push(t('{0}: {1} pending until the JVM prepares them', target.name, pending.length));
      if (what) lines.push(`${target.name}: ${waitingFor(what, t)}`);
    }
    lines.push(t('Click to see all swaps.'));
    return lines.join('\n');
  }
}

function jvmCount(count: number): string {
  return count === 1 ? t('1 JVM') : t('{0} JVMs', count);
}
