import type * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../util/disposables';
import type { Configurations } from '../configuration';
import type { EditorDialers } from '../dialers';
import type { Jvms } from '../jvms';
import { ReadOnlyDocuments } from '../readOnlyDocuments';
import { containerJvm } from './containerJvm';
import { HostModel } from './host';
import { containersItem } from './items';
import { LogTerminals } from './logTerminals';
import type { ContainerNode, ContainersNode, HostNode, ImagesNode } from './nodes';
import { Usage } from './usage';

export interface TreeOptions {
  readonly configurations: Configurations;
  readonly dialers: EditorDialers;
  readonly jvms: Jvms;
  /** Tells the view that rows changed; all of them without any. */
  readonly changed: (nodes?: readonly ContainersNode[]) => void;
}

/** What the view shows: the hosts of all configurations, each with what it has. */
export class ContainersTree implements Disposable {
  readonly logs: LogTerminals;
  /** What an engine says of a container. */
  readonly documents: ReadOnlyDocuments;
  /** Terminals with a shell in a container. */
  readonly #shells = new Set<vscode.Terminal>();
  readonly #options: TreeOptions;
  readonly #store = new DisposableStore();
  /** By `URI/HOST`. */
  readonly #hosts = new Map<string, HostEntry>();
  /** By `URI/HOST/ID`. */
  readonly #containers = new Map<string, ContainerNode>();
  readonly #usage = new Map<ContainerNode, Usage>();
  /** What is done with a container just now, in words. */
  readonly #busy = new Map<string, string>();
  #isVisible = true;

  constructor(options: TreeOptions) {
    this.#options = options;
    this.logs = this.#store.add(new LogTerminals());
    this.documents = this.#store.add(new ReadOnlyDocuments('swapdeck-container'));
    const { configurations, jvms } = options;
    this.#store.add(
      configurations.onDidChange(() => {
        this.#update();
        options.changed();
      }),
    );
    this.#store.add(jvms.onDidChange((id) => this.#jvmChanged(id)));
    this.#update();
  }

  get hosts(): readonly HostNode[] {
    return [...this.#hosts.values()].map(({ node }) => node);
  }

  /** Of a host that was connected to: its containers, ours first. */
  containersOf(host: HostModel): readonly ContainerNode[] {
    return (host.contents?.containers ?? []).map((container) => {
      const key = `${keyOf(host)}/${container.id}`;
      const known = this.#containers.get(key) ?? { kind: 'container', host, container };
      known.container = container;
      this.#containers.set(key, known);
      return known;
    });
  }

  children(node?: ContainersNode): readonly ContainersNode[] {
    switch (node?.kind) {
      case undefined:
        return this.hosts;
      case 'host':
        return this.#childrenOf(node.host);
      case 'images':
        return (node.host.contents?.images ?? []).map((image) => ({ kind: 'image', host: node.host, image }));
      case 'container':
        return this.#usageOf(node).nodes;
      case 'usage':
      case 'image':
      case 'problem':
      case 'nothing':
        return [];
    }
  }

  parent(node: ContainersNode): ContainersNode | undefined {
    if (node.kind === 'host') return undefined;
    if (node.kind === 'usage') return node.of;
    const entry = this.#hosts.get(keyOf(node.host));
    return node.kind === 'image' ? entry?.images : entry?.node;
  }

  item(node: ContainersNode): vscode.TreeItem {
    const { jvms } = this.#options;
    return containersItem(node, {
      isOnly:
        new Set([...this.#hosts.values()].map(({ node: { host } }) => host.configuration().uri.toString()))
          .size < 2,
      ...(node.kind === 'container' && { jvm: containerJvm(this.#options, node), busy: this.busy(node) }),
      ...(node.kind === 'usage' && { usage: this.#usage.get(node.of) }),
      session: (id) => jvms.session(id),
    });
  }

  unfolded(node: ContainersNode): void {
    const entry = node.kind === 'host' ? this.#hosts.get(keyOf(node.host)) : undefined;
    if (!entry) return;
    entry.isUnfolded = true;
    entry.node.host.open();
  }

  /** Nobody looks any more: a host is let go of. */
  folded(node: ContainersNode): void {
    if (node.kind === 'container') this.#endUsage(node);
    const entry = node.kind === 'host' ? this.#hosts.get(keyOf(node.host)) : undefined;
    if (!entry) return;
    entry.isUnfolded = false;
    entry.node.host.close();
  }

  visible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    for (const { node, isUnfolded } of this.#hosts.values()) {
      if (!isUnfolded) continue;
      if (isVisible) node.host.open();
      else node.host.close();
    }
    if (!isVisible) for (const node of [...this.#usage.keys()]) this.#endUsage(node);
  }

  /** Ends a shell with the extension: nobody else would. */
  keepShell(terminal: vscode.Terminal): void {
    for (const each of this.#shells) if (each.exitStatus) this.#shells.delete(each);
    this.#shells.add(terminal);
  }

  busy({ container }: ContainerNode): string | undefined {
    return this.#busy.get(container.id);
  }

  /** Does something with a container, and says so in its row meanwhile. */
  async during<T>(node: ContainerNode, words: string, work: () => Promise<T>): Promise<T> {
    const { id } = node.container;
    this.#busy.set(id, words);
    this.#options.changed([node]);
    try {
      return await work();
    } finally {
      this.#busy.delete(id);
      this.#options.changed([node]);
    }
  }

  dispose(): void {
    for (const terminal of this.#shells) terminal.dispose();
    for (const usage of this.#usage.values()) usage.dispose();
    for (const entry of this.#hosts.values()) entry.dispose();
    this.#store.dispose();
  }

  /** Connects when it is unfolded for the first time. */
  #childrenOf(host: HostModel): ContainersNode[] {
    const entry = this.#hosts.get(keyOf(host));
    if (!entry) return [];
    if (host.state.kind === 'idle' && this.#isVisible) {
      entry.isUnfolded = true;
      host.open();
    }
    const { state, contents } = host;
    const problem: ContainersNode[] =
      state.kind === 'lost' ? [{ kind: 'problem', host, error: state.error }] : [];
    if (!contents) return problem;
    const containers = this.containersOf(host);
    return [
      ...problem,
      ...(containers.length > 0 ? containers : [{ kind: 'nothing', host } as const]),
      entry.images,
    ];
  }

  #usageOf(node: ContainerNode): Usage {
    const known = this.#usage.get(node);
    if (known && !known.isOver) return known;
    const usage = new Usage(node, (nodes) => this.#options.changed(nodes));
    this.#usage.set(node, usage);
    return usage;
  }

  #endUsage(node: ContainerNode): void {
    this.#usage.get(node)?.dispose();
    this.#usage.delete(node);
  }

  /** Keeps the models of hosts that are as they were, for what they know. */
  #update(): void {
    const present = new Map<string, string>();
    for (const { uri, config } of this.#options.configurations.folders)
      for (const [name, host] of Object.entries(config?.hosts ?? {}))
        present.set(`${uri.toString()}/${name}`, JSON.stringify(host));
    for (const [key, entry] of this.#hosts)
      if (present.get(key) !== entry.written) {
        entry.dispose();
        this.#hosts.delete(key);
      }
    for (const { uri, config } of this.#options.configurations.folders)
      for (const name of Object.keys(config?.hosts ?? {})) {
        const key = `${uri.toString()}/${name}`;
        if (!this.#hosts.has(key)) this.#hosts.set(key, this.#make(key, name, present.get(key)!));
      }
  }

  #make(key: string, name: string, written: string): HostEntry {
    const { configurations, dialers, changed } = this.#options;
    const [first] = configurations.folders.filter(({ uri }) => key === `${uri.toString()}/${name}`);
    let last = first!;
    // It is read again and again; one that has errors for a moment has no hosts, and the last one counts.
    const configuration = (): typeof last => {
      const now = configurations.folders.find(({ uri }) => uri.toString() === last.uri.toString());
      if (now?.config) last = now;
      return last;
    };
    const host = new HostModel(name, configuration, async (signal) =>
      (await dialers.places(configuration(), signal)).engines.of(name),
    );
    const node: HostNode = { kind: 'host', host };
    const listening = host.onDidChange(() => {
      this.#forgetGone(host);
      changed([node]);
    });
    return {
      node,
      images: { kind: 'images', host },
      written,
      isUnfolded: false,
      dispose: () => {
        listening.dispose();
        host.dispose();
      },
    };
  }

  #forgetGone(host: HostModel): void {
    const present = new Map(host.contents?.containers.map((container) => [container.id, container]));
    for (const [key, node] of this.#containers) {
      if (node.host !== host) continue;
      const now = present.get(node.container.id);
      if (now?.state !== 'running') this.#endUsage(node);
      if (!now) this.#containers.delete(key);
    }
  }

  #jvmChanged(id: string | undefined): void {
    if (id === undefined) return;
    const nodes = [...this.#containers.values()].filter(
      (node) => containerJvm(this.#options, node)?.id === id,
    );
    if (nodes.length > 0) this.#options.changed(nodes);
  }
}

interface HostEntry extends Disposable {
  readonly node: HostNode;
  readonly images: ImagesNode;
  /** The host as the configuration has it. */
  readonly written: string;
  isUnfolded: boolean;
}

function keyOf(host: HostModel): string {
  return `${host.configuration().uri.toString()}/${host.name}`;
}
