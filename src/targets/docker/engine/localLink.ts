import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import * as z from 'zod';
import { transportError } from '../../../transport/socket';
import { abortable, Deferred } from '../../../util/async';
import { systemCode } from '../../../util/errors';
import { EngineError } from '../errors';
import type { EngineLink } from './link';

/** What says where the engine of this machine is. */
export interface LocalEngineEnvironment {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const clientConfig = z.object({ currentContext: z.string().optional() });
const contextMeta = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

/**
 * The engine that Docker's own client would use on this machine: `DOCKER_HOST`, else the context it was told to use,
 * else the usual sockets. Only sockets and named pipes: an engine of another machine is a host of its own.
 */
export class LocalLink implements EngineLink {
  readonly place: string;
  readonly #environment: LocalEngineEnvironment;

  constructor(place: string, environment: LocalEngineEnvironment) {
    this.place = place;
    this.#environment = environment;
  }

  async open(signal?: AbortSignal): Promise<Duplex> {
    let refusal: unknown;
    for (const socket of await this.#sockets()) {
      try {
        return await this.#connect(socket, signal);
      } catch (error) {
        if (signal?.aborted || (error instanceof EngineError && error.reason === 'noPermission')) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  async #connect(path: string, signal: AbortSignal | undefined): Promise<Duplex> {
    const socket = connect({ path });
    const opened = new Deferred<void>();
    socket.once('connect', () => opened.resolve());
    socket.once('error', (error) => opened.reject(error));
    try {
      await abortable(opened.promise, signal, `connect to ${this.place}`);
      // Whoever reads or writes gets the error; a late one must not end the process.
      socket.on('error', () => undefined);
      return socket;
    } catch (error) {
      socket.destroy();
      const details = { host: this.place, socket: path };
      const code = systemCode(error);
      if (code === 'EACCES' || code === 'EPERM')
        throw new EngineError('noPermission', `${path} may not be used`, details, error);
      if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK')
        throw new EngineError('noEngine', `no engine answers at ${path}`, details, error);
      throw signal?.aborted ? error : transportError(error, this.place);
    }
  }

  async #sockets(): Promise<string[]> {
    const { home, platform, variables } = this.#environment;
    const host = variables.DOCKER_HOST ?? (await this.#contextHost());
    if (host) return [socketOf(host, this.place)];
    if (platform === 'win32') return ['\\\\.\\pipe\\docker_engine'];
    return ['/var/run/docker.sock', path.join(home, '.docker', 'run', 'docker.sock')];
  }

  /** Of the context chosen with `docker context use` or `DOCKER_CONTEXT`. */
  async #contextHost(): Promise<string | undefined> {
    const { home, variables } = this.#environment;
    const folder = variables.DOCKER_CONFIG ?? path.join(home, '.docker');
    const config = clientConfig.safeParse(await readJson(path.join(folder, 'config.json')));
    const name = variables.DOCKER_CONTEXT ?? config.data?.currentContext;
    if (!name || name === 'default') return undefined;
    const id = createHash('sha256').update(name).digest('hex');
    const meta = contextMeta.safeParse(
      await readJson(path.join(folder, 'contexts', 'meta', id, 'meta.json')),
    );
    return meta.data?.Endpoints.docker.Host;
  }
}

function socketOf(host: string, place: string): string {
  const [scheme, rest = ''] = host.split('://');
  if (scheme === 'unix') return rest || '/var/run/docker.sock';
  if (scheme === 'npipe') return rest.replaceAll('/', '\\');
  throw new EngineError('noEngine', `${host} is no engine of this machine`, { host: place, socket: host });
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    // Not there, or not Docker's: as if it said nothing.
    return undefined;
  }
}
