import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Disposable } from '../../../src/util/disposables';

export interface ProxyBackend {
  readonly host: string;
  readonly port: string;
  readonly weight: number;
  readonly target: string;
}

/**
 * A small reverse proxy whose backends are switched while requests flow. `GET` and `PUT /routes` on its own port;
 * `GET /in-flight/HOST:PORT` counts requests under way. Requests that came before a change end where they began.
 */
export class SwitchingProxy implements Disposable {
  readonly #users = http.createServer((request, response) => this.#forward(request, response));
  readonly #admin = http.createServer((request, response) => void this.#manage(request, response));
  readonly #credit = new Map<string, number>();
  readonly #flying = new Map<string, number>();
  #backends: readonly ProxyBackend[] = [];
  /** Reports success and changes nothing, as a router with a broken reload does. */
  stubborn = false;

  static async start(): Promise<SwitchingProxy> {
    const proxy = new SwitchingProxy();
    for (const server of [proxy.#users, proxy.#admin]) {
      server.keepAliveTimeout = 60_000;
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#users.address() as AddressInfo).port}/`;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${(this.#admin.address() as AddressInfo).port}`;
  }

  dispose(): void {
    for (const server of [this.#users, this.#admin]) {
      server.close();
      server.closeAllConnections();
    }
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    const backend = this.#choose();
    if (!backend) {
      response.statusCode = 503;
      response.end('no backend');
      return;
    }
    const key = `${backend.host}:${backend.port}`;
    this.#count(key, 1);
    response.on('close', () => this.#count(key, -1));
    const onward = http.request(
      { host: backend.host, port: backend.port, path: request.url, method: request.method, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, {
          'x-release': String(answer.headers['x-release']),
        });
        answer.pipe(response);
      },
    );
    onward.on('error', () => {
      if (!response.headersSent) response.statusCode = 502;
      response.end();
    });
    request.pipe(onward);
  }

  /** Smooth weighted round robin. */
  #choose(): ProxyBackend | undefined {
    const total = this.#backends.reduce((sum, { weight }) => sum + weight, 0);
    let best: ProxyBackend | undefined;
    let most = -Infinity;
    for (const backend of this.#backends.filter(({ weight }) => weight > 0)) {
      const key = `${backend.host}:${backend.port}`;
      const credit = (this.#credit.get(key) ?? 0) + backend.weight;
      this.#credit.set(key, credit);
      if (credit > most) [best, most] = [backend, credit];
    }
    if (best) this.#credit.set(`${best.host}:${best.port}`, most - total);
    return best;
  }

  #count(key: string, by: number): void {
    this.#flying.set(key, (this.#flying.get(key) ?? 0) + by);
  }

  async #manage(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { url = '', method } = request;
    if (method === 'PUT') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const wanted = JSON.parse(Buffer.concat(chunks).toString()) as ProxyBackend[];
      if (!this.stubborn) this.#backends = wanted;
      response.end('[]');
    } else if (url.startsWith('/in-flight/'))
      response.end(String(this.#flying.get(url.slice('/in-flight/'.length)) ?? 0));
    else response.end(JSON.stringify(this.#backends));
  }
}
