import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { throwIfAborted } from '../util/async';
import { AbortedError, systemCode } from '../util/errors';
import { ALGORITHMS, readChecksum, type Checksum } from './checksum';
import { ArtifactError } from './errors';
import { mirrorOf } from './mirrors';
import { basicToken, proxied, proxyOf, type HttpAnswer } from './proxy';
import { plainPassword, type MavenSettings, type RepositorySettings, type Server } from './settings';

/** How long nothing may come. */
const STALL_MS = 30_000;

export interface Download {
  readonly total?: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Ends it; called however far it was read. */
  close(): void;
}

/** A repository of Maven's layout, with whatever the settings say of the way to it: mirror, credentials, proxy. */
export class Repository {
  readonly id: string;
  readonly url: string;
  readonly releases: boolean;
  readonly snapshots: boolean;
  readonly #settings: MavenSettings;

  /** Throws `ArtifactError` `blocked`. */
  constructor(repository: RepositorySettings, settings: MavenSettings) {
    const mirror = mirrorOf(repository, settings);
    if (mirror?.blocked)
      throw new ArtifactError('blocked', `${mirror.id} blocks ${repository.url}`, {
        repository: repository.id,
        mirror: mirror.id,
        url: repository.url,
      });
    ({ id: this.id, url: this.url } = mirror ?? repository);
    this.releases = repository.releases;
    this.snapshots = repository.snapshots;
    this.#settings = settings;
  }

  /** A small file as text; undefined where there is none. Rejects with `ArtifactError`. */
  async text(path: string, signal?: AbortSignal): Promise<string | undefined> {
    const download = await this.open(path, signal);
    if (!download) return undefined;
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of download.chunks) chunks.push(chunk);
    } finally {
      download.close();
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The first checksum that the repository has of a file, in the order of `ALGORITHMS`. Rejects with `ArtifactError`. */
  async checksum(path: string, signal?: AbortSignal): Promise<Checksum | undefined> {
    for (const algorithm of ALGORITHMS) {
      const text = await this.text(`${path}.${algorithm}`, signal);
      const found = text === undefined ? undefined : readChecksum(algorithm, text);
      if (found) return found;
    }
    return undefined;
  }

  noChecksum(path: string): ArtifactError {
    return new ArtifactError('noChecksum', `${this.id} has no checksum of ${path}`, this.#facts(path));
  }

  async has(path: string, signal?: AbortSignal): Promise<boolean> {
    const download = await this.open(path, signal);
    download?.close();
    return download !== undefined;
  }

  /** A file; undefined where there is none. Rejects with `ArtifactError`, and so does reading the chunks. */
  async open(path: string, signal?: AbortSignal): Promise<Download | undefined> {
    throwIfAborted(signal, path);
    if (this.url.startsWith('file:')) return this.#openFile(path, signal);
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(), STALL_MS);
    const close = (): void => {
      clearTimeout(timer);
      ended.abort();
    };
    try {
      const within = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
      const response = await this.#request(path, within);
      if (response.status === 404 || response.status === 410) {
        close();
        return undefined;
      }
      if (!response.ok || !response.body) throw this.#refusal(path, response.status);
      const length = response.headers.get('content-length');
      return {
        // A length of what is compressed on the way says nothing.
        ...(length !== null && !response.headers.has('content-encoding') && { total: Number(length) }),
        chunks: this.#chunks(path, response.body, timer, signal),
        close,
      };
    } catch (error) {
      close();
      throw this.#failure(path, error, signal);
    }
  }

  async #openFile(path: string, signal: AbortSignal | undefined): Promise<Download | undefined> {
    try {
      const handle = await open(fileURLToPath(`${this.url}/${path}`));
      const stream = handle.createReadStream({ signal });
      return { total: (await handle.stat()).size, chunks: stream, close: () => stream.destroy() };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw this.#failure(path, error, signal);
    }
  }

  async *#chunks(
    path: string,
    body: AsyncIterable<Uint8Array>,
    timer: NodeJS.Timeout,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        timer.refresh();
        yield chunk;
      }
    } catch (error) {
      throw this.#failure(path, error, signal);
    }
  }

  async #request(path: string, signal: AbortSignal): Promise<HttpAnswer> {
    const url = new URL(`${this.url}/${path.split('/').map(encodeURIComponent).join('/')}`);
    const { username, password } = url;
    // People write credentials into addresses; requests must not have them there.
    url.username = url.password = '';
    const written = username === '' ? {} : basic(decodeURIComponent(username), decodeURIComponent(password));
    const request = { headers: { ...written, ...this.#headers() }, signal };
    const proxy = proxyOf(url, this.#settings);
    return proxy ? proxied(url, proxy, request) : fetch(url, request);
  }

  #headers(): Record<string, string> {
    const server = this.#server;
    if (!server) return {};
    const own = server.user === undefined ? {} : basic(server.user, plainPassword(server));
    return { ...own, ...server.headers };
  }

  get #server(): Server | undefined {
    return this.#settings.servers.find(({ id }) => id === this.id);
  }

  #refusal(path: string, status: number): ArtifactError {
    if (status === 401 || status === 403)
      return new ArtifactError('unauthorized', `${this.id} says ${status}`, {
        ...this.#facts(path),
        status,
        user: this.#server?.user,
      });
    return new ArtifactError('refused', `${this.id} says ${status}`, { ...this.#facts(path), status });
  }

  #failure(path: string, error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return new AbortedError(path, signal.reason);
    if (error instanceof ArtifactError) return error;
    const cause = (error as { cause?: unknown }).cause;
    const isStalled = error instanceof Error && error.name === 'AbortError';
    const code = isStalled ? 'ETIMEDOUT' : (systemCode(error) ?? systemCode(cause) ?? 'EIO');
    return new ArtifactError(
      'unreachable',
      `${this.id} can't be asked: ${code}`,
      { ...this.#facts(path), code },
      error,
    );
  }

  #facts(path: string): { repository: string; url: string } {
    return { repository: this.id, url: `${this.url.replace(/\/\/[^/@]*@/, '//')}/${path}` };
  }
}

function basic(user: string, password: string): { authorization: string } {
  return { authorization: basicToken(user, password) };
}
