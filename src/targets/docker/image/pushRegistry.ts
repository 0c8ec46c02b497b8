import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { Intake } from './intake';

/** Begins to listen on a loopback address that an engine reaches too. */
export type Listen = (server: http.Server) => Promise<void>;

export const listenOnLoopback: Listen = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
};

/** What becomes of what an engine pushes. */
export interface PushReceiver {
  /** Whether the engine may keep a blob to itself. `digest`: of the blob as it is sent, packed. */
  has(digest: string): Promise<boolean>;
  /** A blob begins to come; it stays the registry's until it is taken. */
  begun(blob: Intake): void;
  /**
   * A blob that came, the receiver's to dispose of. `packed`: its digest as the engine has it. `digest`: of what it
   * unpacks to, if it does; not of one that was followed.
   */
  take(blob: Intake, packed: string, digest: string | undefined): Promise<void>;
  /** The digests of the image's layers as they are sent, the lowest first. */
  manifest(layers: readonly string[]): Promise<void>;
}

const manifest = z.object({ layers: z.array(z.object({ digest: z.string() })) });

/**
 * As much of a registry as an engine needs to push one image (OCI distribution specification, "Push"), on a port of
 * this machine's loopback, where engines speak plain HTTP. Its one repository has a name that nobody can guess.
 */
export class PushRegistry {
  readonly #server: http.Server;
  readonly #path = `swapdeck/${randomBytes(16).toString('hex')}`;
  readonly #receiver: PushReceiver;
  readonly #uploads = new Map<string, Intake>();
  /** Sizes by digests of what came: the engine asks once more. */
  readonly #taken = new Map<string, number>();

  private constructor(receiver: PushReceiver) {
    this.#receiver = receiver;
    this.#server = http.createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async open(receiver: PushReceiver, listen: Listen): Promise<PushRegistry> {
    const registry = new PushRegistry(receiver);
    await listen(registry.#server);
    return registry;
  }

  /** The repository to push to. */
  get repository(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}/${this.#path}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    await Promise.all([...this.#uploads.values()].map((upload) => upload.dispose()));
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry');
    const base = `/v2/${this.#path}/`;
    const [kind, ...rest] = pathname.startsWith(base) ? pathname.slice(base.length).split('/') : [];
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    if (pathname === '/v2/') response.end('{}');
    else if (kind === 'manifests' && request.method === 'PUT') await this.#manifest(request, response);
    else if (kind === 'blobs' && rest[0] === 'uploads')
      await this.#upload(rest[1] === '' ? undefined : rest[1], searchParams.get('digest'), request, response);
    else if (kind === 'blobs' && request.method === 'HEAD') await this.#head(rest[0] ?? '', response);
    else response.writeHead(404).end();
  }

  /** The size goes into the manifest, where nobody reads that of a blob that did not come. */
  async #head(digest: string, response: http.ServerResponse): Promise<void> {
    const size = this.#taken.get(digest) ?? ((await this.#receiver.has(digest)) ? 1 : undefined);
    if (size === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': size, 'docker-content-digest': digest }).end();
  }

  /** POST begins an upload, PATCH brings bytes, PUT ends it, perhaps with the last bytes. */
  async #upload(
    known: string | undefined,
    digest: string | null,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const id = known ?? randomUUID();
    if (known === undefined) {
      const begun = new Intake();
      this.#uploads.set(id, begun);
      this.#receiver.begun(begun);
    }
    const upload = this.#uploads.get(id);
    if (!upload) {
      response.writeHead(404).end();
      return;
    }
    for await (const chunk of request) await upload.write(chunk as Buffer);
    const isEnd = request.method === 'PUT';
    if (isEnd) {
      this.#uploads.delete(id);
      const packed = digest ?? '';
      this.#taken.set(packed, upload.size);
      await this.#receiver.take(upload, packed, await upload.end());
    }
    response
      .writeHead(isEnd ? 201 : 202, {
        location: `/v2/${this.#path}/blobs/uploads/${id}`,
        range: `0-${Math.max(0, upload.size - 1)}`,
        'docker-upload-uuid': id,
        'content-length': 0,
      })
      .end();
  }

  async #manifest(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const { layers } = manifest.parse(JSON.parse(bytes.toString('utf8')));
    await this.#receiver.manifest(layers.map(({ digest }) => digest));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    response.writeHead(201, { 'docker-content-digest': digest, 'content-length': 0 }).end();
  }
}
