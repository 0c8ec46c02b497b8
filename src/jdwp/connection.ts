import type { ByteChannel, ChannelEnd } from '../contracts/channel';
import type { Log } from '../contracts/log';
import { TransportError } from '../contracts/transportError';
import { abortable, Deferred, throwIfAborted } from '../util/async';
import { DisposableStore, type Disposable } from '../util/disposables';
import { Emitter, type Event } from '../util/emitter';
import { AbortedError, toError } from '../util/errors';
import type { Command } from './command';
import { VirtualMachine } from './commands/virtualMachine';
import { JdwpError } from './error';
import { composite, COMPOSITE_COMMAND, EVENT_COMMAND_SET, type CompositeEvent } from './events';
import { encodeCommand, PacketAssembler, type Packet } from './framing';
import { HANDSHAKE, HandshakeReader, PROVOCATION } from './handshake';
import { defaultIdSizes, type IdSizes } from './ids';
import { Outbox } from './outbox';
import { forCommand, malformed, PendingRequests, type RequestOptions } from './pending';
import { PacketReader } from './reader';

export type { RequestOptions } from './pending';

export interface JdwpOptions {
  /** How long the peer may take to answer the handshake; 5,000 ms unless given. */
  readonly handshakeTimeoutMs?: number;
  /** For requests that do not say otherwise; 30,000 ms unless given. `Infinity`: no limit. */
  readonly requestTimeoutMs?: number;
  /** Packets from the VM above this length end the connection; 256 MiB unless given. */
  readonly maxPacketBytes?: number;
  readonly log?: Log;
}

/** How long a silent peer is given to answer the provocation. */
const PROVOCATION_MS = 500;

/**
 * One debugger's connection to one VM. Requests are pipelined and answered in any order; each settles with its
 * reply, a `JdwpError`, or `AbortedError`. A protocol violation ends the connection, as does the end of the channel:
 * `closed` then says why, `onClose` fires once, and every request under way is rejected with the same reason.
 */
export class JdwpConnection implements Disposable {
  readonly #channel: ByteChannel;
  /** Absent rather than silent: thousands of pipelined requests should not format lines for nobody. */
  readonly #log: Log | undefined;
  readonly #requestTimeoutMs: number;
  readonly #handshakeTimeoutMs: number;
  readonly #subscriptions = new DisposableStore();
  readonly #pending = new PendingRequests();
  readonly #assembler: PacketAssembler;
  readonly #outbox: Outbox;
  readonly #handshake = new HandshakeReader();
  readonly #handshaken = new Deferred<void>();
  #phase: 'handshake' | 'provoked' | 'open' = 'handshake';
  #idSizes: IdSizes | undefined;
  /** Event packets that came before the ID sizes: with `suspend=y` the VM sends VMStart first. */
  #undecoded: (readonly Buffer[])[] = [];
  /** Events from before the first listener; undefined once there is one. */
  #held: CompositeEvent[] | undefined = [];
  #vmDeath = false;
  #closed: JdwpError | undefined;
  readonly #events = new Emitter<CompositeEvent>();
  readonly #close = new Emitter<JdwpError>();

  /** Fires once, with the reason, when the connection ended for whatever cause. */
  readonly onClose: Event<JdwpError> = this.#close.event;

  /**
   * What the VM reports, in the order it reports it. An event may arrive before the reply to the request that asked
   * for it. Events from before the first listener are kept for it.
   */
  readonly onEvent: Event<CompositeEvent> = (listener) => {
    const subscription = this.#events.event(listener);
    queueMicrotask(() => this.#releaseHeld());
    return subscription;
  };

  private constructor(channel: ByteChannel, options: JdwpOptions) {
    this.#channel = channel;
    this.#outbox = new Outbox(channel);
    this.#log = options.log;
    this.#handshakeTimeoutMs = options.handshakeTimeoutMs ?? 5000;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
    this.#assembler = new PacketAssembler(options.maxPacketBytes);
  }

  /**
   * Shakes hands and asks for the ID sizes. Takes the channel over: it is disposed with the connection, and when
   * opening fails. Rejects with `JdwpError` or `AbortedError`.
   */
  static async open(
    channel: ByteChannel,
    options: JdwpOptions = {},
    signal?: AbortSignal,
  ): Promise<JdwpConnection> {
    const connection = new JdwpConnection(channel, options);
    try {
      throwIfAborted(signal, 'JDWP handshake');
      await connection.#start(signal);
      return connection;
    } catch (error) {
      connection.dispose();
      throw error;
    }
  }

  /** What a person would call the other end. */
  get peer(): string {
    return this.#channel.peer;
  }
  get idSizes(): IdSizes {
    return this.#idSizes ?? defaultIdSizes;
  }
  /** Why the connection ended; undefined while it is open. */
  get closed(): JdwpError | undefined {
    return this.#closed;
  }
  /** Requests that wait for their reply. */
  get pendingRequests(): number {
    return this.#pending.size;
  }

  /**
   * Sends a command and decodes its reply. Large byte arrays in `args` are not copied: leave them unchanged until the
   * promise settles. Byte arrays in the reply are views of what was received. Rejects with `VmError` when the VM
   * answers with an error constant, with another `JdwpError`, or with `AbortedError`; never throws.
   */
  request<Q, R>(command: Command<Q, R>, args: Q, options: RequestOptions = {}): Promise<R> {
    return this.exchange(command, args, (body) => command.reply.read(body), options);
  }

  /** As `request`, with the caller's own decoder of the reply's body, for a reply too large to be made into objects. */
  exchange<Q, T>(
    command: Command<Q, unknown>,
    args: Q,
    decode: (body: PacketReader) => T,
    options: RequestOptions = {},
  ): Promise<T> {
    const { signal, timeoutMs = this.#requestTimeoutMs } = options;
    if (this.#closed) return Promise.reject(forCommand(this.#closed, command.name));
    if (signal?.aborted) return Promise.reject(new AbortedError(command.name, signal.reason));
    try {
      const id = this.#pending.nextId();
      const packet = encodeCommand(id, command, args, this.idSizes);
      this.#log?.trace(`jdwp ${this.peer} > ${id} ${command.name} ${packet.length} bytes`);
      const reply = this.#pending.add(id, command.name, decode, timeoutMs, signal);
      this.#outbox.send(packet);
      return reply;
    } catch (error) {
      return Promise.reject(toError(error));
    }
  }

  /** Ends the connection, after what was already requested is handed to the system; the VM then clears its event requests and resumes its threads. */
  dispose(): void {
    this.#end(new JdwpError('disposed', 'the connection was closed'));
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    this.#subscriptions.add(this.#channel.onEnd((end) => this.#ended(end)));
    this.#subscriptions.add(this.#channel.onData((chunk) => this.#receive(chunk)));
    this.#channel.write(HANDSHAKE);
    let timer = setTimeout(() => {
      timer = setTimeout(() => this.#end(silentPeer(this.#handshakeTimeoutMs)), this.#provoke());
    }, this.#handshakeTimeoutMs);
    try {
      await abortable(this.#handshaken.promise, signal, 'JDWP handshake');
    } finally {
      clearTimeout(timer);
    }
    const sizes = await this.request(VirtualMachine.IDSizes, {}, { signal });
    this.#useIdSizes({
      field: sizes.fieldIDSize,
      method: sizes.methodIDSize,
      object: sizes.objectIDSize,
      referenceType: sizes.referenceTypeIDSize,
      frame: sizes.frameIDSize,
    });
    if (this.#closed) throw this.#closed;
  }

  /**
   * A server of lines, such as an HTTP server, waits for the end of the line that the handshake began; giving it that
   * makes it say what it is. The connection is of no use afterwards, so this comes last. Returns how long to wait.
   */
  #provoke(): number {
    if (this.#handshake.started) return 0;
    this.#phase = 'provoked';
    this.#channel.write(PROVOCATION);
    return PROVOCATION_MS;
  }

  #useIdSizes(sizes: IdSizes): void {
    for (const [kind, size] of Object.entries<number>({ ...sizes })) {
      if (size < 1 || size > 8)
        throw new JdwpError('malformed', `an id of ${size} bytes`, {
          kind,
          size,
          command: 'VirtualMachine.IDSizes',
        });
    }
    this.#idSizes = sizes;
    for (const parts of this.#undecoded.splice(0)) this.#receiveEvent(parts);
  }

  #receive(chunk: Buffer): void {
    try {
      const rest = this.#phase === 'open' ? chunk : this.#receiveHandshake(chunk);
      if (rest) this.#assembler.push(rest, (packet) => this.#receivePacket(packet));
    } catch (error) {
      this.#end(error instanceof JdwpError ? error : malformed('packet', error));
    }
  }

  #receiveHandshake(chunk: Buffer): Buffer | undefined {
    const rest = this.#handshake.push(chunk);
    if (!rest) return undefined;
    if (this.#phase === 'provoked') throw silentPeer(this.#handshakeTimeoutMs);
    this.#phase = 'open';
    this.#handshaken.resolve();
    return rest;
  }

  #receivePacket(packet: Packet): void {
    if (this.#closed) return; // a listener of an event in the same chunk disposed us
    if (packet.kind === 'reply') {
      const body = new PacketReader(packet.parts, this.idSizes);
      this.#log?.trace(`jdwp ${this.peer} < ${packet.id} error ${packet.error}, ${body.length} bytes`);
      this.#pending.settle(packet.id, packet.error, body);
    } else if (packet.set === EVENT_COMMAND_SET && packet.command === COMPOSITE_COMMAND) {
      if (this.#idSizes) this.#receiveEvent(packet.parts);
      else this.#undecoded.push(packet.parts);
    } else {
      // Vendors have commands of their own; nothing of ours depends on them.
      this.#log?.debug(`jdwp ${this.peer} < unknown command ${packet.set}/${packet.command} ignored`);
    }
  }

  #receiveEvent(parts: readonly Buffer[]): void {
    const body = new PacketReader(parts, this.idSizes);
    let event: CompositeEvent;
    try {
      event = composite.read(body);
      body.end();
    } catch (error) {
      // A lost event would make everything that is kept current by events wrong without notice.
      this.#end(malformed('Event.Composite', error));
      return;
    }
    this.#log?.trace(`jdwp ${this.peer} < ${event.events.map((each) => each.kind).join(' ')}`);
    if (event.events.some((each) => each.kind === 'VMDeath')) this.#vmDeath = true;
    if (this.#held) this.#held.push(event);
    else this.#deliver(event);
  }

  #releaseHeld(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const event of held ?? []) this.#deliver(event);
  }

  #deliver(event: CompositeEvent): void {
    try {
      this.#events.fire(event);
    } catch (error) {
      this.#log?.error(`jdwp ${this.peer}: a listener of events failed`, error);
    }
  }

  #ended(end: ChannelEnd): void {
    this.#end(this.#endReason(end));
  }

  #endReason({ error }: ChannelEnd): JdwpError {
    const details = { inPacket: this.#assembler.inPacket };
    if (this.#vmDeath) return new JdwpError('vmDeath', 'the VM ended', details, error);
    if (this.#phase === 'open')
      return error
        ? new JdwpError('lost', `the connection broke: ${error.message}`, details, error)
        : new JdwpError('closed', 'the VM closed the connection', details);
    if (error && !(error instanceof TransportError && error.reason === 'reset'))
      return new JdwpError('lost', `the connection broke: ${error.message}`, details, error);
    if (this.#phase === 'handshake' && !this.#handshake.started)
      return new JdwpError('busy', 'accepted, then closed without a byte', details, error);
    return new JdwpError('handshake', 'closed in the middle of the handshake', details, error);
  }

  #end(reason: JdwpError): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#log?.debug(`jdwp ${this.peer} closed: ${reason.reason}: ${reason.message}`);
    this.#subscriptions.dispose();
    this.#outbox.flush();
    this.#channel.dispose();
    this.#handshaken.reject(reason);
    this.#pending.rejectAll(reason);
    try {
      this.#close.fire(reason);
    } catch (error) {
      this.#log?.error(`jdwp ${this.peer}: a listener of the end failed`, error);
    }
    this.#close.dispose();
    this.#events.dispose();
    this.#held = undefined;
    this.#undecoded = [];
  }
}

function silentPeer(ms: number): JdwpError {
  return new JdwpError('handshake', `no answer to the handshake in ${ms} ms`, { timeoutMs: ms });
}
