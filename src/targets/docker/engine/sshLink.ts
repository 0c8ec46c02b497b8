import type { Duplex } from 'node:stream';
import type { SocketStreams } from '../../../contracts/channel';
import type { Exec } from '../../../contracts/exec';
import { TransportError } from '../../../contracts/transportError';
import { EngineError } from '../errors';
import type { EngineLink } from './link';
import { openProcess } from './processStream';

/** Where an engine that the system runs listens. */
export const ENGINE_SOCKET = '/var/run/docker.sock';

/** Docker's own relay between its standard streams and the engine that the account's configuration names. */
const RELAY = ['docker', 'system', 'dial-stdio'] as const;

/**
 * The engine of a host over its kept SSH connection: its socket is opened through the connection. Where the server
 * does not forward to sockets, or nothing is at the usual place (an engine of the account's own), Docker's relay is
 * run on the host instead.
 */
export class SshLink implements EngineLink {
  readonly place: string;
  readonly #streams: SocketStreams;
  readonly #exec: Exec;
  readonly #socket: string;
  #viaRelay = false;

  constructor(exec: Exec, streams: SocketStreams, socket = ENGINE_SOCKET) {
    this.place = exec.place;
    this.#exec = exec;
    this.#streams = streams;
    this.#socket = socket;
  }

  /** Whether the relay is in use. */
  get viaRelay(): boolean {
    return this.#viaRelay;
  }

  async open(signal?: AbortSignal): Promise<Duplex> {
    if (this.#viaRelay) return openProcess(this.#exec, RELAY, signal);
    try {
      return await this.#streams.openSocket(this.#socket, signal);
    } catch (error) {
      if (!(error instanceof TransportError) || !isAboutSocket(error)) throw error;
      return this.#openAnotherWay(error, signal);
    }
  }

  /** The server says little about why a socket can't be opened; the host is asked. */
  async #openAnotherWay(refusal: TransportError, signal: AbortSignal | undefined): Promise<Duplex> {
    const details = { host: this.place, socket: this.#socket };
    const exists = await this.#holds(['test', '-S', this.#socket], signal);
    const mayWrite = exists && (await this.#holds(['test', '-w', this.#socket], signal));
    if (exists && !mayWrite)
      throw new EngineError(
        'noPermission',
        `${this.place}: the engine's socket may not be used`,
        details,
        refusal,
      );
    if (!(await this.#holds([...RELAY.slice(0, 1), 'version', '--format', '{{.Server.Version}}'], signal)))
      throw new EngineError('noEngine', `${this.place}: no engine answers`, details, refusal);
    this.#viaRelay = true;
    return openProcess(this.#exec, RELAY, signal);
  }

  async #holds(argv: readonly string[], signal: AbortSignal | undefined): Promise<boolean> {
    return (await this.#exec.run(argv, {}, signal)).code === 0;
  }
}

/** Whether the connection is fine and only the socket can't be had. */
function isAboutSocket({ reason, details }: TransportError): boolean {
  const aboutChannel = ['forwardingDenied', 'refused', 'failed', 'unreachable'].includes(reason);
  return aboutChannel && details.endpoint !== undefined;
}
