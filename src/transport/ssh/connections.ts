import type { Duplex } from 'node:stream';
import { abortable, throwIfAborted } from '../../util/async';
import { toDisposable, type Disposable } from '../../util/disposables';
import { AbortedError } from '../../util/errors';
import { connectSocket } from '../socket';
import { connectHop, type ConnectServices } from './connect';
import { SshConnection } from './connection';
import { hopKey, type SshHop } from './route';

/** The right to use a shared connection until it is disposed. */
export interface SshLease extends Disposable {
  readonly connection: SshConnection;
}

/** A connection that is shared, being opened, or not open at the moment. */
interface Shared {
  users: number;
  opening?: { readonly connection: Promise<SshConnection>; readonly abort: AbortController };
  connection?: SshConnection;
  /** Runs while nobody uses the connection. */
  idle?: NodeJS.Timeout;
}

/**
 * One connection for each server, account and way there, opened when first used, once however many want it, opened
 * anew after a loss when next used, and closed when nobody has used it for a while. A connection through a jump host
 * uses the jump host's connection.
 */
export class SshConnections implements Disposable {
  readonly #services: ConnectServices;
  readonly #idleMs: number;
  readonly #shared = new Map<string, Shared>();
  #disposed = false;

  constructor(services: ConnectServices, idleMs: number) {
    this.#services = services;
    this.#idleMs = idleMs;
  }

  /** Rejects with `TransportError`, or `AbortedError` for this caller alone: others may want the connection too. */
  async acquire(route: readonly SshHop[], signal?: AbortSignal): Promise<SshLease> {
    const what = `connect to ${route.at(-1)?.name ?? 'nowhere'}`;
    if (this.#disposed) throw new AbortedError(what);
    throwIfAborted(signal, what);
    const key = route.map(hopKey).join(' ');
    const shared = this.#shared.get(key) ?? { users: 0 };
    this.#shared.set(key, shared);
    clearTimeout(shared.idle);
    shared.users++;
    try {
      const connection = shared.connection ?? (await abortable(this.#open(key, shared, route), signal, what));
      const lease = toDisposable(() => this.#release(key, shared));
      return { connection, dispose: () => lease.dispose() };
    } catch (error) {
      this.#release(key, shared);
      throw error;
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const [key, shared] of this.#shared) this.#forget(key, shared);
  }

  #open(key: string, shared: Shared, route: readonly SshHop[]): Promise<SshConnection> {
    if (shared.opening) return shared.opening.connection;
    const abort = new AbortController();
    const connect = async (): Promise<SshConnection> => {
      try {
        const connection = await this.#connect(route, abort.signal);
        if (abort.signal.aborted) connection.dispose();
        if (connection.end) throw connection.end;
        shared.connection = connection;
        connection.onEnd(() => {
          delete shared.connection;
          if (shared.users === 0) this.#forget(key, shared);
        });
        return connection;
      } finally {
        delete shared.opening;
      }
    };
    shared.opening = { connection: connect(), abort };
    return shared.opening.connection;
  }

  async #connect(route: readonly SshHop[], signal: AbortSignal): Promise<SshConnection> {
    const hop = route.at(-1)!;
    const { settings, name } = hop;
    const jump = route.length > 1 ? await this.acquire(route.slice(0, -1), signal) : undefined;
    const { hostName: host, port, family } = settings;
    const openSocket = async (): Promise<Duplex> =>
      jump
        ? jump.connection.openStream({ host, port }, signal)
        : connectSocket(
            { host, port, ...(family && { family }) },
            settings.connectTimeoutMs ?? this.#services.connectTimeoutMs,
            signal,
          );
    try {
      const client = await connectHop(hop, openSocket, this.#services, signal);
      const connection = new SshConnection(client, name, this.#services.log);
      this.#services.log.info(`ssh: connected to ${name}`);
      connection.onEnd(() => jump?.dispose());
      if (connection.end) jump?.dispose();
      return connection;
    } catch (error) {
      jump?.dispose();
      throw error;
    }
  }

  #release(key: string, shared: Shared): void {
    if (--shared.users > 0) return;
    if (shared.connection && !this.#disposed)
      shared.idle = setTimeout(() => this.#forget(key, shared), this.#idleMs);
    else this.#forget(key, shared);
  }

  #forget(key: string, shared: Shared): void {
    clearTimeout(shared.idle);
    // By now it may be another one's place.
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
    shared.opening?.abort.abort();
    shared.connection?.dispose();
  }
}
