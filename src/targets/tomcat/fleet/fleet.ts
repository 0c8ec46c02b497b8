import { DisposableStore, type Disposable } from '../../../util/disposables';
import { Emitter } from '../../../util/emitter';
import {
  FACTS,
  type DetailsNode,
  type PathNode,
  type ServerNode,
  type TomcatNode,
  type VersionNode,
} from './nodes';
import { TomcatServer, type ServerOptions } from './server';

/** A server that a configuration names. */
export interface NamedServer extends ServerOptions {
  /** Unique: two configurations may use one name. */
  readonly key: string;
  /** What the configuration says of it: when that changes, it is another server. */
  readonly written: string;
}

interface Entry extends Disposable {
  readonly node: ServerNode;
  readonly details: DetailsNode;
  readonly written: string;
  /** By the name of the path, and of the version. */
  readonly paths: Map<string, PathNode>;
  readonly versions: Map<string, VersionNode>;
}

/** Servers with their contexts as a tree, for whoever shows it. Servers are asked when their children are looked at. */
export class TomcatFleet implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<TomcatNode | undefined>());
  /** The node that changed, or undefined when the servers did. */
  readonly onDidChange = this.#changed.event;
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new Map<TomcatServer, string>();
  /** What is done with a server or a version just now, in words. */
  readonly #busy = new Map<string, string>();

  get servers(): readonly ServerNode[] {
    return [...this.#entries.values()].map(({ node }) => node);
  }

  /** Keeps servers that are as they were, for what is known of them. */
  update(servers: readonly NamedServer[]): void {
    const named = new Map(servers.map((each) => [each.key, each]));
    for (const [key, entry] of this.#entries)
      if (named.get(key)?.written !== entry.written) {
        this.#entries.delete(key);
        this.#keys.delete(entry.node.server);
        entry.dispose();
      }
    for (const each of servers) if (!this.#entries.has(each.key)) this.#make(each);
    // In the order of the configuration.
    const inOrder = servers.map(({ key }) => [key, this.#entries.get(key)!] as const);
    this.#entries.clear();
    for (const [key, entry] of inOrder) this.#entries.set(key, entry);
    this.#changed.fire(undefined);
  }

  /** Every server at once. Resolves when all have answered or were given up. */
  async askAll(): Promise<void> {
    await Promise.all(this.servers.map(({ server }) => server.ask()));
  }

  keyOf(server: TomcatServer): string {
    return this.#keys.get(server) ?? server.name;
  }

  children(node?: TomcatNode): readonly TomcatNode[] {
    switch (node?.kind) {
      case undefined:
        return this.servers;
      case 'server':
        if (node.server.state.kind === 'idle' && !node.server.contents) void node.server.ask();
        return this.#childrenOf(node.server);
      case 'path':
        return this.versionsOf(node.server, node.context.path);
      case 'details': {
        const { server } = node;
        const facts = FACTS.map((what) => ({ kind: 'fact', server, what }) as const);
        const shown = server.details?.certificates ?? [];
        return [
          ...(server.details?.vm ? facts : []),
          ...shown.map((certificate) => ({ kind: 'certificate', server, certificate }) as const),
        ];
      }
      case 'version':
      case 'problem':
      case 'fact':
      case 'certificate':
        return [];
    }
  }

  parent(node: TomcatNode): TomcatNode | undefined {
    if (node.kind === 'server') return undefined;
    const entry = this.#entryOf(node.server);
    switch (node.kind) {
      case 'version':
        return entry?.paths.get(node.version.path);
      case 'fact':
      case 'certificate':
        return entry?.details;
      case 'path':
      case 'details':
      case 'problem':
        return entry?.node;
    }
  }

  /** The versions of a path that a server has, the newest first. */
  versionsOf(server: TomcatServer, path: string): readonly VersionNode[] {
    const entry = this.#entryOf(server);
    const context = server.contents?.paths.find((each) => each.path === path);
    if (!entry || !context) return [];
    return context.versions.map((version) => {
      const known = entry.versions.get(version.name) ?? { kind: 'version', server, version };
      known.version = version;
      entry.versions.set(version.name, known);
      return known;
    });
  }

  busy(node: ServerNode | VersionNode): string | undefined {
    return this.#busy.get(this.#busyKey(node));
  }

  /** Does something with a server or a version, says so meanwhile, and asks the server how it is then. */
  async during<T>(node: ServerNode | VersionNode, words: string, work: () => Promise<T>): Promise<T> {
    const key = this.#busyKey(node);
    this.#busy.set(key, words);
    this.#changed.fire(node);
    try {
      return await work();
    } finally {
      this.#busy.delete(key);
      this.#changed.fire(node);
      void node.server.ask();
    }
  }

  dispose(): void {
    for (const entry of this.#entries.values()) entry.dispose();
    this.#entries.clear();
    this.#store.dispose();
  }

  #childrenOf(server: TomcatServer): TomcatNode[] {
    const entry = this.#entryOf(server);
    const { state, contents, details } = server;
    if (!entry) return [];
    const problem: TomcatNode[] =
      state.kind === 'failed' ? [{ kind: 'problem', server, error: state.error }] : [];
    if (!contents) return problem;
    const paths = contents.paths.map((context) => {
      const known = entry.paths.get(context.path) ?? { kind: 'path', server, context };
      known.context = context;
      entry.paths.set(context.path, known);
      return known;
    });
    return [...problem, ...paths, ...(details ? [entry.details] : [])];
  }

  #make(named: NamedServer): void {
    const server = new TomcatServer(named);
    const node: ServerNode = { kind: 'server', server };
    const listening = server.onDidChange(() => this.#changed.fire(node));
    this.#keys.set(server, named.key);
    this.#entries.set(named.key, {
      node,
      details: { kind: 'details', server },
      written: named.written,
      paths: new Map(),
      versions: new Map(),
      dispose: () => {
        listening.dispose();
        server.dispose();
      },
    });
  }

  #entryOf(server: TomcatServer): Entry | undefined {
    return this.#entries.get(this.keyOf(server));
  }

  #busyKey(node: ServerNode | VersionNode): string {
    const key = this.keyOf(node.server);
    return node.kind === 'version' ? `${key} ${node.version.name}` : key;
  }
}
