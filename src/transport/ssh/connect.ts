import type { Duplex } from 'node:stream';
import type { Client, ConnectConfig } from 'ssh2';
import type { Log } from '../../contracts/log';
import { decliningPrompter, type Prompter } from '../../contracts/prompter';
import { TransportError } from '../../contracts/transportError';
import { abortable, Deferred, type SerialQueue } from '../../util/async';
import { AbortedError, toError } from '../../util/errors';
import { transportError } from '../socket';
import { algorithmsFor, keyTypesOf, type OfferedAlgorithms } from './algorithms';
import { Authentication } from './authentication';
import type { SshEnvironment } from './environment';
import { formatAddress } from './hostSpec';
import type { HostKeys } from './hostKeys';
import { identitiesFor } from './identities';
import { Interview } from './interview';
import { Patience } from './patience';
import type { SshHop } from './route';
import { loadSsh2 } from './ssh2';

/** What connects share. */
export interface ConnectServices {
  readonly environment: SshEnvironment;
  readonly hostKeys: HostKeys;
  readonly prompter: Prompter;
  /** Lets questions through one at a time. */
  readonly questions: SerialQueue;
  readonly log: Log;
  /** For a server to let us in, without the time a person takes; the configuration's ConnectTimeout comes first. */
  readonly connectTimeoutMs: number;
  /** Where the configuration says nothing about ServerAliveInterval and ServerAliveCountMax. */
  readonly keepAlive: KeepAlive;
}

/** A silent peer counts as gone after `intervalMs` * (`count` + 1). */
export interface KeepAlive {
  readonly intervalMs: number;
  readonly count: number;
}

/** An authenticated client and the stream it talks through. */
export interface ConnectedClient {
  readonly client: Client;
  readonly socket: Duplex;
}

/** The server hung up while a person was being asked; internal, never leaves this file. */
class LostWhileAsking extends Error {}

const MAX_ATTEMPTS = 3;

/**
 * Connects and authenticates one hop over a stream from `openSocket`. Rejects with `TransportError` or
 * `AbortedError`, with nothing left open. When the server hangs up during a question it is tried again with the
 * answer.
 */
export async function connectHop(
  hop: SshHop,
  openSocket: () => Promise<Duplex>,
  services: ConnectServices,
  signal: AbortSignal,
): Promise<ConnectedClient> {
  const prompter = hop.settings.batch ? decliningPrompter : services.prompter;
  const interview = new Interview(prompter, services.questions, signal);
  for (let attempt = 1; ; attempt++) {
    const trial = new ConnectTrial(hop, interview, services);
    try {
      return await trial.run(openSocket, signal);
    } catch (error) {
      if (!(error instanceof LostWhileAsking) || attempt === MAX_ATTEMPTS) throw typed(error, hop.name);
      services.log.debug(`ssh: ${hop.name}: the server hung up during a question; trying again`);
      await abortable(interview.settled(), signal, `connect to ${hop.name}`);
    }
  }
}

/** One try: handshake, host key, authentication. */
class ConnectTrial {
  readonly #hop: SshHop;
  readonly #interview: Interview;
  readonly #services: ConnectServices;
  readonly #ready = new Deferred<void>();
  /** The host key was proven; from here on the server judges us. */
  #authenticating = false;
  #acceptedKey: Buffer | undefined;
  #recorded: Promise<void> | undefined;

  constructor(hop: SshHop, interview: Interview, services: ConnectServices) {
    this.#hop = hop;
    this.#interview = interview;
    this.#services = services;
  }

  async run(openSocket: () => Promise<Duplex>, signal: AbortSignal): Promise<ConnectedClient> {
    const { settings, name } = this.#hop;
    const types = await this.#services.hostKeys.typesFor(this.#hop);
    const algorithms = algorithmsFor(settings, types);
    const { Client } = await loadSsh2();
    const socket = await openSocket();
    const client = new Client();
    const timeoutMs = settings.connectTimeoutMs ?? this.#services.connectTimeoutMs;
    const patience = new Patience(timeoutMs, () =>
      this.#fail(new TransportError('timeout', `${name} is silent`, { host: name, ms: timeoutMs })),
    );
    this.#interview.onChange = (waiting) => (waiting ? patience.pause() : patience.resume());
    try {
      this.#listen(client);
      client.connect(this.#config(socket, algorithms));
      await abortable(this.#ready.promise, signal, `connect to ${name}`);
      await this.#recorded;
      return { client, socket };
    } catch (error) {
      discard({ client, socket });
      throw error;
    } finally {
      this.#interview.onChange = () => undefined;
      patience.dispose();
      client.removeAllListeners();
      // Whoever takes over listens for errors itself; a late one must not end the process.
      client.on('error', () => undefined);
    }
  }

  #config(sock: Duplex, algorithms: OfferedAlgorithms): ConnectConfig {
    const { settings } = this.#hop;
    const { keepAlive } = this.#services;
    const keyTypes = keyTypesOf(algorithms.serverHostKey);
    const authentication = this.#authentication();
    return {
      sock: sock,
      username: settings.user,
      algorithms: algorithms as NonNullable<ConnectConfig['algorithms']>,
      // Ours, since the time for questions must not count.
      readyTimeout: 0,
      keepaliveInterval: settings.keepAliveIntervalMs ?? keepAlive.intervalMs,
      keepaliveCountMax: settings.keepAliveCount ?? keepAlive.count,
      hostVerifier: (key: Buffer, verify: (trusted: boolean) => void) => {
        this.#verify(Buffer.from(key), keyTypes, verify);
      },
      authHandler: (left, _partial, next) => {
        authentication.next(left as readonly string[] | null).then(
          (method) => {
            if (method === false) this.#fail(this.#refused(authentication));
            else next(method);
          },
          (error: unknown) => this.#fail(error),
        );
      },
    };
  }

  #authentication(): Authentication {
    const { settings } = this.#hop;
    const { environment, log } = this.#services;
    const account = formatAddress({ user: settings.user, host: settings.hostName, port: settings.port });
    const askPassphrase = async (file: string, attempt: number): Promise<string | undefined> => {
      const key = `ssh-passphrase:${file}`;
      const question = { kind: 'passphrase', key, account, file, echo: false, attempt } as const;
      const answer = await this.#interview.secret(question);
      authentication.declined ||= answer === undefined;
      return answer;
    };
    const identities = identitiesFor(settings, environment.platform, askPassphrase, log);
    const authentication: Authentication = new Authentication(
      settings,
      account,
      identities,
      this.#interview,
      log,
    );
    return authentication;
  }

  #verify(key: Buffer, keyTypes: readonly string[], verify: (trusted: boolean) => void): void {
    // Keys are exchanged again now and then; the server's own must stay the same.
    if (this.#acceptedKey) {
      verify(this.#acceptedKey.equals(key));
      return;
    }
    this.#services.hostKeys.verify(this.#hop, key, keyTypes, this.#interview).then(
      () => {
        this.#acceptedKey = key;
        verify(true);
      },
      (error: unknown) => {
        this.#fail(error);
        verify(false);
      },
    );
  }

  #listen(client: Client): void {
    const { name } = this.#hop;
    client.on('handshake', () => {
      this.#authenticating = true;
      if (this.#acceptedKey) this.#recorded = this.#services.hostKeys.record(this.#hop, this.#acceptedKey);
    });
    client.on('ready', () => this.#ready.resolve());
    client.on('error', (error) => {
      const { level, code } = error as Error & { level?: string; code?: unknown };
      // A key that couldn't sign; the next one follows.
      if (level === 'agent') this.#services.log.debug(`ssh: ${name}: ${error.message}`);
      else if (level === 'client-socket') this.#lost(transportError(error, name));
      // The server said why it hangs up (RFC 4253 section 11.1).
      else if (typeof code === 'number')
        this.#lost(
          new TransportError(this.#authenticating ? 'auth' : 'failed', `${name}: ${error.message}`, {
            host: name,
            text: error.message,
          }),
        );
      else if (level === 'handshake')
        this.#fail(new TransportError('failed', `${name}: ${error.message}`, { host: name, level }, error));
      else this.#lost(new TransportError('reset', `${name}: ${error.message}`, { host: name }, error));
    });
    const hungUp = (): void => this.#lost(new TransportError('reset', `${name} hung up`, { host: name }));
    // Behind a jump host the close may wait for our own end.
    client.on('end', hungUp);
    client.on('close', hungUp);
  }

  #fail(error: unknown): void {
    this.#ready.reject(error);
  }

  #lost(error: TransportError): void {
    this.#fail(this.#interview.isOpen ? new LostWhileAsking(error.message, { cause: error }) : error);
  }

  #refused({ accepted, declined }: Authentication): TransportError {
    const { name, settings } = this.#hop;
    return new TransportError('auth', `${name} lets nobody in as ${settings.user} by any means there is`, {
      host: name,
      user: settings.user,
      methods: accepted.join(','),
      declined,
    });
  }
}

/** What leaves this file: typed, whatever ssh2 or the prompter threw. */
function typed(error: unknown, host: string): Error {
  const cause = error instanceof LostWhileAsking ? error.cause : error;
  if (cause instanceof TransportError || cause instanceof AbortedError) return cause;
  const { message } = toError(cause);
  return new TransportError('failed', `${host}: ${message}`, { host }, cause);
}

/** Says goodbye and closes, without waiting for the other side. */
export function discard({ client, socket }: ConnectedClient): void {
  client.end();
  socket.destroy();
}
