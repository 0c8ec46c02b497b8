import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { Deferred } from '../../../src/util/async';
import type { Endpoint } from '../../../src/contracts/channel';
import type { Jdk } from './jdks';

/** Relative path (`demo/Foo.java`) -> source. */
export type JavaSources = Readonly<Record<string, string>>;

/** A folder that `remove` deletes. */
export interface TemporaryFolder {
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

export async function temporaryFolder(prefix = 'swapdeck-'): Promise<TemporaryFolder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), prefix));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Compiles sources with the JDK's javac (`-g`) into `folder/classes` and returns that folder. */
export async function compileJava(
  jdk: Jdk,
  folder: string,
  sources: JavaSources,
  options: { readonly classes?: string; readonly args?: readonly string[] } = {},
): Promise<string> {
  const classes = path.join(folder, options.classes ?? 'classes');
  const sourceRoot = path.join(folder, `${options.classes ?? 'classes'}-src`);
  await mkdir(classes, { recursive: true });
  const files: string[] = [];
  for (const [name, text] of Object.entries(sources)) {
    const file = path.join(sourceRoot, ...name.split('/'));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    files.push(file);
  }
  // An argument file: the list may be longer than a command line.
  const list = path.join(sourceRoot, 'files.txt');
  await writeFile(list, files.map((file) => `"${file.replaceAll('\\', '/')}"`).join('\n'));
  const args = ['-g', '-proc:none', '-encoding', 'UTF-8', '-d', classes, ...(options.args ?? []), `@${list}`];
  await promisify(execFile)(jdk.javac, args, { maxBuffer: 64 * 1024 * 1024 });
  return classes;
}

/** A port nothing listened on a moment ago. A JVM told to choose one itself changes it at every detach. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as net.AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

export interface JavaOptions {
  readonly classPath: readonly string[];
  readonly mainClass: string;
  readonly args?: readonly string[];
  readonly vmArgs?: readonly string[];
  /** Where to listen; a free port unless given. */
  readonly port?: number;
  /** Wait for the debugger before `main`. */
  readonly suspend?: boolean;
  /** Listen for a debugger; true unless given. */
  readonly jdwp?: boolean;
  /** Resolve when the program printed this line; else when the JVM listens. */
  readonly readyLine?: string;
}

/** A running JVM of a test. */
export class JavaProcess {
  readonly endpoint: Endpoint;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #rest = '';
  #errors = '';
  readonly #waiting = new Set<() => void>();
  readonly exited: Promise<number | null>;
  #hasExited = false;

  constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.endpoint = { host: '127.0.0.1', port };
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split(/\r?\n/);
      this.#rest = lines.pop()!;
      this.#lines.push(...lines);
      this.#wake();
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.exited = new Promise((resolve) => {
      child.once('close', (code) => {
        this.#hasExited = true;
        this.#wake();
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The next line of standard output that matches, among those not yet returned; rejects when the JVM exits first. */
  async line(pattern: RegExp | string): Promise<string> {
    for (;;) {
      const at = this.#lines.findIndex((line) =>
        typeof pattern === 'string' ? line === pattern : pattern.test(line),
      );
      if (at >= 0) {
        const [found] = this.#lines.splice(0, at + 1).slice(-1);
        return found!;
      }
      if (this.#hasExited)
        throw new Error(
          `the JVM exited before ${String(pattern)}:\n${this.#lines.join('\n')}\n${this.#errors}`,
        );
      const woken = new Deferred<void>();
      const wake = (): void => woken.resolve();
      this.#waiting.add(wake);
      await woken.promise;
      this.#waiting.delete(wake);
    }
  }

  /** Writes a line to standard input. */
  tell(command: string): void {
    this.#child.stdin!.write(`${command}\n`);
  }

  /** Writes a line and returns the next line of output: for programs that answer each with one. */
  async ask(command: string): Promise<string> {
    this.#lines.length = 0;
    this.tell(command);
    return this.line(/./);
  }

  /** Ends the JVM at once and waits until it is gone. */
  async stop(): Promise<void> {
    if (!this.#hasExited) this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Suspends and resumes the whole process (not on Windows). */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.#child.kill(name);
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** Starts a JVM that listens for a debugger on a free loopback port; resolves when it does, or printed `readyLine`. */
export async function startJava(jdk: Jdk, options: JavaOptions): Promise<JavaProcess> {
  const port = options.port ?? (await freePort());
  const agent = `-agentlib:jdwp=transport=dt_socket,server=y,suspend=${options.suspend ? 'y' : 'n'},address=127.0.0.1:${port}`;
  const args = [
    ...(options.jdwp === false ? [] : [agent]),
    ...(options.vmArgs ?? []),
    '-cp',
    options.classPath.join(path.delimiter),
    options.mainClass,
    ...(options.args ?? []),
  ];
  const child = spawn(jdk.java, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const jvm = new JavaProcess(child, port);
  try {
    if (options.jdwp !== false) await jvm.line(/^Listening for transport dt_socket/);
    if (options.readyLine !== undefined) await jvm.line(options.readyLine);
    return jvm;
  } catch (error) {
    await jvm.stop();
    throw error;
  }
}
