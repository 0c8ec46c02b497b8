import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../scripts/support/ports';
import { stop } from '../../scripts/support/run';
import {
  apacheConfig,
  apacheEnvironment,
  balancerSite,
  haproxyConfig,
  nginxConfig,
  siteTemplate,
} from './routersConfig';
import type { RouterPrograms } from './routersInstall';

/** A release that serves on loopback; every answer names it in `X-Release`. */
export interface Backend {
  readonly release: string;
  readonly port: number;
  /** Resolves when so many slow requests have begun from now on; one unless given. */
  begun(requests?: number): Promise<void>;
  /** Answers the requests that it was told to hold. */
  letGo(): Promise<void>;
  /** Ends the process at once, whatever is in flight. */
  stop(): Promise<void>;
}

/** A running router with a configuration folder of its own. */
export interface LabRouter {
  /** The address users reach it at, without a path. */
  readonly url: string;
  readonly folder: string;
  /** The command that controls it, to which words such as `configtest` or `-t` are added. */
  readonly control: readonly string[];
  /** What it wrote to its error log. */
  errors(): Promise<string>;
  /** Tells it to read its configuration again, as an administrator would. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Real routers and services on loopback, all below one temporary folder. `close` leaves nothing. */
export class RouterLab {
  readonly folder: string;
  readonly #programs: RouterPrograms;
  readonly #running: ChildProcess[] = [];
  #serial = 0;

  constructor(programs: RouterPrograms, folder: string) {
    this.#programs = programs;
    this.folder = folder;
  }

  static async create(programs: RouterPrograms): Promise<RouterLab> {
    // Apache's and nginx's workers give up root; the folder must let them through.
    const folder = await mkdtemp(join(tmpdir(), 'swapdeck-routers-'));
    await chmod(folder, 0o755);
    return new RouterLab(programs, folder);
  }

  /** Starts a release; resolves once it serves. */
  async backend(release: string, port?: number): Promise<Backend> {
    const at = port ?? (await freePort());
    const child = spawn(process.execPath, [join(__dirname, 'routersBackend.mjs'), String(at), release], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#running.push(child);
    const lines = createInterface(child.stdout);
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${release} ended early`)));
    await Promise.race([once(lines, 'line'), ended]);
    const begun = async (requests = 1): Promise<void> =>
      new Promise((resolve) => {
        let left = requests;
        const seen = (): void => {
          if (--left > 0) return;
          lines.off('line', seen);
          resolve();
        };
        lines.on('line', seen);
      });
    const letGo = async (): Promise<void> => {
      // Kept open, it would look like one of the router's connections.
      await (await fetch(`http://127.0.0.1:${at}/let-go`, { headers: { connection: 'close' } })).text();
    };
    return { release, port: at, begun, letGo, stop: () => stop(child) };
  }

  /** Apache whose site is made from `sites/adara.conf.template`, which was filled in with the port once. */
  async apacheTemplate(port: number, template = siteTemplate): Promise<LabRouter> {
    return this.#apache(async (folder, listen) => {
      const text = template(listen);
      await writeFile(join(folder, 'sites', 'adara.conf.template'), text);
      const filled = text.replaceAll('${ADARA_PORT}', String(port));
      await writeFile(join(folder, 'sites', 'adara.conf'), filled);
    });
  }

  /** Apache with a balancer `adara` of these members; the first one gets the requests. */
  async apacheBalancer(
    ports: readonly number[],
    options: { readonly persist?: boolean } = {},
  ): Promise<LabRouter> {
    return this.#apache((folder, listen) =>
      writeFile(join(folder, 'sites', 'balancer.conf'), balancerSite(listen, ports, options)),
    );
  }

  async #apache(site: (folder: string, listen: number) => Promise<void>): Promise<LabRouter> {
    const folder = await this.#newFolder('apache', ['sites', 'run', 'lock', 'log']);
    const listen = await freePort();
    await writeFile(join(folder, 'apache2.conf'), apacheConfig(listen));
    await writeFile(join(folder, 'envvars'), apacheEnvironment(folder));
    await site(folder, listen);
    const control = ['env', `APACHE_CONFDIR=${folder}`, this.#programs.apachectl];
    // The program itself and not apachectl, so that the process to end is ours.
    const script = '. "$1/envvars"; exec "$2" -d "$1" -D FOREGROUND';
    const child = this.#start('sh', ['-c', script, 'sh', folder, this.#programs.apache2]);
    return this.#router(child, { folder, listen, control, reload: () => succeed([...control, 'graceful']) });
  }

  /** HAProxy with a backend `web`: server `s1` takes the requests, the others are in maintenance. */
  async haproxy(
    ports: readonly number[],
    stateFile = false,
  ): Promise<LabRouter & { readonly socket: string }> {
    const folder = await this.#newFolder('haproxy');
    const listen = await freePort();
    const file = join(folder, 'haproxy.cfg');
    await writeFile(file, haproxyConfig(folder, listen, ports, stateFile));
    const [socket, master] = [join(folder, 'admin.sock'), join(folder, 'master.sock')];
    const child = this.#start(this.#programs.haproxy, ['-W', '-db', '-S', master, '-f', file]);
    const control = [this.#programs.haproxy];
    const reload = async (): Promise<void> => {
      const before = await workerOf(socket);
      await askSocket(master, 'reload');
      // The new worker takes over the socket once it serves.
      while ([before, ''].includes(await workerOf(socket))) await pause();
    };
    const router = await this.#router(child, { folder, listen, control, reload });
    // The worker serves a little before the master listens to anyone.
    while ((await askSocket(master, 'show proc')) === '') await pause();
    return { ...router, socket };
  }

  /** nginx with an upstream `adara` in `conf.d/adara-upstream.conf`. */
  async nginx(port: number): Promise<LabRouter & { readonly include: string }> {
    const folder = await this.#newFolder('nginx', ['conf.d', 'temp', 'log']);
    const listen = await freePort();
    const file = join(folder, 'nginx.conf');
    const include = join(folder, 'conf.d', 'adara-upstream.conf');
    await writeFile(file, nginxConfig(folder, listen));
    await writeFile(include, `upstream adara { server 127.0.0.1:${port}; keepalive 16; }\n`);
    const control = [this.#programs.nginx, '-c', file];
    const [program = '', ...args] = control;
    const child = this.#start(program, [...args, '-g', 'daemon off;']);
    return {
      ...(await this.#router(child, {
        folder,
        listen,
        control,
        reload: () => succeed([...control, '-s', 'reload']),
      })),
      include,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((child) => stop(child)));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #newFolder(name: string, inside: readonly string[] = []): Promise<string> {
    const folder = join(this.folder, `${name}-${++this.#serial}`);
    await mkdir(folder);
    for (const each of inside) await mkdir(join(folder, each));
    return folder;
  }

  #start(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#running.push(child);
    return child;
  }

  async #router(
    child: ChildProcess,
    {
      folder,
      listen,
      control,
      reload,
    }: { folder: string; listen: number; control: string[]; reload: () => Promise<void> },
  ): Promise<LabRouter> {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await Promise.race([
      untilListening(listen),
      once(child, 'exit').then(() => Promise.reject(new Error(`${control.join(' ')} ended:\n${said}`))),
    ]);
    const errors = async (): Promise<string> =>
      said + (await readFile(join(folder, 'log', 'error.log'), 'utf8').catch(() => ''));
    return {
      url: `http://127.0.0.1:${listen}`,
      folder,
      control,
      errors,
      reload,
      stop: () => stop(child),
    };
  }
}

/** Tries until something accepts connections: the routers don't tell when they do. */
async function untilListening(port: number): Promise<void> {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await pause();
    } finally {
      socket.destroy();
    }
  }
}

async function succeed([program = '', ...args]: readonly string[]): Promise<void> {
  const [code] = (await once(spawn(program, args, { stdio: 'ignore' }), 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed (exit ${String(code)})`);
}

/** The process number of HAProxy's worker that answers; empty while none does. */
async function workerOf(socket: string): Promise<string> {
  return /^Pid: (\d+)$/m.exec(await askSocket(socket, 'show info'))?.[1] ?? '';
}

/** What a socket of HAProxy answers; empty when nobody does. */
async function askSocket(path: string, command: string): Promise<string> {
  const socket = net.connect({ path });
  // A worker that leaves may take a connection and never look at it.
  socket.setTimeout(500, () => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  try {
    await once(socket, 'connect');
    socket.write(`${command}\n`);
    await once(socket, 'close');
  } catch {
    return '';
  }
  return text;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
