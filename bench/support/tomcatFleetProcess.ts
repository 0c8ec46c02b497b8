import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';

// Managers in one process, each on a port of its own, that answer what real ones answered once. `argv`: how many; of the
// last three one is slow, one never answers, one is something else. The ports on standard output, as JSON.

const SLOW_MS = 1200;

const folder = join(__dirname, '../../test/unit/targets/tomcat/recorded');

/** The body of a recorded answer, whose first line is its status. */
function recorded(name: string): string {
  const text = readFileSync(join(folder, `${name}.txt`), 'utf8');
  return text.slice(text.indexOf('\n') + 1);
}

const answers: Readonly<Record<string, string>> = {
  list: `OK - Listed applications for virtual host [localhost]\n${contexts().join('\n')}\n`,
  serverinfo: recorded('server'),
  vminfo: recorded('vm'),
  sslConnectorCerts: recorded('certificates'),
  sessions: recorded('sessions'),
};

/** Ten applications with an old version that still has sessions. */
function contexts(): string[] {
  return Array.from({ length: 10 }, (_, at) => {
    const version = (stamp: string, release: string): string =>
      `shop-${at}##${stamp}-${release}-aaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb`;
    const row = (sessions: number, docBase: string): string => `/shop-${at}:running:${sessions}:${docBase}`;
    return [row(3, version('261121184500', '1.1.0')), row(1, version('261121183000', '1.0.0'))];
  }).flat();
}

function manager({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const command = /\/manager\/text\/(\w+)/.exec(url)?.[1] ?? '';
  const body = answers[command];
  response.setHeader('content-type', 'text/plain;charset=utf-8');
  if (body === undefined) response.end('FAIL - Unknown command\n');
  else response.end(body);
}

const slow = (request: IncomingMessage, response: ServerResponse): void => {
  setTimeout(() => manager(request, response), SLOW_MS);
};
const hanging = (): void => undefined;
const nonsense = (_: IncomingMessage, response: ServerResponse): void => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>Welcome to our intranet</title><p>No servers here.');
};

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function main(count: number): Promise<void> {
  const kinds = [...Array.from({ length: count - 3 }, () => manager), slow, hanging, nonsense];
  process.stdout.write(`${JSON.stringify(await Promise.all(kinds.map(listen)))}\n`);
}

void main(Number(process.argv[2]));
