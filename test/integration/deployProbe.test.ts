import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { systemClock } from '../../src/contracts/clock';
import type { ProbePlan } from '../../src/contracts/deploy';
import { DeployError } from '../../src/contracts/deployError';
import { Probe, watchPerformer } from '../../src/deploy/probe';

/** A server that answers as it is told, and keeps count of its connections. */
class Server {
  readonly #server = http.createServer((request, response) => this.answer(request, response));
  readonly sockets: Socket[] = [];
  answer: http.RequestListener = (_request, response) => {
    response.setHeader('X-Release', 'v1');
    response.end('adara v1 build 7');
  };

  /** How long it waits for the next request of a connection. */
  keep(ms: number): void {
    this.#server.keepAliveTimeout = ms;
  }

  async start(): Promise<string> {
    this.keep(60_000);
    this.#server.on('connection', (socket) => this.sockets.push(socket));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('probe', function () {
  this.timeout(30_000);
  let server: Server;
  let plan: ProbePlan;
  beforeEach(async () => {
    server = new Server();
    plan = { url: await server.start(), everyMs: 5, recognise: { by: 'header', name: 'X-Release' } };
  });
  afterEach(() => server.stop());

  it('asks over fresh and kept connections in turn', async () => {
    const probe = new Probe(plan, systemClock);
    await probe.start();
    await until(() => probe.samplesSoFar >= 40);
    const receipt = await probe.stop();
    assert.ok(receipt);
    assert.equal(receipt.lost, 0);
    assert.deepEqual(
      receipt.releases.map(({ release, answered }) => [release, answered]),
      [['v1', receipt.sent]],
    );
    // Each fresh one is a connection of its own; the kept ones share a few.
    assert.ok(server.sockets.length >= receipt.sent / 2);
    assert.ok(server.sockets.length < receipt.sent / 2 + 12, `${server.sockets.length} of ${receipt.sent}`);
  });

  it('ends a connection that it keeps before the server says it would, so that no request meets that', async () => {
    server.keep(2000);
    const { answer } = server;
    const kept: Socket[] = [];
    server.answer = (request, response) => {
      if (request.headers.connection === 'keep-alive') kept.push(request.socket);
      answer(request, response);
    };
    const probe = new Probe({ ...plan, everyMs: 60_000 }, systemClock);
    await probe.start();
    const [socket] = kept;
    assert.ok(socket && kept.length === 1);
    const by = (who: string, event: string): Promise<string> => once(socket, event).then(() => who);
    assert.equal(await Promise.race([by('probe', 'end'), by('server', 'close')]), 'probe');
    await probe.stop();
  });

  it('recognises a release by a pattern in the body', async () => {
    const probe = new Probe({ ...plan, recognise: { by: 'body', pattern: 'build (\\d+)' } }, systemClock);
    await probe.start();
    assert.equal((await probe.stop())?.releases[0]?.release, '7');
  });

  it('counts answers with 500 and more, cut and missing ones as lost, each with its reason', async () => {
    const faults: http.RequestListener[] = [
      (_request, response) => {
        response.statusCode = 503;
        response.end();
      },
      (request) => request.socket.destroy(),
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        setTimeout(() => response.socket?.destroy(), 5);
      },
      () => undefined,
    ];
    const good = server.answer;
    let asked = 0;
    server.answer = (request, response) => {
      const isFresh = request.headers.connection === 'close';
      const fault = isFresh ? faults[asked++ - 1] : undefined;
      (fault ?? good)(request, response);
    };
    const probe = new Probe({ ...plan, timeoutMs: 100 }, systemClock);
    await probe.start();
    await until(() => probe.samplesSoFar >= 20);
    const receipt = await probe.stop();
    assert.equal(receipt?.lost, 4);
    assert.equal(receipt.answered, receipt.sent - 4);
    const reasons = receipt.losses.map(({ why }) => why).sort();
    assert.equal(reasons.length, 4);
    assert.ok(reasons.includes('HTTP 503') && reasons.includes('timeout') && reasons.includes('ECONNRESET'));
  });

  it('makes a request again whose kept connection was closed before the answer, and says so', async () => {
    const good = server.answer;
    const served = new Set<Socket>();
    let faults = 0;
    server.answer = (request, response) => {
      const isReused = served.has(request.socket);
      served.add(request.socket);
      if (!isReused || faults === 3) {
        good(request, response);
        return;
      }
      if (++faults < 3) return void request.socket.destroy();
      // Nobody makes a request again that is answered by half.
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => response.socket?.destroy(), 5);
    };
    const probe = new Probe(plan, systemClock);
    await probe.start();
    await until(() => faults === 3 && probe.samplesSoFar >= 20);
    const receipt = await probe.stop();
    assert.equal(receipt?.repeated, 2);
    assert.equal(receipt.lost, 1);
    assert.equal(receipt.lostKept, 1);
    assert.equal(receipt.answered, receipt.sent - 1);
  });

  it('waits for the answers still to come before it counts, and leaves no connection behind', async () => {
    server.answer = (_request, response) => void setTimeout(() => response.end('late'), 100);
    const probe = new Probe(plan, systemClock);
    await probe.start();
    await until(() => server.sockets.length > 6);
    const receipt = await probe.stop();
    assert.equal(receipt?.answered, receipt?.sent);
    await until(() => server.sockets.every((socket) => socket.closed));
  });

  it('was never started: there is no receipt', async () =>
    assert.equal(await new Probe(plan, systemClock).stop(), undefined));

  it('tells as soon as a limit of the plan is passed', async () => {
    const probe = new Probe({ ...plan, limits: { errorsPercent: 10 } }, systemClock);
    await probe.start();
    await until(() => probe.samplesSoFar > 20);
    assert.equal(probe.breach.aborted, false);
    server.answer = (_request, response) => {
      response.statusCode = 500;
      response.end();
    };
    await once(probe.breach, 'abort');
    assert.ok(probe.breach.reason instanceof DeployError);
    assert.equal(probe.breach.reason.details.limit, 'errorsPercent');
    await probe.stop();
  });

  it('watches one release for as long as it should, and fails early when it does badly', async () => {
    const watch = (limits = {}): ReturnType<ReturnType<typeof watchPerformer>> =>
      watchPerformer(probe)(
        { via: 'watch', durationMs: 400, limits, release: 'v1' },
        { progress: () => undefined },
      );
    const probe = new Probe(plan, systemClock);
    await probe.start();
    const begun = performance.now();
    const answer = await watch({ errorsPercent: 1 });
    assert.ok(performance.now() - begun >= 390);
    assert.equal(answer.lost, 0);
    assert.ok((answer.sent as number) > 10);
    server.answer = (request) => request.socket.destroy();
    await assert.rejects(watch({ errorsPercent: 1 }), { reason: 'limit' });
    await probe.stop();
  });
});
