import * as vscode from 'vscode';
import { systemClock } from '../contracts/clock';
import type { Log } from '../contracts/log';
import type { Foresee } from '../hotswap/foresee';
import type { FleetMode } from '../hotswap/fleet/fleet';
import type { HotSwap, JvmSession, SwapRecord } from '../hotswap/model';
import type { ClassRoot } from '../hotswap/roots/classRoot';
import type { LocalJvm } from '../targets/jvm/discover';
import { AbortedError, type SwapdeckError } from '../util/errors';
import { DisposableStore, type Disposable } from '../util/disposables';
import { Emitter } from '../util/emitter';
import type { Configurations } from './configuration';
import { configuredEntries, launchEntries, localEntries, type EntrySources, type JvmEntry } from './entries';
import type { EditorLedger } from './ledger';
import { languageServerRoots } from './languageServer';

/** A configured environment with its JVMs. */
export interface EnvironmentEntries {
  readonly name: string;
  readonly uri: vscode.Uri;
  readonly jvms: readonly JvmEntry[];
}

/**
 * Everything that can be attached to, and what is: the model behind the views. The inner loop itself is loaded with
 * the first attach.
 */
export class Jvms implements Disposable {
  #hotSwap: HotSwap | undefined;
  #loading: Promise<HotSwap> | undefined;
  readonly #configurations: Configurations;
  readonly #sources: EntrySources;
  readonly #ledger: EditorLedger;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #attaching = new Map<string, { readonly entry: JvmEntry; readonly abort: AbortController }>();
  readonly #attached = new Map<string, { readonly entry: JvmEntry; readonly listening: Disposable }>();
  readonly #changed = this.#store.add(new Emitter<string | undefined>());
  /** Fires with the id of the JVM that changed, or undefined when any list did. */
  readonly onDidChange = this.#changed.event;
  readonly #sessionsChanged = this.#store.add(new Emitter<void>());
  readonly onDidChangeSessions = this.#sessionsChanged.event;
  readonly #swapped = this.#store.add(new Emitter<SwapRecord>());
  readonly onDidSwap = this.#swapped.event;
  readonly #failed = this.#store.add(new Emitter<SwapdeckError>());
  readonly onDidFail = this.#failed.event;
  /** Looks at each change before it is sent. */
  foresee: Foresee | undefined;

  constructor(configurations: Configurations, sources: EntrySources, ledger: EditorLedger, log: Log) {
    this.#ledger = ledger;
    this.#configurations = configurations;
    this.#sources = sources;
    this.#log = log;
    this.#store.add(configurations.onDidChange(() => this.#changed.fire(undefined)));
  }

  get sessions(): readonly JvmSession[] {
    return this.#hotSwap?.sessions ?? [];
  }
  get paused(): boolean {
    return this.#hotSwap?.paused ?? false;
  }

  /** The inner loop; loaded when first asked for. */
  hotSwap(): Promise<HotSwap> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  get environments(): EnvironmentEntries[] {
    return this.#configurations.folders.flatMap((configuration) =>
      [...configuredEntries(configuration, this.#sources)].map(([name, jvms]) => ({
        name,
        uri: configuration.uri,
        jvms,
      })),
    );
  }

  /** JVMs of this machine that listen for a debugger, attach configurations, and what was attached by its address. */
  async onThisMachine(): Promise<JvmEntry[]> {
    const { listLocalJvms } = await import('../targets/jvm/discover');
    const local = await listLocalJvms().catch((error: unknown): LocalJvm[] => {
      this.#log.warn(`could not list the JVMs of this machine: ${String(error)}`);
      return [];
    });
    // One that stands in an environment is not listed twice.
    const known = new Set(this.environments.flatMap(({ jvms }) => jvms.flatMap(({ port }) => port ?? [])));
    const strangers = local.filter(({ endpoint }) => endpoint && !known.has(endpoint.port));
    const entries = [
      ...localEntries(strangers, this.#sources.dialers),
      ...launchEntries(this.#sources.dialers),
    ];
    const configured = new Set(this.environments.flatMap(({ jvms }) => jvms.map(({ id }) => id)));
    const listed = new Set(entries.map(({ id }) => id));
    const others = [...this.#attached.values()]
      .map(({ entry }) => entry)
      .filter(
        ({ id, origin }) =>
          origin !== 'container' && origin !== 'tomcat' && !listed.has(id) && !configured.has(id),
      );
    return [...entries, ...others];
  }

  session(id: string): JvmSession | undefined {
    return this.sessions.find(({ target }) => target.id === id);
  }

  /** Tells the views that something about all JVMs changed. */
  touch(): void {
    this.#changed.fire(undefined);
  }

  isAttaching(id: string): boolean {
    return this.#attaching.has(id);
  }

  /** Attaches, with the signal or `detach` to give up. Rejects with the reason. */
  async attach(entry: JvmEntry, signal?: AbortSignal): Promise<JvmSession> {
    const abort = new AbortController();
    const stop = (): void => abort.abort(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    this.#attaching.set(entry.id, { entry, abort });
    this.#changed.fire(entry.id);
    try {
      const [hotSwap, target] = await Promise.all([this.hotSwap(), entry.target(abort.signal)]);
      const session = await hotSwap.attach(target, {}, abort.signal);
      const listening = this.#store.add(session.onDidChange(() => this.#changed.fire(entry.id)));
      this.#attached.set(entry.id, { entry, listening });
      return session;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#attaching.delete(entry.id);
      this.#changed.fire(entry.id);
    }
  }

  async detach(id: string): Promise<void> {
    this.#attaching.get(id)?.abort.abort(new AbortedError('attach'));
    const attached = this.#attached.get(id);
    if (attached) this.#store.release(attached.listening);
    this.#attached.delete(id);
    if (this.session(id)) await this.#hotSwap?.detach(id);
    this.#changed.fire(id);
  }

  dispose(): void {
    for (const { abort } of this.#attaching.values()) abort.abort(new AbortedError('attach'));
    this.#store.dispose();
  }

  async #load(): Promise<HotSwap> {
    const [{ createHotSwap }, { localEndpointProbe }, ledger] = await Promise.all([
      import('../hotswap/hotSwap'),
      import('../targets/jvm/discover'),
      this.#ledger.open(),
    ]);
    const hotSwap = this.#store.add(
      createHotSwap({
        clock: systemClock,
        log: this.#log,
        probe: localEndpointProbe(),
        ledger,
        findRoots: workspaceRoots,
        fleetMode: () => vscode.workspace.getConfiguration('swapdeck').get<FleetMode>('fleet', 'allOrNone'),
        foresee: async (change, parts, aborted) => this.foresee?.(change, parts, aborted),
      }),
    );
    this.#store.add(hotSwap.onDidChangeSessions(() => this.#sessionsChanged.fire()));
    this.#store.add(hotSwap.onDidSwap((record) => this.#swapped.fire(record)));
    this.#store.add(hotSwap.onDidFail((error) => this.#failed.fire(error)));
    this.#hotSwap = hotSwap;
    return hotSwap;
  }
}

/** Class roots of the workspace: the language server's own answer where it is active, else found from the build. */
export async function workspaceRoots(signal?: AbortSignal): Promise<readonly ClassRoot[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const [{ findClassRoots }, { nodeFileSystem }] = await Promise.all([
    import('../hotswap/roots/find'),
    import('../hotswap/roots/nodeFileSystem'),
  ]);
  const [found, told] = await Promise.all([
    findClassRoots(folders, nodeFileSystem, signal),
    languageServerRoots(),
  ]);
  const known = new Set(found.map(({ path }) => path));
  return [...found, ...told.filter(({ path }) => !known.has(path))];
}
