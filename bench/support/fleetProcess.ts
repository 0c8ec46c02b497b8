import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { toLabels } from '../../src/targets/docker/labels';

// A fleet of hosts in one process: each an SSH server of its own on loopback, behind which an engine answers as a host
// with one release live and two kept would, and a shell runs what is asked. A description on standard input; the ports
// on standard output, as JSON, once all listen.

export interface FleetDescription {
  readonly hosts: number;
  readonly hostKey: string;
  /** In place of the folder for everybody on a host. */
  readonly shared: string;
  readonly application: string;
  readonly environment: string;
  readonly image: string;
  /** Where an engine listens that stands for this machine's. */
  readonly socket: string;
}

/** Where all hosts would keep what everybody shares; here each test has its own. */
const SHARED = '/var/lib/swapdeck';

function containers({ application, environment }: FleetDescription): object[] {
  return ['live', 'before', 'older'].map((version, age) => {
    const release = { application, version, artifact: `sha256:${version}`, configuration: 'c' };
    const marks = { environment, plan: `p${age}`, instance: `${application}-p${age}`, port: `${8080 + age}` };
    return {
      Id: version.padEnd(64, '0'),
      Names: [age === 0 ? `/${application}` : `/${application}-p${age}`],
      Image: `${application}:${version}`,
      ImageID: `sha256:${version}`,
      Created: 1_700_000_000 - age,
      State: age === 0 ? 'running' : 'exited',
      Labels: toLabels(release, marks),
    };
  });
}

/** As much of the engine's API as status and plan ask for. */
function engine(description: FleetDescription): Server {
  const all = containers(description);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://engine');
    response.setHeader('api-version', '1.41');
    response.setHeader('content-type', 'application/json');
    if (pathname === '/_ping') response.end('OK');
    else if (pathname.endsWith('/containers/json')) {
      const byName = searchParams.get('filters')?.includes('"name"') === true;
      response.end(JSON.stringify(byName ? all.slice(0, 1) : all));
    } else if (pathname.includes('/images/'))
      response.end(
        JSON.stringify({ Id: description.image, Architecture: 'amd64', Os: 'linux', RootFS: { Layers: [] } }),
      );
    else response.writeHead(404).end('{"message":"not here"}');
  };
  return createServer(answer);
}

function host(description: FleetDescription, api: Server): ssh2.Server {
  return new ssh2.Server({ hostKeys: [description.hostKey] }, (client: Connection) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => context.accept());
    client.on('openssh.streamlocal', (accept) => {
      // HTTP over a channel, as over the engine's socket.
      api.emit('connection', accept());
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        run(command, acceptExec(), description);
      });
    });
  });
}

/** The shared folder is named in the command, or in what a kept shell reads; each comes in one piece. */
function run(command: string, channel: ServerChannel, { shared }: FleetDescription): void {
  const moved = (text: string): string => text.replaceAll(SHARED, shared);
  const child = spawn('sh', ['-c', moved(command)], { stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  channel.on('data', (chunk: Buffer) => child.stdin.write(moved(chunk.toString())));
  channel.on('end', () => child.stdin.end());
  channel.on('close', () => child.stdin.end());
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('close', (code) => {
    channel.exit(code ?? 255);
    channel.end();
  });
}

async function main(): Promise<void> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  const description = JSON.parse(text) as FleetDescription;
  const ports = await Promise.all(
    Array.from({ length: description.hosts }, async () => {
      const server = host(description, engine(description));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
      return (server.address() as AddressInfo).port;
    }),
  );
  engine(description).listen(description.socket, () => console.log(JSON.stringify(ports)));
}

void main();
