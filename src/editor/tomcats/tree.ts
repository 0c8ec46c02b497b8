import type * as vscode from 'vscode';
import type { JvmSession } from '../../hotswap/model';
import { systemClock } from '../../contracts/clock';
import { makeRunner } from '../../environments/runner';
import { stateFolder } from '../../environments/stateFolder';
import { managerOf } from '../../environments/tomcatApplication';
import { TomcatFleet, type NamedServer } from '../../targets/tomcat/fleet/fleet';
import type { ServerNode, TomcatNode, VersionNode } from '../../targets/tomcat/fleet/nodes';
import { DisposableStore, type Disposable } from '../../util/disposables';
import type { Configurations, FolderConfiguration } from '../configuration';
import type { EditorDialers } from '../dialers';
import type { JvmEntry } from '../entries';
import type { Jvms } from '../jvms';
import { ReadOnlyDocuments } from '../readOnlyDocuments';
import { tomcatItem } from './items';
import type { TomcatPlace } from './place';
import { tomcatJvm } from './tomcatJvm';

export interface TomcatsOptions {
  readonly configurations: Configurations;
  readonly dialers: EditorDialers;
  readonly jvms: Jvms;
  /** Tells the view that a row changed; all of them without one. */
  readonly changed: (node?: TomcatNode) => void;
}

/** What the view shows: the servers of all configurations. */
export class TomcatsTree implements Disposable {
  readonly fleet: TomcatFleet;
  readonly documents: ReadOnlyDocuments;
  readonly #options: TomcatsOptions;
  readonly #store = new DisposableStore();
  /** By the key of the server. */
  readonly #configurations = new Map<string, FolderConfiguration>();

  constructor(options: TomcatsOptions) {
    this.#options = options;
    const { configurations, jvms, changed } = options;
    this.fleet = this.#store.add(new TomcatFleet());
    this.documents = this.#store.add(new ReadOnlyDocuments('swapdeck-tomcat'));
    this.#store.add(configurations.onDidChange(() => this.#update()));
    this.#store.add(jvms.onDidChange((id) => this.#jvmChanged(id)));
    this.#update();
    this.#store.add(this.fleet.onDidChange(changed));
  }

  /** Where a server stands in the configuration, as it is now. */
  placeOf({ server }: TomcatNode): TomcatPlace {
    return { configuration: this.#configurations.get(this.fleet.keyOf(server))!, name: server.name };
  }

  /** The JVM of a server, where hot swap can be attached to it. */
  jvmOf(node: TomcatNode): JvmEntry | undefined {
    return tomcatJvm(this.#options, node.server, this.placeOf(node));
  }

  /** Whether its pages are asked for from this machine. */
  isReachable(node: TomcatNode): boolean {
    const { configuration, name } = this.placeOf(node);
    return configuration.config?.tomcats[name]?.through === undefined;
  }

  item(node: TomcatNode): vscode.TreeItem {
    const jvm = node.kind === 'server' ? this.jvmOf(node) : undefined;
    return tomcatItem(node, {
      key: this.fleet.keyOf(node.server),
      ...(this.#hasSeveralFolders && { folder: this.placeOf(node).configuration.folder.name }),
      ...((node.kind === 'server' || node.kind === 'version') && { busy: this.fleet.busy(node) }),
      hasDebugPort: jvm !== undefined,
      session: jvm && this.#sessionOf(jvm),
      isReachable: this.isReachable(node),
      managerPath: this.#managerPath(node),
    });
  }

  during<T>(node: ServerNode | VersionNode, words: string, work: () => Promise<T>): Promise<T> {
    return this.fleet.during(node, words, work);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #sessionOf({ id }: JvmEntry): JvmSession | undefined {
    return this.#options.jvms.session(id);
  }

  /** The context path of the Manager itself: `/manager`. */
  #managerPath({ server }: TomcatNode): string {
    // Whatever is shown below a server was asked at an address that could be read.
    return server.contents ? new URL(server.calls.manager.url).pathname.replace(/\/+$/, '') : '';
  }

  get #hasSeveralFolders(): boolean {
    return new Set([...this.#configurations.values()].map(({ uri }) => uri.toString())).size > 1;
  }

  #update(): void {
    const servers: NamedServer[] = [];
    const { folders } = this.#options.configurations;
    for (const configuration of folders)
      for (const [name, tomcat] of Object.entries(configuration.config?.tomcats ?? {})) {
        const { uri, config } = configuration;
        const key = `${uri.toString()}/${name}`;
        this.#configurations.set(key, configuration);
        const host = tomcat.through === undefined ? undefined : config?.hosts[tomcat.through];
        servers.push({
          key,
          name,
          written: JSON.stringify([tomcat, host]),
          manager: () => managerOf(name, tomcat, this.#options.dialers.providers),
          runner: (signal) => this.#runner(key, signal),
          clock: systemClock,
        });
      }
    this.fleet.update(servers);
  }

  async #runner(key: string, signal: AbortSignal): Promise<ReturnType<typeof makeRunner>> {
    const { dialers } = this.#options;
    const configuration = this.#configurations.get(key)!;
    const places = await dialers.places(configuration, signal);
    const folder = configuration.folder.uri.fsPath;
    const { providers } = dialers;
    return makeRunner({
      places,
      folder,
      providers,
      clock: systemClock,
      stateFolder: stateFolder(process.env),
    });
  }

  #jvmChanged(id: string | undefined): void {
    if (id === undefined) return;
    for (const node of this.fleet.servers) if (this.jvmOf(node)?.id === id) this.#options.changed(node);
  }
}
