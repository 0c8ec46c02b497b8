import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import * as net from 'node:net';
import path from 'node:path';
import { freePort } from '../../../scripts/support/ports';
import { run, stop } from '../../../scripts/support/run';
import { ensurePackages, missing, MOD_JK, modJkPackages } from '../../../scripts/support/labPackages';
import { canInstallPackages, findProgram } from '../../../scripts/support/systemPackages';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { apacheConfig, apacheEnvironment } from '../routersConfig';
import { endWithThisProcess } from './ending';
import { jkSite, jkWorkers, type JkNode } from './jkConfig';
import type { TomcatNode } from './node';

/** Why there is no Apache with mod_jk; installs it where that can be done without asking. */
export async function modJkMissing(): Promise<string | undefined> {
  if (canInstallPackages()) await ensurePackages(modJkPackages);
  const left = missing(modJkPackages);
  return left.length === 0 ? undefined : `missing here: ${left.join(', ')} (on Debian they are installed)`;
}

/** A real Apache with mod_jk before the nodes: users with a session go where it is. */
export class ModJk {
  readonly url: string;
  readonly statusUrl: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #control: readonly string[];

  private constructor(folder: string, listen: number, child: ChildProcess, control: readonly string[]) {
    this.#folder = folder;
    this.#child = child;
    this.#control = control;
    this.url = `http://127.0.0.1:${listen}`;
    this.statusUrl = `${this.url}/jk-status`;
  }

  /** `nodes` by the names of the workers, which are their routes too. */
  static async start(nodes: Readonly<Record<string, TomcatNode>>): Promise<ModJk> {
    const folder = await makeTempDir('modjk');
    // Apache's workers give up root; the folder must let them through.
    await chmod(folder, 0o755);
    for (const each of ['sites', 'run', 'lock', 'log']) await mkdir(path.join(folder, each));
    const listen = await freePort();
    await writeFile(path.join(folder, 'apache2.conf'), apacheConfig(listen));
    await writeFile(path.join(folder, 'envvars'), apacheEnvironment(folder));
    await writeFile(path.join(folder, 'workers.properties'), jkWorkers(jkNodes(nodes)));
    await writeFile(path.join(folder, 'sites', 'jk.conf'), site(folder));
    const script = '. "$1/envvars"; exec "$2" -d "$1" -D FOREGROUND';
    const program = findProgram('apache2')!;
    const child = spawn('sh', ['-c', script, 'sh', folder, program], { stdio: ['ignore', 'ignore', 'pipe'] });
    endWithThisProcess(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`Apache ended:\n${said}`)));
    ended.catch(() => undefined);
    await Promise.race([listens(listen), ended]);
    const control = ['env', `APACHE_CONFDIR=${folder}`, findProgram('apachectl')!];
    return new ModJk(folder, listen, child, control);
  }

  /** What mod_jk wrote to its log. */
  log(): Promise<string> {
    return readFile(path.join(this.#folder, 'log', 'mod_jk.log'), 'utf8');
  }

  /** Reads its configuration again: what was set through the status worker is lost. */
  async restart(): Promise<void> {
    const [program = '', ...args] = this.#control;
    await run(program, [...args, 'restart']);
  }

  async dispose(): Promise<void> {
    await stop(this.#child);
    await removeDir(this.#folder);
  }
}

function jkNodes(nodes: Readonly<Record<string, TomcatNode>>): Record<string, JkNode> {
  return Object.fromEntries(
    Object.entries(nodes).map(([name, { ajpPort }]) => [name, { host: '127.0.0.1', port: ajpPort }]),
  );
}

function site(folder: string): string {
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const paths = {
    workers: at('workers.properties'),
    log: at('log', 'mod_jk.log'),
    memory: at('run', 'jk.shm'),
  };
  return `LoadModule jk_module ${MOD_JK}\n${jkSite(paths)}`;
}

/** Tries until something accepts connections: Apache does not tell when it does. */
async function listens(port: number): Promise<void> {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      socket.destroy();
    }
  }
}
