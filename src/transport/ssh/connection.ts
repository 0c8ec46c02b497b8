import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { ByteChannel, Endpoint } from '../../contracts/channel';
import type { Log } from '../../contracts/log';
import { TransportError, type TransportErrorReason } from '../../contracts/transportError';
import { abortable, Deferred, delay } from '../../util/async';
import type { Disposable } from '../../util/disposables';
import { Emitter, type Event } from '../../util/emitter';
import { toError } from '../../util/errors';
import { formatEndpoint } from '../socket';
import { SshChannel } from './channel';
import { discard, type ConnectedClient } from './connect';
import { RestingShells } from './restingShells';

/** Calls ssh2's way of opening a stream. */
type Open<T> = (callback: (error: Error | undefined, stream: T) => void) => void;

/** Reason codes of a refused channel (RFC 4254 section 5.1). */
const ADMINISTRATIVELY_PROHIBITED = 1;
const CONNECT_FAILED = 2;
const RESOURCE_SHORTAGE = 4;

/** A server may still count a session for a moment after it was closed; how long that may be, and when to ask again. */
const STILL_COUNTED_MS = 2000;
const NOTICED_MS = 10;

/**
 * A connection to an SSH server that lets us in, with any number of streams through it. When it is lost, each stream
 * and each open request ends with the same error.
 */
export class SshConnection implements Disposable {
  /** What a person calls the server. */
  readonly name: string;
  /** Kept for the next commands. */
  readonly shells = new RestingShells();
  readonly #client: ConnectedClient;
  readonly #ended = new Emitter<Error>();
  readonly #channels = new Set<SshChannel>();
  /** Commands under way or being started. */
  #sessions = 0;
  /** When the last one ended; monotonic. */
  #closedAt = -Infinity;
  /** Who waits for one of them to end, in order. */
  readonly #line = new Set<Deferred<void>>();
  #end: Error | undefined;

  constructor(client: ConnectedClient, name: string, log: Log) {
    this.#client = client;
    this.name = name;
    client.client.on('error', (error) => {
      const { level } = error as { level?: string };
      const reason = level === 'client-timeout' ? 'timeout' : 'reset';
      this.#lose(new TransportError(reason, `${name}: ${error.message}`, { host: name }, error));
    });
    const hungUp = (): void => this.#lose(new TransportError('reset', `${name} hung up`, { host: name }));
    // A server behind a jump host that hangs up is an end first; its close may wait for ours.
    client.client.on('end', hungUp);
    client.client.on('close', hungUp);
    this.#ended.event((error) => log.debug(`ssh: ${name}: ${error.message}`));
    // It may have ended between the two of us.
    if (!client.socket.writable) hungUp();
  }

  /** Fires once, when the connection is lost or disposed. */
  get onEnd(): Event<Error> {
    return this.#ended.event;
  }

  /** Why it ended; `undefined` while it is open. */
  get end(): Error | undefined {
    return this.#end;
  }

  /** A connection from the server to an endpoint it can reach (direct-tcpip, RFC 4254 section 7.2). */
  async dial(endpoint: Endpoint, signal?: AbortSignal): Promise<ByteChannel> {
    return this.#channel(await this.openStream(endpoint, signal), formatEndpoint(endpoint));
  }

  /** A connection to a Unix socket on the server (direct-streamlocal@openssh.com, OpenSSH's PROTOCOL 2.4). */
  async dialSocket(path: string, signal?: AbortSignal): Promise<ByteChannel> {
    return this.#channel(await this.openSocket(path, signal), path);
  }

  /** As `dialSocket`, for who needs a Node stream; it is the caller's to end. */
  async openSocket(path: string, signal?: AbortSignal): Promise<Duplex> {
    return this.#open<ClientChannel>(
      (callback) => this.#client.client.openssh_forwardOutStreamLocal(path, callback),
      path,
      signal,
    );
  }

  /** As `dial`, for who needs a Node stream; it is the caller's to end. */
  async openStream({ host, port }: Endpoint, signal?: AbortSignal): Promise<Duplex> {
    return this.#open<ClientChannel>(
      // Where the connection comes from is for the server's log only.
      (callback) => this.#client.client.forwardOut('127.0.0.1', 0, host, port, callback),
      formatEndpoint({ host, port }),
      signal,
    );
  }

  /**
   * Starts a command line. A server that allows no more sessions at the same time (MaxSessions) is asked again when
   * one of ours has ended.
   */
  async openSession(commandLine: string, signal?: AbortSignal): Promise<ClientChannel> {
    for (;;) {
      this.#sessions++;
      try {
        const session = await this.#open<ClientChannel>(
          (callback) => this.#client.client.exec(commandLine, callback),
          'a command',
          signal,
        );
        session.on('close', () => {
          this.#sessions--;
          this.#closedAt = performance.now();
          this.#nextInLine();
        });
        return session;
      } catch (error) {
        this.#sessions--;
        const code = error instanceof TransportError ? openFailure(error.cause) : undefined;
        const isFull = code === CONNECT_FAILED || code === RESOURCE_SHORTAGE;
        if (isFull && this.#sessions === 0 && performance.now() - this.#closedAt < STILL_COUNTED_MS) {
          try {
            await delay(NOTICED_MS, signal);
          } catch (aborted) {
            // Nobody else would wake who is in line.
            this.#nextInLine();
            throw aborted;
          }
          continue;
        }
        // Others in line are to find out for themselves when no session is left to wait for.
        if (this.#sessions === 0) this.#nextInLine();
        if (!isFull || this.#sessions === 0) throw error;
        const turn = this.#waitInLine(signal);
        this.shells.giveUpOne();
        await turn;
      }
    }
  }

  /** Whether somebody waits for a session to end. */
  get isAwaited(): boolean {
    return this.#line.size > 0;
  }

  dispose(): void {
    this.#lose(new TransportError('reset', `${this.name} was closed`, { host: this.name }), true);
  }

  #channel(stream: Duplex, place: string): ByteChannel {
    const channel = new SshChannel(stream, `${place} through ${this.name}`);
    this.#channels.add(channel);
    channel.onEnd(() => this.#channels.delete(channel));
    // Lost between the two of us.
    if (this.#end) channel.close(this.#end);
    return channel;
  }

  async #open<T extends Duplex>(open: Open<T>, place: string, signal: AbortSignal | undefined): Promise<T> {
    if (this.#end) throw this.#end;
    const opened = new Deferred<T>();
    const lost = this.#ended.event((error) => opened.reject(error));
    let given = false;
    try {
      open((error, stream) => {
        if (error) opened.reject(this.#end ?? this.#refusal(error, place));
        // Too late: nobody waits for it any more.
        else if (given) stream.destroy();
        else opened.resolve(stream);
      });
      return await abortable(opened.promise, signal, `open ${place} through ${this.name}`);
    } catch (error) {
      throw error instanceof TransportError || signal?.aborted ? error : this.#refusal(toError(error), place);
    } finally {
      given = true;
      lost.dispose();
    }
  }

  #refusal(error: Error, place: string): TransportError {
    const reasons: Partial<Record<number, TransportErrorReason>> = {
      [ADMINISTRATIVELY_PROHIBITED]: 'forwardingDenied',
      [CONNECT_FAILED]: reasonOfText(error.message),
    };
    return new TransportError(
      reasons[openFailure(error) ?? 0] ?? 'failed',
      `${place} through ${this.name}: ${error.message}`,
      { host: this.name, endpoint: place, text: error.message },
      error,
    );
  }

  async #waitInLine(signal: AbortSignal | undefined): Promise<void> {
    const turn = new Deferred<void>();
    this.#line.add(turn);
    try {
      await abortable(turn.promise, signal, 'wait for a session');
    } catch (error) {
      // Given a turn and given up at the same time: it is the next one's.
      if (!this.#line.delete(turn)) this.#nextInLine();
      throw error;
    }
  }

  #nextInLine(): void {
    const [turn] = this.#line;
    if (!turn) return;
    this.#line.delete(turn);
    turn.resolve();
  }

  #lose(error: Error, inOrder = false): void {
    if (this.#end) return;
    this.#end = error;
    this.shells.dispose();
    discard(this.#client);
    for (const channel of [...this.#channels]) channel.close(inOrder ? undefined : error);
    this.#ended.fire(error);
    this.#ended.dispose();
    for (const turn of this.#line) turn.reject(error);
  }
}

/** The reason code of a refused channel; absent where there is no channel because the connection was lost. */
function openFailure(error: unknown): number | undefined {
  const { reason } = (error ?? {}) as { reason?: unknown };
  return typeof reason === 'number' ? reason : undefined;
}

/**
 * A server says no more than "connect failed" and a text of its operating system; the texts of OpenSSH's strerror
 * tell the common cases apart.
 */
function reasonOfText(text: string): 'refused' | 'timeout' | 'unreachable' {
  if (/timed out/i.test(text)) return 'timeout';
  return /no route|unreachable|not known|resolve/i.test(text) ? 'unreachable' : 'refused';
}
