// Listens on loopback ports of the network it is in and hands them to its parent.
import net from 'node:net';

process.on('message', () => {
  const server = net.createServer();
  server.listen(0, '127.0.0.1', () => process.send('listening', server, () => server.close()));
});
process.on('disconnect', () => process.exit());
