import { rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import * as path from 'node:path';
import { systemClock } from '../../../src/contracts/clock';
import type { EndpointProbe } from '../../../src/contracts/endpointProbe';
import { silentLog } from '../../../src/contracts/log';
import type { Dialer, Endpoint } from '../../../src/contracts/channel';
import type { HotSwapDependencies } from '../../../src/hotswap/attach';
import type { BuiltClass, Change, JvmTarget } from '../../../src/hotswap/model';
import { openRoot, readClasses } from '../../../src/hotswap/roots/readRoot';
import { TcpDialer } from '../../../src/transport/tcp';
import { compileJava, startJava, temporaryFolder, type JavaProcess, type JavaSources } from './javaProcess';
import type { Jdk } from './jdks';

/**
 * A program that answers one line to each line of its input: `greet`, `late`, `other`, `load PATH NAME` (calls
 * `NAME.text()` through a new class loader of its own), `again N NAME` (the same through loader N), `unload N`.
 */
const app = `package demo;
import java.io.*; import java.net.*; import java.nio.file.*; import java.util.*;
public class App {
  static final List<ClassLoader> loaders = new ArrayList<>();
  static String call(ClassLoader loader, String name) throws Exception {
    var text = loader.loadClass(name).getDeclaredMethod("text"); text.setAccessible(true);
    return (String) text.invoke(null);
  }
  static String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "greet": return new Greeting().text();
      case "other": return Other.text();
      case "late": return Late.text();
      case "load": loaders.add(new URLClassLoader(new URL[] { Path.of(words[1]).toUri().toURL() }, ClassLoader.getPlatformClassLoader()));
        return call(loaders.get(loaders.size() - 1), words[2]);
      case "again": return call(loaders.get(Integer.parseInt(words[1])), words[2]);
      case "known": Class.forName(words[1], false, App.class.getClassLoader()); return "known";
      default: return words[0];
    }
  }
  public static void main(String[] args) throws Exception {
    new Greeting().text(); Other.text();
    var in = new BufferedReader(new InputStreamReader(System.in));
    System.out.println("ready");
    for (String line; (line = in.readLine()) != null; ) System.out.println("> " + answer(line.split(" ")));
  }
}`;

export const greeting = (text: string, members = ''): string => `package demo;
public class Greeting {
  int count = 4;
  String text() { return "${text}" + count; }
  ${members}
}`;
export const other = (text: string, members = ''): string => `package demo;
public class Other { static String text() { return "${text}"; } ${members} }`;
export const late = (text: string): string => `package demo;
public class Late { static final String S = String.valueOf("static ${text}"); public static String text() { return "${text} " + S; } }`;

export const firstSources: JavaSources = {
  'demo/App.java': app,
  'demo/Greeting.java': greeting('one'),
  'demo/Other.java': other('other one'),
  'demo/Late.java': late('late one'),
};

/** Starting a compiler takes longer than most tests: what was compiled once is kept until the process ends. */
const builds = new Map<string, Promise<string>>();
const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with the program's classes, some of its sources replaced; not to be written to. */
export function compiled(jdk: Jdk, sources: JavaSources): Promise<string> {
  const key = JSON.stringify([jdk.home, sources]);
  const build =
    builds.get(key) ??
    temporaryFolder().then(({ folder }) => {
      folders.push(folder);
      const args = ['-J-XX:TieredStopAtLevel=1', '-J-XX:+UseSerialGC'];
      return compileJava(jdk, folder, { ...firstSources, ...sources }, { args });
    });
  builds.set(key, build);
  return build;
}

/** The program running on one JDK, in a folder of its own. */
export class HotSwapApp {
  readonly jdk: Jdk;
  readonly folder: string;
  /** What the JVM runs from. */
  readonly classes: string;
  jvm: JavaProcess;
  readonly #remove: () => Promise<void>;

  private constructor(
    jdk: Jdk,
    folder: string,
    remove: () => Promise<void>,
    classes: string,
    jvm: JavaProcess,
  ) {
    this.jdk = jdk;
    this.folder = folder;
    this.#remove = remove;
    this.classes = classes;
    this.jvm = jvm;
  }

  static async start(jdk: Jdk, options: { readonly suspend?: boolean } = {}): Promise<HotSwapApp> {
    const { folder, remove } = await temporaryFolder();
    const classes = path.join(folder, 'classes');
    await cp(await compiled(jdk, {}), classes, { recursive: true });
    const jvm = await startJava(jdk, javaOptions(classes, options.suspend));
    return new HotSwapApp(jdk, folder, remove, classes, jvm);
  }

  get endpoint(): Endpoint {
    return this.jvm.endpoint;
  }

  /** The answer to a command; what the JVM itself prints in between (`Listening for transport`) is passed over. */
  async ask(command: string): Promise<string> {
    const first = await this.jvm.ask(command);
    return (first.startsWith('> ') ? first : await this.jvm.line(/^> /)).slice(2);
  }

  /** Compiles other versions of some sources into a folder of their own; reads the classes named. */
  async build(sources: JavaSources, ...names: readonly string[]): Promise<BuiltClass[]> {
    const root = await this.compile(sources);
    return (await readAll(root)).filter(({ name }) => names.length === 0 || names.includes(name));
  }

  /** The same, giving the folder. */
  async compile(sources: JavaSources): Promise<string> {
    return compiled(this.jdk, sources);
  }

  /** Starts a JVM that was stopped again, on its port; from other classes where given. */
  async restart(classes: string = this.classes): Promise<void> {
    this.jvm = await startJava(this.jdk, { ...javaOptions(classes), port: this.endpoint.port });
  }

  target(dialer: Dialer = new TcpDialer(), endpoint: Endpoint = this.endpoint): JvmTarget {
    return { id: 'app', name: 'app', endpoint, dialer, classRoots: [] };
  }

  async stop(): Promise<void> {
    await this.jvm.stop();
    await this.#remove();
  }
}

function javaOptions(classes: string, suspend = false) {
  return {
    classPath: [classes],
    mainClass: 'demo.App',
    suspend,
    ...(suspend ? {} : { readyLine: 'ready' }),
  };
}

export async function readAll(root: string): Promise<BuiltClass[]> {
  const open = await openRoot(path.resolve(root));
  try {
    return await readClasses(open.entries);
  } finally {
    await open.close();
  }
}

export function change(classes: readonly BuiltClass[]): Change {
  return { origin: 'command', at: Date.now(), classes, ms: {} };
}

/** Knows nothing about ports. */
export const blindProbe: EndpointProbe = {
  exposed: () => Promise.resolve(undefined),
  held: () => Promise.resolve(undefined),
  startedAt: () => Promise.resolve(undefined),
};

export const dependencies: HotSwapDependencies = { clock: systemClock, log: silentLog, probe: blindProbe };
