import { silentLog, type Log } from '../contracts/log';
import { SwapdeckError, toError } from '../util/errors';
import { noteUsed } from '../util/removeUnused';
import { artifactName, artifactPath, filePath, versionPath, type ArtifactId } from './coordinates';
import { ArtifactError, type ArtifactErrorReason } from './errors';
import { readSnapshot, readVersions } from './metadata';
import { pruneCache } from './pruneCache';
import { Repository } from './repository';
import type { MavenSettings } from './settings';
import { checkBeside, fits, Store, type Progress } from './store';
import { baseVersion, isBuild, isSnapshot, newestFirst } from './version';

export interface ArtifactsOptions {
  readonly settings: MavenSettings;
  /** What is fetched is kept in this folder, in Maven's layout, within bounds. Maven's own is read and never written. */
  readonly cache: string;
  readonly log?: Log;
}

/** The versions of an artifact that there are. */
export interface KnownVersions {
  /** The newest first, in Maven's order. */
  readonly versions: readonly string[];
  /** Why no repository was asked, or none answered: these are what this machine has. */
  readonly offline?: ArtifactError;
}

/** A file of an artifact, on this machine. */
export interface Fetched {
  readonly file: string;
  /** As it was asked for; of a snapshot the build. */
  readonly version: string;
  /** Why no repository could be asked whether it is the right one. */
  readonly offline?: ArtifactError;
}

/** With one of these another repository may have it. */
const PASSING: ReadonlySet<ArtifactErrorReason> = new Set<ArtifactErrorReason>([
  'unreachable',
  'unauthorized',
  'refused',
  'unreadable',
  'blocked',
]);
const MOST_NAMED = 8;

/** Artifacts with one kind of file (`war`, or `-shaded.jar` with a classifier), of the repositories that Maven's settings name. */
export class Artifacts {
  readonly #settings: MavenSettings;
  readonly #extension: string;
  readonly #cache: Store;
  readonly #stores: readonly Store[];
  readonly #log: Log;

  constructor({ settings, cache, log = silentLog }: ArtifactsOptions, extension: string) {
    this.#settings = settings;
    this.#extension = extension;
    this.#cache = new Store(cache);
    this.#stores = [new Store(settings.localRepository), this.#cache];
    this.#log = log;
  }

  /** Rejects with `ArtifactError`, `unknownArtifact` where there is none. */
  async versions(id: ArtifactId, signal?: AbortSignal): Promise<KnownVersions> {
    const path = `${artifactPath(id)}/maven-metadata.xml`;
    const listed = new Set<string>();
    const failures = await this.#ask(async (repository) => {
      const text = await repository.text(path, signal);
      if (text === undefined) return false;
      const versions = await readVersions(text);
      if (!versions) throw unreadable(repository, path);
      for (const version of versions) listed.add(version);
      // Each may have others.
      return false;
    });
    if (listed.size > 0) return { versions: newestFirst([...listed]) };
    const offline = this.#offline(id, failures);
    if (!offline) throw this.#unknownArtifact(id);
    const versions = await this.#keptVersions(id);
    if (versions.length === 0) throw offline;
    return { versions, offline };
  }

  /**
   * The file of a version: the one of this machine where its checksum is right, else that of a repository, checked and
   * kept. Of a snapshot it is the newest build. Rejects with `ArtifactError`.
   */
  async fetch(
    id: ArtifactId,
    version: string,
    onProgress?: Progress,
    signal?: AbortSignal,
  ): Promise<Fetched> {
    versionPath(id, version);
    const isOfSnapshot = isSnapshot(version) || isBuild(version);
    let fetched: Fetched | undefined;
    const failures = await this.#ask(async (repository) => {
      if (!(isOfSnapshot ? repository.snapshots : repository.releases)) return false;
      fetched = await this.#fetchFrom(repository, id, version, onProgress, signal);
      return fetched !== undefined;
    });
    if (fetched) return fetched;
    const offline = this.#offline(id, failures, version);
    if (!offline) throw await this.#unknownVersion(id, version, signal);
    const kept = await this.#kept(id, version, signal);
    if (!kept) throw offline;
    return { ...kept, offline };
  }

  /** Asks one repository after the other until one is enough; what went wrong with them. */
  async #ask(ask: (repository: Repository) => Promise<boolean>): Promise<ArtifactError[]> {
    const failures: ArtifactError[] = [];
    const asked = new Set<string>();
    if (this.#settings.offline) return failures;
    for (const settings of this.#settings.repositories)
      try {
        const repository = new Repository(settings, this.#settings);
        // One mirror may stand in the place of all.
        const key = [repository.url, repository.releases, repository.snapshots].join(' ');
        if (asked.has(key)) continue;
        asked.add(key);
        if (await ask(repository)) return [];
      } catch (error) {
        if (!(error instanceof ArtifactError) || !PASSING.has(error.reason)) throw error;
        failures.push(error);
      }
    return failures;
  }

  /** Why no repository could say anything; undefined where one did. Throws what a person can mend. */
  #offline(id: ArtifactId, failures: readonly ArtifactError[], version?: string): ArtifactError | undefined {
    if (this.#settings.offline)
      return new ArtifactError('offline', `the settings say offline`, {
        artifact: artifactName(id),
        ...(version !== undefined && { version }),
        folder: this.#settings.localRepository,
      });
    const serious = failures.find(({ reason }) => reason !== 'unreachable' && reason !== 'blocked');
    if (serious) throw serious;
    return failures.find(({ reason }) => reason === 'unreachable') ?? failures[0];
  }

  async #fetchFrom(
    repository: Repository,
    id: ArtifactId,
    wanted: string,
    onProgress: Progress | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Fetched | undefined> {
    const version = isSnapshot(wanted) ? await this.#newestBuild(repository, id, wanted, signal) : wanted;
    if (version === undefined) return undefined;
    const path = filePath(id, version, this.#extension);
    const checksum = await repository.checksum(path, signal);
    if (!checksum) {
      if (!(await repository.has(path, signal))) return undefined;
      throw repository.noChecksum(path);
    }
    for (const store of this.#stores) {
      const file = await this.#find(store, id, version);
      if (file !== undefined && (await fits(file, checksum, signal))) return { file, version };
    }
    const download = await repository.open(path, signal);
    if (!download) return undefined;
    const file = await this.#cache.keep(id, [version, this.#extension], download, checksum, onProgress);
    await pruneCache(this.#cache.folder, Date.now()).catch((error: unknown) =>
      this.#log.warn(`could not remove old files in ${this.#cache.folder}: ${toError(error).message}`),
    );
    return { file, version };
  }

  /** One of the cache is noted as used, so that it stays for a while. */
  async #find(store: Store, id: ArtifactId, version: string): Promise<string | undefined> {
    const file = await store.find(id, version, this.#extension);
    if (file !== undefined && store === this.#cache) await noteUsed(file, Date.now());
    return file;
  }

  async #newestBuild(
    repository: Repository,
    id: ArtifactId,
    version: string,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const path = `${versionPath(id, version)}/maven-metadata.xml`;
    const text = await repository.text(path, signal);
    if (text === undefined) return undefined;
    const build = await readSnapshot(text, version, this.#extension);
    if (build === undefined) throw unreadable(repository, path);
    return build;
  }

  async #keptVersions(id: ArtifactId): Promise<string[]> {
    const kept = await Promise.all(this.#stores.map((store) => store.versions(id, this.#extension)));
    return newestFirst([...new Set(kept.flat())]);
  }

  /** What this machine has of a version. */
  async #kept(
    id: ArtifactId,
    version: string,
    signal: AbortSignal | undefined,
  ): Promise<Omit<Fetched, 'offline'> | undefined> {
    const builds = isSnapshot(version)
      ? (await this.#keptVersions(id)).filter((each) => isBuild(each) && baseVersion(each) === version)
      : [];
    for (const each of [...builds, version])
      for (const store of this.#stores) {
        const file = await this.#find(store, id, each);
        if (file === undefined) continue;
        await checkBeside(file, signal);
        return { file, version: each };
      }
    return undefined;
  }

  #unknownArtifact(id: ArtifactId): ArtifactError {
    const asked = this.#settings.repositories.map((each) => each.id).join(', ');
    const artifact = artifactName(id);
    return new ArtifactError('unknownArtifact', `no repository has ${artifact}`, { artifact, asked });
  }

  async #unknownVersion(
    id: ArtifactId,
    version: string,
    signal: AbortSignal | undefined,
  ): Promise<SwapdeckError> {
    try {
      const { versions } = await this.versions(id, signal);
      return new ArtifactError('unknownVersion', `no repository has ${artifactName(id)}:${version}`, {
        artifact: artifactName(id),
        version,
        known: versions.slice(0, MOST_NAMED).join(', '),
      });
    } catch (error) {
      if (error instanceof SwapdeckError) return error;
      throw error;
    }
  }
}

function unreadable({ id, url }: Repository, path: string): ArtifactError {
  return new ArtifactError('unreadable', `${path} is no metadata`, { repository: id, url: `${url}/${path}` });
}
