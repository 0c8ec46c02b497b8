import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import type { BuiltClass } from '../../src/hotswap/model';
import { readAll } from '../../test/integration/support/hotswapApp';
import { compileJava, startJava, type JavaProcess } from '../../test/integration/support/javaProcess';
import type { Jdk } from '../../test/integration/support/jdks';
import { Relay } from '../../test/lab/relay';

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

/** A JVM with a small heap, behind a link that takes its time. */
export class Replica {
  readonly id: string;
  readonly relay: Relay;
  jvm: JavaProcess;
  readonly #jdk: Jdk;
  readonly #root: string;

  private constructor(id: string, jdk: Jdk, root: string, jvm: JavaProcess, relay: Relay) {
    this.id = id;
    this.#jdk = jdk;
    this.#root = root;
    this.jvm = jvm;
    this.relay = relay;
  }

  static async start(id: string, jdk: Jdk, { root }: Application, delayMs: number): Promise<Replica> {
    const jvm = await startReplica(jdk, root);
    const relay = await Relay.to(jvm.endpoint.port);
    relay.delayMs = delayMs;
    return new Replica(id, jdk, root, jvm, relay);
  }

  get endpoint(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.relay.port };
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
    await this.relay.close();
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
