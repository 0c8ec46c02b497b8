import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { drained } from '../../../transport/drain';

/** What is larger is kept in a file. */
const IN_MEMORY = 32 * 1024 * 1024;

/** How far a blob may get ahead of who follows it, in bytes. */
const AHEAD = 4 * 1024 * 1024;

/**
 * Takes a blob in as it comes and keeps it, packed as it is, until it is disposed of. Meanwhile it finds the digest of
 * what the blob unpacks to: the diff ID of a layer (which comes with gzip or plain), the id of an image's configuration.
 */
export class Intake {
  readonly #kept: Buffer[] = [];
  readonly #hash = createHash('sha256');
  #head: Buffer | undefined = Buffer.alloc(0);
  #gunzip: Gunzip | undefined;
  #hashing: Promise<boolean> | undefined;
  #follower: PassThrough | undefined;
  #folder: string | undefined;
  #file: FileHandle | undefined;
  #size = 0;

  /** In bytes, as it came. */
  get size(): number {
    return this.#size;
  }

  /** To be awaited before the next one. */
  async write(chunk: Buffer): Promise<void> {
    this.#size += chunk.length;
    const use = this.#follower ? this.#passOn(this.#follower, chunk) : this.#digest(chunk);
    await Promise.all([this.#keep(chunk), use]);
  }

  /**
   * Resolves to `sha256:...`, or to nothing for a blob that says it is gzip and is not, or that was followed. Once, after
   * the last write.
   */
  async end(): Promise<string | undefined> {
    if (this.#follower) {
      this.#follower.end();
      return undefined;
    }
    if (this.#head) this.#hash.update(this.#head);
    this.#gunzip?.end();
    const isWhole = (await this.#hashing) ?? true;
    return isWhole ? `sha256:${this.#hash.digest('hex')}` : undefined;
  }

  /**
   * The same as `read` while it comes; from then on it comes no faster than this is read, and is not unpacked. Once, and
   * early: nothing where some of it is in a file already. Who stops reading doesn't hold it up.
   */
  follow(): AsyncIterable<Buffer> | undefined {
    if (this.#size > IN_MEMORY) return undefined;
    const follower = new PassThrough({ highWaterMark: AHEAD });
    follower.on('error', () => undefined);
    for (const chunk of this.#kept) follower.write(chunk);
    this.#gunzip?.destroy();
    return (this.#follower = follower);
  }

  read(): AsyncIterable<Buffer> | Iterable<Buffer> {
    return this.#folder === undefined ? this.#kept : createReadStream(path.join(this.#folder, 'blob'));
  }

  async dispose(): Promise<void> {
    this.#gunzip?.destroy();
    this.#follower?.destroy();
    this.#kept.length = 0;
    await this.#file?.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  async #keep(chunk: Buffer): Promise<void> {
    if (!this.#file && this.#size <= IN_MEMORY) {
      this.#kept.push(chunk);
      return;
    }
    if (!this.#file) {
      this.#folder = await mkdtemp(path.join(tmpdir(), 'swapdeck-layer-'));
      this.#file = await open(path.join(this.#folder, 'blob'), 'w', 0o600);
      for (const kept of this.#kept.splice(0)) await this.#file.appendFile(kept);
    }
    await this.#file.appendFile(chunk);
  }

  async #passOn(follower: PassThrough, chunk: Buffer): Promise<void> {
    if (follower.destroyed) return;
    follower.write(chunk);
    await drained(follower);
  }

  async #digest(chunk: Buffer): Promise<void> {
    let content = chunk;
    if (this.#head) {
      content = Buffer.concat([this.#head, chunk]);
      this.#head = content.length < 2 ? content : undefined;
      if (this.#head) return;
      if (content[0] === 0x1f && content[1] === 0x8b) this.#unpack();
    }
    if (!this.#gunzip) this.#hash.update(content);
    else if (!this.#gunzip.destroyed && !this.#gunzip.write(content))
      await Promise.race([once(this.#gunzip, 'drain'), this.#hashing]);
  }

  #unpack(): void {
    const gunzip = createGunzip();
    this.#gunzip = gunzip;
    const hashing = async (): Promise<boolean> => {
      for await (const unpacked of gunzip) this.#hash.update(unpacked as Buffer);
      return true;
    };
    this.#hashing = hashing().catch(() => false);
  }
}
