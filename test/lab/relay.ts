import { once } from 'node:events';
import * as net from 'node:net';

/**
 * A relay between a client and a server on this machine that can misbehave as a network does: cut all connections,
 * refuse new ones, swallow what is sent, and take time.
 */
export class Relay {
  readonly #server: net.Server;
  readonly #target: number;
  readonly #sockets = new Set<net.Socket>();
  readonly #clients = new Set<net.Socket>();
  #port = 0;
  #stalled = false;
  /** One-way delay of each chunk, in both directions. */
  delayMs = 0;
  /** Rest after each chunk, in both directions: a slow line. */
  restMs = 0;

  constructor(target: number) {
    this.#target = target;
    this.#server = net.createServer({ allowHalfOpen: true }, (client) => this.#relay(client));
  }

  static async to(target: number): Promise<Relay> {
    const relay = new Relay(target);
    await relay.restore();
    return relay;
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves when no client is connected any more. */
  async deserted(): Promise<void> {
    while (this.#clients.size > 0) await once(this.#server, 'deserted');
  }

  /** Resets all connections and refuses new ones. */
  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // Node.js never closes one that is reset while it ends, and goes on for ever.
    for (const socket of this.#sockets)
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    await closed;
  }

  /** Ends the direction towards the clients in order; the other stays open. */
  endTowardsClients(): void {
    for (const client of this.#clients) client.end();
  }

  /** Listens again, on the port it had. */
  async restore(): Promise<void> {
    this.#stalled = false;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => resolve());
    });
    this.#port = (this.#server.address() as net.AddressInfo).port;
  }

  /** Forwards nothing more on any connection, without closing one: a network that drops packets. */
  stall(): void {
    this.#stalled = true;
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.cut();
  }

  #relay(client: net.Socket): void {
    const server = net.connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    this.#clients.add(client);
    client.on('end', () => client.end());
    client.on('close', () => {
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#server.emit('deserted');
    });
    this.#pass(client, server);
    this.#pass(server, client);
  }

  #pass(from: net.Socket, to: net.Socket): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      if (this.#stalled) return;
      if (this.restMs > 0) {
        from.pause();
        setTimeout(() => from.resume(), this.restMs);
      }
      if (this.delayMs === 0) to.write(chunk);
      else setTimeout(() => to.write(chunk), this.delayMs);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!this.#stalled) setTimeout(() => to.destroy(), this.delayMs);
    });
  }
}
