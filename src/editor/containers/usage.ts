import type { ContainerStats } from '../../targets/docker/manage/stats';
import { containerStats } from '../../targets/docker/manage/stats';
import type { Disposable } from '../../util/disposables';
import { AbortedError } from '../../util/errors';
import type { ContainerNode, UsageNode } from './nodes';

/** What an unfolded container uses, as long as it is unfolded and runs. */
export class Usage implements Disposable {
  readonly nodes: readonly UsageNode[];
  readonly #abort = new AbortController();
  #stats: ContainerStats | undefined;
  #isOver = false;

  constructor(of: ContainerNode, changed: (nodes: readonly UsageNode[]) => void) {
    const { onHostNetwork } = of.container;
    const shown = onHostNetwork
      ? (['processor', 'memory'] as const)
      : (['processor', 'memory', 'network'] as const);
    this.nodes = shown.map((what) => ({ kind: 'usage', of, what }));
    void this.#follow(of, () => changed(this.nodes));
  }

  get stats(): ContainerStats | undefined {
    return this.#stats;
  }
  /** It can't be followed any more: the container ended, or the connection. */
  get isOver(): boolean {
    return this.#isOver;
  }

  dispose(): void {
    this.#abort.abort(new AbortedError('statistics'));
  }

  async #follow({ host, container }: ContainerNode, changed: () => void): Promise<void> {
    const { signal } = this.#abort;
    try {
      const engine = await host.engine(signal);
      for await (const stats of containerStats(engine, container.id, signal)) {
        this.#stats = stats;
        changed();
      }
    } catch {
      // The host's row tells what is wrong with it.
    }
    this.#isOver = true;
    this.#stats = undefined;
    if (!signal.aborted) changed();
  }
}
