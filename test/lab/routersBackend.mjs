import { createServer } from 'node:http';

// A release of a small service, in a process of its own: `node routersBackend.mjs PORT RELEASE`. Every answer names the
// release; `?ms=100` makes it slow, `?hold` waits until someone asks for `/let-go`. Prints `ready` once it listens and
// `slow` when a request of these two begins; a signal ends it at once, whatever is in flight.
const [, , port, release] = process.argv;
const held = [];
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://service');
  const answer = () => {
    response.setHeader('X-Release', release);
    if (pathname === '/health') {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ status: 'UP', release }));
    } else {
      response.end(`${release}\n`);
    }
  };
  const ms = Number(searchParams.get('ms') ?? 0);
  if (ms > 0) {
    console.log('slow');
    setTimeout(answer, ms);
  } else if (searchParams.has('hold')) {
    console.log('slow');
    held.push(answer);
  } else {
    if (pathname === '/let-go') for (const each of held.splice(0)) each();
    answer();
  }
});
// A pooled connection that this end closes first is lost by the service, not by the router that is looked at.
server.keepAliveTimeout = 120_000;
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
