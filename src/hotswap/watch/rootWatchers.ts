import type { Clock } from '../../contracts/clock';
import type { Disposable } from '../../util/disposables';
import type { Change } from '../model';
import { isClassFileName } from '../roots/builtClass';
import type { ClassRoot } from '../roots/classRoot';
import { ChangeCollector, readClassFile } from './collector';
import { JarReader } from './jarReader';
import { TreeWatcher } from './treeWatcher';

export interface RootWatchersListener {
  changed(change: Change): void;
  failed(root: ClassRoot, error: Error): void;
  /** Nobody watches it any more. */
  ended(root: ClassRoot): void;
}

interface Watched {
  readonly watcher: TreeWatcher;
  readonly ready: Promise<unknown>;
  users: number;
}

/** Watches class roots, each once however many JVMs it feeds; what is written to several at once is one change. */
export class RootWatchers implements Disposable {
  readonly #listener: RootWatchersListener;
  readonly #collector: ChangeCollector;
  readonly #jars = new JarReader();
  readonly #watched = new Map<string, Watched>();

  constructor(listener: RootWatchersListener, clock: Clock) {
    this.#listener = listener;
    this.#collector = new ChangeCollector(
      (change) => {
        for (const { root } of change.classes) this.#jars.settle(root);
        listener.changed(change);
      },
      clock,
      (file, root) => (file === root ? this.#jars.read(file) : readClassFile(file, root)),
    );
  }

  /** Watches a root until the result is disposed; resolves when changes from now on are noticed. */
  async watch(root: ClassRoot): Promise<Disposable> {
    const watched = this.#watched.get(root.path) ?? this.#start(root);
    watched.users++;
    let released = false;
    await watched.ready;
    return {
      dispose: () => {
        if (released) return;
        released = true;
        if (--watched.users > 0) return;
        watched.watcher.dispose();
        this.#watched.delete(root.path);
        this.#listener.ended(root);
      },
    };
  }

  dispose(): void {
    for (const { watcher } of this.#watched.values()) watcher.dispose();
    this.#watched.clear();
    this.#collector.dispose();
  }

  #start(root: ClassRoot): Watched {
    const isJar = root.kind === 'jar';
    const accepts = (file: string): boolean => (isJar ? file === root.path : isClassFileName(file));
    const watcher = new TreeWatcher(root.path, accepts, {
      touched: (file) => this.#collector.touched(file, root.path),
      failed: (error) => this.#listener.failed(root, error),
    });
    const remembered = isJar ? this.#jars.remember(root.path) : undefined;
    const watched = { watcher, ready: Promise.all([remembered, watcher.ready]), users: 0 };
    this.#watched.set(root.path, watched);
    return watched;
  }
}
