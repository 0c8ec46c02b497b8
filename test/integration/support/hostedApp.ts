import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { BuiltClass } from '../../../src/hotswap/model';
import { readAll } from './hotswapApp';
import { compileJava, startJava, temporaryFolder, type JavaProcess, type JavaSources } from './javaProcess';
import type { Jdk } from './jdks';

/**
 * How the classes of a program come into its JVM. `classPath`: the class root is on the class path. `web`: a server
 * loads a deployed copy, its own before its parent's, as Tomcat does. `jar`: `java -jar`. `boot`: a loader
 * reads them from a folder within the jar, as Spring Boot's does.
 */
export type Hosting = 'classPath' | 'web' | 'jar' | 'boot';

/**
 * Starts the program in a class loader of its own: `web FOLDER...` one for each folder, `boot JAR`. Each line of the
 * input is answered with what `shop.Desk.answer()` gives in each of them.
 */
const host = `package host;
import java.io.*; import java.net.*; import java.nio.file.*; import java.util.*; import java.util.jar.*;
public class Host {
  static class WebLoader extends URLClassLoader {
    final String contextName;
    WebLoader(String name, Path folder) throws Exception {
      super(new URL[] { folder.toUri().toURL() }, Host.class.getClassLoader());
      contextName = name;
    }
    @Override protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> found = findLoadedClass(name);
        if (found == null && !name.startsWith("java."))
          try { found = findClass(name); } catch (ClassNotFoundException e) { }
        return found != null ? found : super.loadClass(name, resolve);
      }
    }
  }
  static class BootLoader extends ClassLoader {
    final JarFile jar;
    BootLoader(String file) throws IOException { super(Host.class.getClassLoader()); jar = new JarFile(file); }
    @Override protected Class<?> findClass(String name) throws ClassNotFoundException {
      JarEntry entry = jar.getJarEntry("BOOT-INF/classes/" + name.replace('.', '/') + ".class");
      if (entry == null) throw new ClassNotFoundException(name);
      try (InputStream in = jar.getInputStream(entry)) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) { throw new ClassNotFoundException(name, e); }
    }
  }
  public static void main(String[] args) throws Exception {
    List<ClassLoader> loaders = new ArrayList<>();
    for (String arg : Arrays.asList(args).subList(Math.min(1, args.length), args.length))
      loaders.add(args[0].equals("boot") ? new BootLoader(arg) : new WebLoader(Path.of(arg).getFileName().toString(), Path.of(arg)));
    if (loaders.isEmpty()) loaders.add(Host.class.getClassLoader());
    answers(loaders);
    System.out.println("ready");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    while (in.readLine() != null) System.out.println("> " + answers(loaders));
  }
  static String answers(List<ClassLoader> loaders) throws Exception {
    StringJoiner all = new StringJoiner(", ");
    for (ClassLoader loader : loaders) {
      String answer;
      try { answer = (String) loader.loadClass("shop.Desk").getMethod("answer").invoke(null); }
      catch (java.lang.reflect.InvocationTargetException e) { answer = e.getCause().toString(); }
      all.add(answer);
    }
    return all.toString();
  }
}`;

export const desk = (expression: string, members = ''): string =>
  `package shop; public class Desk { public static String answer() { return ${expression}; } ${members} }`;

const quickCompiler = ['-J-XX:TieredStopAtLevel=1', '-J-XX:+UseSerialGC'];

/** What is compiled once and then copied; kept until the process ends. */
const builds = new Map<string, Promise<string>>();
const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function compiled(jdk: Jdk, sources: JavaSources): Promise<string> {
  const key = JSON.stringify([jdk.home, sources]);
  const build =
    builds.get(key) ??
    temporaryFolder().then(({ folder }) => {
      folders.push(folder);
      return compileJava(jdk, folder, sources, { args: quickCompiler });
    });
  builds.set(key, build);
  return build;
}

/** The program `shop.Desk` under one hosting; class files of later versions are compiled beside it. */
export class HostedApp {
  readonly jvm: JavaProcess;
  /** The class root: what a build would write to. */
  readonly root: string;
  readonly #jdk: Jdk;
  readonly #folder: string;
  readonly #remove: () => Promise<void>;

  private constructor(jdk: Jdk, jvm: JavaProcess, root: string, folder: string, remove: () => Promise<void>) {
    this.#jdk = jdk;
    this.jvm = jvm;
    this.root = root;
    this.#folder = folder;
    this.#remove = remove;
  }

  /** `copies`: how many deployments of a web application. */
  static async start(jdk: Jdk, hosting: Hosting, copies = 1): Promise<HostedApp> {
    const { folder, remove } = await temporaryFolder();
    const server = await compiled(jdk, { 'host/Host.java': host });
    const root = path.join(folder, 'classes');
    await cp(await compiled(jdk, { 'shop/Desk.java': desk('"old"') }), root, { recursive: true });
    const options = { mainClass: 'host.Host', readyLine: 'ready' };
    const run = async (): Promise<JavaProcess> => {
      switch (hosting) {
        case 'classPath':
          return startJava(jdk, { ...options, classPath: [server, root] });
        case 'web': {
          const deployed = Array.from({ length: copies }, (_, i) => path.join(folder, `shop##${i + 1}`));
          for (const each of deployed) await cp(root, each, { recursive: true });
          return startJava(jdk, { ...options, classPath: [server], args: ['web', ...deployed] });
        }
        case 'jar': {
          const jar = path.join(folder, 'fat.jar');
          await makeJar(jdk, jar, ['-C', server, '.', '-C', root, '.']);
          return startJava(jdk, { ...options, classPath: [jar] });
        }
        case 'boot': {
          const nested = path.join(folder, 'nested');
          await cp(root, path.join(nested, 'BOOT-INF', 'classes'), { recursive: true });
          const jar = path.join(folder, 'boot.jar');
          await makeJar(jdk, jar, ['-C', server, '.', '-C', nested, '.']);
          return startJava(jdk, { ...options, classPath: [jar], args: ['boot', jar] });
        }
      }
    };
    return new HostedApp(jdk, await run(), root, folder, remove);
  }

  /** Compiles into the class root, as a build would, and reads the classes of that name. */
  async build(sources: JavaSources, ...names: readonly string[]): Promise<BuiltClass[]> {
    const args = [...quickCompiler, '-cp', this.root];
    await compileJava(this.#jdk, this.#folder, sources, { classes: 'classes', args });
    return (await readAll(this.root)).filter(({ name }) => names.includes(name));
  }

  async ask(): Promise<string> {
    this.jvm.tell('');
    return (await this.jvm.line(/^> /)).slice(2);
  }

  async stop(): Promise<void> {
    await this.jvm.stop();
    await this.#remove();
  }
}

async function makeJar(jdk: Jdk, file: string, content: readonly string[]): Promise<void> {
  const manifest = `${file}.mf`;
  await writeFile(manifest, 'Main-Class: host.Host\n');
  const tool = jdk.javac.replace(/javac(?=(\.exe)?$)/, 'jar');
  await promisify(execFile)(tool, ['cfm', file, manifest, ...content]);
}
