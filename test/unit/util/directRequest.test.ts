import assert from 'node:assert/strict';
import * as http from 'node:http';
import * as https from 'node:https';
import { createRequire } from 'node:module';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { directRequest } from '../../../src/util/directRequest';

describe('a direct request', () => {
  let server: http.Server;
  let url: URL;
  /** Ports that the requests came from. */
  const ports: (number | undefined)[] = [];
  before(async () => {
    server = http.createServer((request, response) => {
      ports.push(request.socket.remotePort);
      response.end(`${request.method} ${request.url}`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`);
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => ports.splice(0));

  async function ask(options: http.RequestOptions, to = url): Promise<string> {
    const request = directRequest(to, options);
    request.end();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return (await response.setEncoding('utf8').toArray()).join('');
  }

  it('does not go through who replaced the functions of Node.js', async () => {
    // The module itself, not what an import makes of it.
    const replaced = createRequire(__filename)('node:http') as { request: unknown };
    const { request } = replaced;
    replaced.request = () => assert.fail('it went through');
    try {
      assert.equal(await ask({ agent: false }), 'GET /a?b=c');
    } finally {
      replaced.request = request;
    }
  });

  it('uses the connection that is handed in, and the agent', async () => {
    const socket = connect(Number(url.port), '127.0.0.1');
    await once(socket, 'connect');
    assert.equal(await ask({ method: 'POST', createConnection: () => socket }), 'POST /a?b=c');
    assert.deepEqual(ports, [socket.localPort]);
    const agent = new http.Agent({ keepAlive: true });
    await ask({ agent });
    await ask({ agent });
    agent.destroy();
    assert.equal(ports[1], ports[2]);
  });

  for (const [name, options] of [
    ['without an agent', { agent: false }],
    ['with an agent', { agent: new https.Agent() }],
  ] as const)
    it(`speaks TLS to https, ${name}`, async () => {
      const secure = new URL(url.href.replace('http:', 'https:'));
      await assert.rejects(ask(options, secure), { code: 'EPROTO' });
    });
});
