import net from 'node:net';

/** Asks the keeper to serve a listening socket of the parent, which comes with the message. */
export interface ForwardRequest {
  readonly id: number;
  /** An endpoint in the lab's network. */
  readonly host: string;
  readonly port: number;
}

/** The keeper's only kind of message: it is up (0), or serves the socket of that request. */
export interface KeeperReply {
  readonly id: number;
}

/**
 * The first program in the lab's namespaces. All else there ends with it, and it ends when the process that started
 * the lab does, however that ended: nothing of the lab outlives the process that wanted it.
 *
 * A socket belongs to the network it was made in, also in another process. So a listening socket of the machine's own
 * loopback, handed over by the parent, lets connections into the lab without a cable between the two networks.
 */
function main(): void {
  const reply = (message: KeeperReply): void => {
    process.send!(message);
  };
  process.once('disconnect', () => process.exit(0));
  process.on('message', (request: ForwardRequest, server: net.Server) => {
    server.on('connection', (client) => forward(client, request));
    reply({ id: request.id });
  });
  reply({ id: 0 });
}

/** Joins a client with an endpoint; ends and resets pass, as if there was nothing in between. */
function forward(client: net.Socket, { host, port }: ForwardRequest): void {
  client.allowHalfOpen = true;
  const upstream = net.connect({ host, port, allowHalfOpen: true, noDelay: true });
  client.setNoDelay(true);
  join(client, upstream);
  join(upstream, client);
}

function join(from: net.Socket, to: net.Socket): void {
  from.pipe(to);
  // Refused, reset, or no route: the other side is told as plainly as TCP can.
  from.on('error', () => to.resetAndDestroy());
  from.on('close', () => to.destroySoon());
}

main();
