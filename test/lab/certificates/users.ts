import { readFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as tls from 'node:tls';

/** What users saw. */
export interface Seen {
  readonly sent: number;
  readonly lost: readonly string[];
  /** The end of each certificate they were shown, in the order of their first sight. */
  readonly fingerprints: readonly string[];
}

/** Users who ask servers over TLS all the time, each time anew, and trust one authority and one name. */
export class TlsUsers {
  readonly #seen = { sent: 0, lost: [] as string[], fingerprints: new Set<string>() };
  readonly #all: Promise<void>[];
  #go = true;

  private constructor(ports: readonly number[], ca: Buffer, servername: string) {
    this.#all = ports.flatMap((port) => [0, 1, 2].map(() => this.#live({ port, ca, servername })));
  }

  static async come(
    ports: readonly number[],
    root: string,
    servername = 'www.example.com',
  ): Promise<TlsUsers> {
    return new TlsUsers(ports, await readFile(root), servername);
  }

  async leave(): Promise<Seen> {
    this.#go = false;
    await Promise.all(this.#all);
    return { ...this.#seen, fingerprints: [...this.#seen.fingerprints] };
  }

  async #live(options: tls.ConnectionOptions): Promise<void> {
    while (this.#go) {
      this.#seen.sent++;
      try {
        this.#seen.fingerprints.add(await ask(options));
      } catch (error) {
        this.#seen.lost.push(String(error));
      }
    }
  }
}

/** The fingerprint of what answered with a page. */
function ask(options: tls.ConnectionOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ ...options, host: '127.0.0.1' });
    const request = http.get(
      { host: 'www.example.com', createConnection: () => socket, timeout: 10_000 },
      (response) => {
        const { fingerprint256 } = socket.getPeerCertificate();
        response.resume().on('error', reject);
        response.on('end', () => {
          socket.destroy();
          if ((response.statusCode ?? 0) < 500 && response.complete)
            resolve(fingerprint256.replaceAll(':', '').toLowerCase());
          else reject(new Error(`status ${response.statusCode ?? 0}`));
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}
