import { SerialQueue } from '../../../util/async';
import { toError } from '../../../util/errors';
import { refusal, type Engine } from '../engine/engine';
import { readText } from '../engine/request';
import { EngineError } from '../errors';
import { readWork } from '../messages';
import { encodeLogin } from '../registry/logins';
import type { EngineImage } from './chains';
import type { Intake } from './intake';
import { PackedTar } from './packedTar';
import { PushRegistry, type Listen, type PushReceiver } from './pushRegistry';

/** Name in the archive of the layer that was passed on while it came. */
const EARLY = 'early/layer.tar';

/** How long is waited for the engine to forget a name, when all else is over. */
const UNTAG_MS = 5000;

export interface PushedImage {
  readonly engine: Engine;
  readonly image: EngineImage;
  /** The name that the image has after it was loaded. */
  readonly reference: string;
  /** Diff IDs of the layers that go into the archive; the push begins before they are known. */
  readonly needed: Promise<ReadonlySet<string>>;
  /** For each layer, the lowest first, the most bytes that its files may have. */
  readonly largestSizes: Promise<readonly number[]>;
  /** Whether the host takes a layer followed by padding, so that it may be sent before its size is known. */
  readonly takesPadding: boolean;
  readonly listen: Listen;
}

/**
 * An archive for `docker load` with some layers of an image, as `thinArchive` makes it, of what the engine pushes to a
 * registry in this process: an engine that saves an image writes out all its layers first, one that pushes asks before
 * each of them. Layers stay packed with gzip, as an engine pushes them and takes them. One that alone is needed, as after
 * most changes, is passed on while it comes, followed by padding; of several each as soon as it has come.
 */
export class PushedArchive {
  readonly #tar = new PackedTar();
  readonly #over = new AbortController();
  readonly #filling: Promise<void>;
  #isWhole = false;

  /** Begins the push. */
  constructor(pushed: PushedImage, signal?: AbortSignal) {
    const within = signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal;
    this.#filling = new Filling(pushed, this.#tar).run(within);
    this.#filling.catch(() => undefined);
  }

  /**
   * Once. Rejects with `EngineError`, `TransportError` or `AbortedError`; where the engine can't reach this process,
   * before there is anything.
   */
  async *chunks(): AsyncGenerator<Uint8Array> {
    // Whoever loads it waits for its end; the engine, which is still ending its push, need not be waited for.
    yield* this.#tar.read();
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

/** A layer that is passed on while it comes. */
interface Early {
  readonly blob: Intake;
  /** Its digest as it came, from the end of its coming until the manifest tells which layer it is. */
  packed: string | undefined;
  /** Whether all of it found room, when all of it came. */
  fits: boolean;
}

class Filling implements PushReceiver {
  readonly #pushed: PushedImage;
  readonly #tar: PackedTar;
  readonly #queue = new SerialQueue();
  /** Diff IDs of layers that are still to come. */
  readonly #missing: Promise<Set<string>>;
  /** Names in the archive of layers that came, by their diff IDs. */
  readonly #names = new Map<string, string>();
  #emitted: Promise<void> = Promise.resolve();
  #config: Intake | undefined;
  #layers: readonly string[] = [];
  #isDescribed = false;
  /** Digests of packed layers that the engine is asked for; unknown before the first manifest. */
  #wanted: ReadonlySet<string> | undefined;
  /** Digests of packed layers that the engine asked about and keeps. */
  readonly #kept = new Set<string>();
  #coming: Intake | undefined;
  #isConfigNext = false;
  #early: Early | undefined;

  constructor(pushed: PushedImage, tar: PackedTar) {
    this.#pushed = pushed;
    this.#tar = tar;
    this.#missing = pushed.needed.then((needed) => new Set(needed));
    // Perhaps nothing is pushed.
    this.#missing.catch(() => undefined);
    pushed.largestSizes.catch(() => undefined);
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
      await this.#early?.blob.dispose();
    }
  }

  async has(digest: string): Promise<boolean> {
    const { image, needed } = this.#pushed;
    this.#isConfigNext = digest === image.id;
    if (this.#isConfigNext) return false;
    if (this.#wanted) return !this.#wanted.has(digest);
    // Where all are needed there is nothing to find out.
    if ((await needed).size === new Set(image.diffIds).size) return false;
    this.#kept.add(digest);
    this.#passOnEarly().catch(() => undefined);
    return true;
  }

  begun(blob: Intake): void {
    // The configuration comes after the layers.
    this.#coming = this.#isConfigNext ? undefined : blob;
    // What it can't find out only makes it later.
    this.#passOnEarly().catch(() => undefined);
  }

  async take(blob: Intake, packed: string, digest: string | undefined): Promise<void> {
    if (this.#coming === blob) this.#coming = undefined;
    const missing = await this.#missing;
    if (packed === this.#pushed.image.id && !this.#config) this.#config = blob;
    else if (this.#early?.blob === blob) this.#early.packed = packed;
    else {
      const isWanted = digest !== undefined && missing.delete(digest);
      this.#emit(() => this.#addLayer(isWanted ? digest : undefined, blob));
    }
    this.#describe(missing);
  }

  async manifest(layers: readonly string[]): Promise<void> {
    this.#layers = layers;
    const missing = await this.#missing;
    const early = this.#early;
    if (early?.packed !== undefined) {
      const diffId = this.#pushed.image.diffIds[layers.indexOf(early.packed)];
      early.packed = undefined;
      const isWanted = diffId !== undefined && missing.delete(diffId);
      this.#emit(async () => {
        if (isWanted && early.fits) this.#names.set(diffId, EARLY);
        await this.#addLayer(isWanted && !early.fits ? diffId : undefined, early.blob);
      });
    }
    this.#describe(missing);
  }

  /**
   * What a blob is, is known when it was unpacked. Before, only where one layer is still to come and one is missing; if
   * the manifest says that they are not the same, the archive has a file that nobody reads.
   */
  async #passOnEarly(): Promise<void> {
    const { image, largestSizes, takesPadding } = this.#pushed;
    const [missing, sizes] = await Promise.all([this.#missing, largestSizes]);
    const toCome = this.#wanted?.size ?? new Set(image.diffIds).size - this.#kept.size;
    if (!takesPadding || this.#early || !this.#coming || missing.size !== 1 || toCome !== 1) return;
    const content = this.#coming.follow();
    if (!content) return;
    const early: Early = { blob: this.#coming, packed: undefined, fits: false };
    this.#early = early;
    const index = image.diffIds.findIndex((diffId) => missing.has(diffId));
    this.#emit(async () => {
      early.fits = await this.#tar.addGrowing(EARLY, roomFor(sizes[index]!), content);
    });
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

  /** Adds a layer, where there is one to add, and forgets the blob. */
  async #addLayer(diffId: string | undefined, blob: Intake): Promise<void> {
    try {
      if (diffId !== undefined) await this.#tar.addPacked(nameOf(diffId), blob.size, blob.read());
    } finally {
      await blob.dispose();
    }
  }

  /** The last of the archive; the engine still takes its time to end the push. */
  #describe(missing: ReadonlySet<string>): void {
    const config = this.#config;
    if (missing.size > 0 || !config || this.#isDescribed) return;
    this.#isDescribed = true;
    this.#emit(async () => {
      const { image, reference } = this.#pushed;
      const Config = `${image.id.slice('sha256:'.length)}.json`;
      const Layers = image.diffIds.map((diffId) => this.#names.get(diffId) ?? nameOf(diffId));
      await this.#tar.addPacked(Config, config.size, config.read());
      await this.#tar.add(
        'manifest.json',
        Buffer.from(JSON.stringify([{ Config, RepoTags: [reference], Layers }])),
      );
      await this.#tar.end();
    });
  }

  #failed(said: string): EngineError {
    const { engine } = this.#pushed;
    return new EngineError('workFailed', `${engine.place}: ${said}`, { host: engine.place, said });
  }
}

function nameOf(diffId: string): string {
  return `${diffId.slice('sha256:'.length)}/layer.tar`;
}

/** More than a layer is when packed: besides its files it has their names. Only many tiny files may not fit. */
function roomFor(filesSize: number): number {
  return filesSize + Math.ceil(filesSize / 16) + (1 << 20);
}
