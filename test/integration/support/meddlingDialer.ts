import type { ByteChannel, Dialer, Endpoint } from '../../../src/contracts/channel';
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
    const [head] = chunks;
    if (head && head.length >= 11 && head[8] === 0) this.#onCommand({ set: head[9]!, command: head[10]! });
    if (this.#held) this.#held.push(...chunks);
    else this.#channel.write(...chunks);
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
