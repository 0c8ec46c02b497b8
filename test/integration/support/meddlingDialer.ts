import type { ByteChannel, Dialer, Endpoint } from '../../../src/contracts/channel';
import { HANDSHAKE } from '../../../src/jdwp/handshake';
import type { Event } from '../../../src/util/emitter';
import { TcpDialer } from '../../../src/transport/tcp';

/** Command set and command of a packet (JDWP header: length 4, id 4, flags 1, set 1, command 1). */
export interface SentCommand {
  readonly set: number;
  readonly command: number;
}

/** A connection to a real JVM that a test can hold up and cut. */
export class MeddlingDialer implements Dialer {
  readonly #dialer = new TcpDialer();
  readonly channels: MeddlingChannel[] = [];
  /** Called for each command before it is sent. */
  onCommand: (command: SentCommand, channel: MeddlingChannel) => void = () => undefined;

  async dial(endpoint: Endpoint, signal?: AbortSignal): Promise<ByteChannel> {
    const channel = new MeddlingChannel(await this.#dialer.dial(endpoint, signal), (command) =>
      this.onCommand(command, channel),
    );
    this.channels.push(channel);
    return channel;
  }

  get last(): MeddlingChannel {
    return this.channels.at(-1)!;
  }
}

export class MeddlingChannel implements ByteChannel {
  readonly #channel: ByteChannel;
  readonly #onCommand: (command: SentCommand) => void;
  #held: Uint8Array[] | undefined;
  #spoiled: readonly [find: Buffer, by: Buffer] | undefined;
  /** Sent, but not whole packets yet. */
  #sent: Buffer = Buffer.alloc(0);
  readonly peer: string;
  readonly onData: ByteChannel['onData'];
  readonly onEnd: Event<{ readonly error?: Error }>;

  constructor(channel: ByteChannel, onCommand: (command: SentCommand) => void) {
    this.#channel = channel;
    this.#onCommand = onCommand;
    this.peer = channel.peer;
    this.onData = channel.onData;
    this.onEnd = channel.onEnd;
  }

  write(...chunks: Uint8Array[]): void {
    this.#sent = Buffer.concat([this.#sent, ...chunks]);
    for (let length; (length = this.#packetLength()) <= this.#sent.length;) {
      const [set, command] = this.#sent.subarray(9, 11);
      if (!this.#sent.subarray(0, length).equals(HANDSHAKE))
        this.#onCommand({ set: set!, command: command! });
      this.#sent = this.#sent.subarray(length);
    }
    const sent = this.#spoil(chunks);
    if (this.#held) this.#held.push(...sent);
    else this.#channel.write(...sent);
  }

  /** Of the first packet not yet looked at; more than there is when its header is not whole. */
  #packetLength(): number {
    if (this.#sent.length < 11) return Infinity;
    return this.#sent.subarray(0, HANDSHAKE.length).equals(HANDSHAKE)
      ? HANDSHAKE.length
      : this.#sent.readUInt32BE(0);
  }

  /** Writes other bytes, as many, in place of the first ones like these. */
  replaceNext(find: Buffer, by: Buffer): void {
    this.#spoiled = [find, by];
  }

  #spoil(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
    if (!this.#spoiled) return chunks;
    const [find, by] = this.#spoiled;
    const all = Buffer.concat(chunks);
    const at = all.indexOf(find);
    if (at < 0) return chunks;
    this.#spoiled = undefined;
    by.copy(all, at);
    return [all];
  }

  /** Keeps back what is written from now on. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#channel.write(...held);
  }

  /** Ends the connection as a broken network would; what was written before may still arrive. */
  cut(): void {
    this.#channel.dispose();
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
