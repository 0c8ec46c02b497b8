import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type * as net from 'node:net';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import type { LabKey } from './lab';

/** How the server answers a request to log in; reject with what it would take. */
export type Doorkeeper = (context: AuthContext) => void;

/** An SSH server in this process, for what a real one needs an account database to do. It runs no commands. */
export class ScriptedServer {
  readonly #server: ssh2.Server;
  readonly #connections = new Set<Connection>();
  /** Methods that clients tried, in order, over all connections. */
  readonly tried: string[] = [];

  private constructor(hostKey: Buffer, doorkeeper: Doorkeeper) {
    this.#server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      this.#connections.add(client);
      client.on('close', () => this.#connections.delete(client));
      client.on('error', () => undefined);
      client.on('authentication', (context) => {
        this.tried.push(context.method);
        doorkeeper(context);
      });
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          // All in one go, as it may come from a busy machine.
          const { _sock: socket } = client as unknown as { readonly _sock: net.Socket };
          socket.cork();
          const stream = acceptExec();
          stream.write(command);
          stream.exit(0);
          stream.end();
          setImmediate(() => socket.uncork());
        });
      });
    });
  }

  static async start(hostKey: LabKey, doorkeeper: Doorkeeper): Promise<ScriptedServer> {
    const server = new ScriptedServer(await readFile(hostKey.file), doorkeeper);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', () => resolve()));
    return server;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Ends all connections; resolves when they are gone. */
  async hangUp(): Promise<void> {
    const gone = [...this.#connections].map((connection) => once(connection, 'close'));
    for (const connection of this.#connections) connection.end();
    await Promise.all(gone);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.end();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
