import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as esbuild from 'esbuild';
import type { BuiltClass } from '../../src/hotswap/model';
import { Deferred } from '../../src/util/async';
import { readAll } from '../../test/integration/support/hotswapApp';
import { compileJava, startJava, type JavaProcess } from '../../test/integration/support/javaProcess';
import type { Jdk } from '../../test/integration/support/jdks';

const vmArgs = ['-Xmx24m', '-Xshare:auto', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** Names of the classes of one save. */
const parts = ['Till', 'Shelf', 'Desk'];

function sources(version: string): Record<string, string> {
  const classes = parts.map((name): [string, string] => [
    `shop/${name}.java`,
    `package shop;
public class ${name} {
  private final int seed;
  ${name}(int seed) { this.seed = seed; }
  public String text() { return "${version}"; }
  int mix(int value) { int sum = seed; for (int i = 0; i < value; i++) sum = sum * 31 + i; return sum; }
}`,
  ]);
  const main = `package shop;
public class Main {
  static String text() { return ${parts.map((name) => `new ${name}(1).text()`).join(' + ')}; }
  public static void main(String[] args) throws Exception {
    text();
    System.out.println("ready");
    for (int c; (c = System.in.read()) >= 0; ) if (c == '\\n') { System.out.println("> " + text()); System.out.flush(); }
  }
}`;
  return { 'shop/Main.java': main, ...Object.fromEntries(classes) };
}

/** The application that the replicas run: a class root, and two versions of the classes of a save. */
export interface Application {
  readonly root: string;
  readonly versions: readonly (readonly BuiltClass[])[];
}

export async function buildApplication(jdk: Jdk, folder: string): Promise<Application> {
  const root = await compileJava(jdk, folder, sources('0'));
  const versions: BuiltClass[][] = [];
  for (const version of ['0', '1']) {
    const classes = await compileJava(jdk, folder, sources(version), { classes: `version${version}` });
    const built = (await readAll(classes)).filter(({ name }) => name !== 'shop.Main');
    versions.push(
      built.map((each) => ({ ...each, root, file: path.join(root, path.relative(classes, each.file)) })),
    );
  }
  return { root, versions };
}

/** Writes the class files of a version to the class root, as a build does. */
export async function writeVersion({ versions }: Application, version: number): Promise<void> {
  await Promise.all(versions[version]!.map(({ file, bytes }) => writeFile(file, bytes)));
}

/** A JVM with a small heap. */
export class Replica {
  readonly id: string;
  jvm: JavaProcess;
  readonly #jdk: Jdk;
  readonly #root: string;

  private constructor(id: string, jdk: Jdk, root: string, jvm: JavaProcess) {
    this.id = id;
    this.#jdk = jdk;
    this.#root = root;
    this.jvm = jvm;
  }

  static async start(id: string, jdk: Jdk, { root }: Application): Promise<Replica> {
    return new Replica(id, jdk, root, await startReplica(jdk, root));
  }

  /** `000` or `111`; anything else is half a save. */
  async runs(): Promise<string> {
    this.jvm.tell('');
    return (await this.jvm.line(/^> /)).slice(2);
  }

  /** Ends the JVM at once. */
  async kill(): Promise<void> {
    await this.jvm.stop();
  }

  /** Starts it again, on the port it had, from what the class root holds. */
  async restart(): Promise<void> {
    this.jvm = await startReplica(this.#jdk, this.#root, this.jvm.endpoint.port);
  }

  async stop(): Promise<void> {
    await this.jvm.stop();
  }
}

function startReplica(jdk: Jdk, root: string, port?: number): Promise<JavaProcess> {
  return startJava(jdk, {
    classPath: [root],
    mainClass: 'shop.Main',
    readyLine: 'ready',
    vmArgs,
    ...(port !== undefined && { port }),
  });
}

/** The value of `--name N` of the command line. */
export function numberOption(name: string): number | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : Number(process.argv[at + 1]);
}

/** Links with a delay to ports of this machine, in a process of their own. */
export class Links {
  readonly ports: readonly number[];
  readonly #child: ChildProcess;
  readonly #done = new Map<number, Deferred<void>>();
  #last = 0;

  private constructor(child: ChildProcess, ports: readonly number[]) {
    this.#child = child;
    this.ports = ports;
    child.on('message', ({ done }: { done: number }) => this.#done.get(done)?.resolve());
  }

  static async to(targets: readonly number[], delayMs: number, folder: string): Promise<Links> {
    const script = path.join(folder, 'link.js');
    await esbuild.build({
      entryPoints: [path.join(__dirname, 'linkProcess.ts')],
      bundle: true,
      platform: 'node',
      outfile: script,
      logLevel: 'warning',
    });
    const child = fork(script, [delayMs, ...targets].map(String), { execArgv: [] });
    const [{ ports }] = (await once(child, 'message')) as [{ ports: number[] }];
    return new Links(child, ports);
  }

  /** Resets the connections of a link and refuses new ones. */
  cut(link: number): Promise<void> {
    return this.#order('cut', link);
  }

  restore(link: number): Promise<void> {
    return this.#order('restore', link);
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #order(act: 'cut' | 'restore', link: number): Promise<void> {
    const id = ++this.#last;
    const done = new Deferred<void>();
    this.#done.set(id, done);
    this.#child.send({ id, act, link });
    return done.promise;
  }
}
