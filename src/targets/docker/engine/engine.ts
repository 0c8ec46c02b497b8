import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { abortable } from '../../../util/async';
import { EngineError } from '../errors';
import { readKind, type EngineKind } from './kind';
import type { EngineLink } from './link';
import { readText, request, type EngineRequest, type EngineResponse } from './request';

/** What this code was written against; an engine that is older or newer than all of it is spoken to as it can. */
const NEWEST_API = [1, 47] as const;

/** The API of one engine. */
export class Engine {
  readonly link: EngineLink;
  #version: Promise<string> | undefined;
  #kind: Promise<EngineKind> | undefined;

  constructor(link: EngineLink) {
    this.link = link;
  }

  get place(): string {
    return this.link.place;
  }

  /** The API version both sides speak: `1.41`. Asked once for all; who gives up does so alone. */
  async version(signal?: AbortSignal): Promise<string> {
    this.#version ??= this.#negotiate().catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    return abortable(this.#version, signal, `an answer of ${this.place}`);
  }

  /** Asked once for all, as the version. */
  async kind(signal?: AbortSignal): Promise<EngineKind> {
    this.#kind ??= readKind(this).catch((error: unknown) => {
      this.#kind = undefined;
      throw error;
    });
    return abortable(this.#kind, signal, `an answer of ${this.place}`);
  }

  /** A request whose path has no API version: `/containers/json`. Any status resolves. */
  async request(asked: EngineRequest, signal?: AbortSignal): Promise<EngineResponse> {
    const version = await this.version(signal);
    return request(this.link, { ...asked, path: `/v${version}${asked.path}` }, signal);
  }

  /** Asks for JSON. Rejects with `EngineError` `refused` for a status other than 2xx. */
  async json(
    path: string,
    query: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<unknown> {
    const response = await this.request({ method: 'GET', path, query }, signal);
    const text = await readText(response, this.place, signal);
    if (response.status >= 300) throw refusal(this.place, response.status, text);
    return JSON.parse(text) as unknown;
  }

  /** A client with the whole of the API, over the same link. */
  async client(signal?: AbortSignal): Promise<Docker> {
    const version = await this.version(signal);
    const { default: Client } = await import('dockerode');
    return new Client({
      protocol: 'http',
      host: 'engine',
      port: 80,
      version: `v${version}`,
      agent: new LinkAgent(this.link),
    } as Docker.DockerOptions);
  }

  async #negotiate(): Promise<string> {
    const response = await request(this.link, { method: 'GET', path: '/_ping' });
    await readText(response, this.place);
    const spoken = /^(\d+)\.(\d+)$/.exec(response.headers['api-version'] ?? '');
    if (!spoken)
      throw new EngineError('noAnswer', `${this.place}: not the API of a container engine`, {
        host: this.place,
      });
    const [major, minor] = [Number(spoken[1]), Number(spoken[2])];
    const newer = major > NEWEST_API[0] || (major === NEWEST_API[0] && minor > NEWEST_API[1]);
    return newer ? NEWEST_API.join('.') : `${major}.${minor}`;
  }
}

/** What an engine said when it refused: `{ "message": ... }`. */
export function refusal(place: string, status: number, body: string): EngineError {
  const said = messageOf(body);
  return new EngineError('refused', `${place}: ${status} ${said}`, { host: place, status, said });
}

function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === 'string' ? message : body;
  } catch {
    return body.trim().slice(0, 1000);
  }
}

/** Opens a connection through the link for each request. */
class LinkAgent extends Agent {
  readonly #link: EngineLink;

  constructor(link: EngineLink) {
    super({ keepAlive: false });
    this.#link = link;
  }

  override createConnection(
    _options: unknown,
    opened?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    this.#link.open().then(
      (stream) => opened?.(null, stream),
      (error: unknown) => opened?.(error as Error, undefined as never),
    );
    return undefined;
  }
}
