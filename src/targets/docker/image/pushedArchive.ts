import type { Pack } from 'tar-stream';
import { SerialQueue } from '../../../util/async';
import { toError } from '../../../util/errors';
import { refusal, type Engine } from '../engine/engine';
import { readText } from '../engine/request';
import { EngineError } from '../errors';
import { readWork } from '../messages';
import { encodeLogin } from '../registry/logins';
import type { EngineImage } from './chains';
import type { Intake } from './intake';
import { PushRegistry, type Listen, type PushReceiver } from './pushRegistry';
import { pour } from './tar';

/** How long is waited for the engine to forget a name, when all else is over. */
const UNTAG_MS = 5000;

export interface PushedImage {
  readonly engine: Engine;
  readonly image: EngineImage;
  /** The name that the image has after it was loaded. */
  readonly reference: string;
  /** Diff IDs of the layers that go into the archive; the push begins before they are known. */
  readonly needed: Promise<ReadonlySet<string>>;
  readonly listen: Listen;
}

/**
 * An archive for `docker load` with some layers of an image, as `thinArchive` makes it, of what the engine pushes to a
 * registry in this process: an engine that saves an image writes out all its layers first, one that pushes asks before
 * each of them. Layers stay packed with gzip, as an engine pushes them and takes them; each is passed on as soon as it
 * has come.
 */
export class PushedArchive {
  readonly #tar: Promise<Pack>;
  readonly #over = new AbortController();
  readonly #filling: Promise<void>;
  #isWhole = false;

  /** Begins the push. */
  constructor(pushed: PushedImage, signal?: AbortSignal) {
    const within = signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal;
    this.#tar = import('tar-stream').then(({ pack }) => {
      const tar = pack();
      // Whoever reads it gets the error; perhaps nobody does any more.
      tar.on('error', () => undefined);
      return tar;
    });
    this.#filling = this.#tar.then((tar) => new Filling(pushed, tar).run(within));
    this.#filling.catch(() => undefined);
  }

  /**
   * Once. Rejects with `EngineError`, `TransportError` or `AbortedError`; where the engine can't reach this process,
   * before there is anything.
   */
  async *chunks(): AsyncGenerator<Uint8Array> {
    // Whoever loads it waits for its end; the engine, which is still ending its push, need not be waited for.
    for await (const chunk of (await this.#tar) as AsyncIterable<Buffer>) yield chunk;
    this.#isWhole = true;
  }

  /**
   * To be called when nobody reads it any more: gives up what was not read. Resolves when the engine has ended its
   * push and forgot the name it was made under.
   */
  async close(): Promise<void> {
    if (!this.#isWhole) this.#over.abort();
    await this.#filling.catch(() => undefined);
  }
}

class Filling implements PushReceiver {
  readonly #pushed: PushedImage;
  readonly #tar: Pack;
  readonly #queue = new SerialQueue();
  /** Diff IDs of layers that are still to come. */
  readonly #missing: Promise<Set<string>>;
  #emitted: Promise<void> = Promise.resolve();
  #config: Intake | undefined;
  #layers: readonly string[] = [];
  #isDescribed = false;
  /** Digests of packed layers that the engine is asked for; unknown before the first manifest. */
  #wanted: ReadonlySet<string> | undefined;

  constructor(pushed: PushedImage, tar: Pack) {
    this.#pushed = pushed;
    this.#tar = tar;
    this.#missing = pushed.needed.then((needed) => new Set(needed));
    this.#missing.catch(() => undefined);
  }

  async run(signal: AbortSignal): Promise<void> {
    const registry = await PushRegistry.open(this, this.#pushed.listen);
    try {
      await this.#push(registry.repository, signal);
      // An engine says no more about a layer than the digest it once had packed. Which layer that is, the manifest
      // tells; so the engine was told that all such layers are there, and is asked again for those that are not.
      const missing = await this.#missing;
      if (missing.size > 0) {
        const { diffIds } = this.#pushed.image;
        this.#wanted = new Set(this.#layers.filter((_digest, index) => missing.has(diffIds[index]!)));
        await this.#push(registry.repository, signal);
      }
      if (!this.#isDescribed) throw this.#failed('a layer was not pushed');
      await this.#emitted;
    } catch (error) {
      this.#tar.destroy(toError(error));
      throw error;
    } finally {
      await registry.close();
      await this.#emitted.catch(() => undefined);
      await this.#config?.dispose();
    }
  }

  async has(digest: string): Promise<boolean> {
    const { image, needed } = this.#pushed;
    if (digest === image.id) return false;
    if (this.#wanted) return !this.#wanted.has(digest);
    // Where all are needed there is nothing to find out.
    return (await needed).size < new Set(image.diffIds).size;
  }

  async take(blob: Intake, digest: string | undefined): Promise<void> {
    const missing = await this.#missing;
    if (digest === this.#pushed.image.id && !this.#config) this.#config = blob;
    else {
      const isWanted = digest !== undefined && missing.delete(digest);
      this.#emit(async () => {
        try {
          if (isWanted) await this.#add(nameOf(digest), blob);
        } finally {
          await blob.dispose();
        }
      });
    }
  }

  /** The last that an engine sends; it still takes its time to end the push. */
  async manifest(layers: readonly string[]): Promise<void> {
    this.#layers = layers;
    if ((await this.#missing).size > 0 || !this.#config || this.#isDescribed) return;
    this.#isDescribed = true;
    this.#emit(() => this.#describe());
  }

  #emit(work: () => Promise<void>): void {
    const emitted = this.#queue.run(work);
    this.#emitted = Promise.all([this.#emitted, emitted]).then(() => undefined);
    // Whoever reads the archive gets the error.
    this.#emitted.catch((error: unknown) => this.#tar.destroy(toError(error)));
  }

  /** Under a name of its own, which is taken back whatever happens. */
  async #push(repository: string, signal: AbortSignal): Promise<void> {
    const { engine, image } = this.#pushed;
    const tag = 'transfer';
    const ask = async (method: string, path: string, query: Record<string, string>, within: AbortSignal) => {
      // Without anybody's credentials.
      const headers = { 'x-registry-auth': encodeLogin(undefined, repository) };
      const response = await engine.request({ method, path, query, headers }, within);
      const body = await readText(response, engine.place, within);
      if (response.status >= 300) throw refusal(engine.place, response.status, body);
      return body;
    };
    await ask('POST', `/images/${image.id}/tag`, { repo: repository, tag }, signal);
    try {
      const { ok, error } = readWork({
        body: await ask('POST', `/images/${repository}/push`, { tag }, signal),
      });
      if (!ok) throw this.#failed(error);
    } finally {
      const within = AbortSignal.timeout(UNTAG_MS);
      await ask('DELETE', `/images/${repository}:${tag}`, { noprune: '1' }, within).catch(() => undefined);
    }
  }

  async #describe(): Promise<void> {
    const { image, reference } = this.#pushed;
    const Config = `${image.id.slice('sha256:'.length)}.json`;
    await this.#add(Config, this.#config!);
    const manifest = [{ Config, RepoTags: [reference], Layers: image.diffIds.map(nameOf) }];
    this.#tar.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
    this.#tar.finalize();
  }

  async #add(name: string, blob: Intake): Promise<void> {
    await pour(blob.read(), this.#tar.entry({ name, size: blob.size }));
  }

  #failed(said: string): EngineError {
    const { engine } = this.#pushed;
    return new EngineError('workFailed', `${engine.place}: ${said}`, { host: engine.place, said });
  }
}

function nameOf(diffId: string): string {
  return `${diffId.slice('sha256:'.length)}/layer.tar`;
}
