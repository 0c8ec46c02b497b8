import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { BuiltClass } from '../../../src/hotswap/model';
import { readAll } from './hotswapApp';
import { compileJava, startJava, temporaryFolder, type JavaProcess, type JavaSources } from './javaProcess';
import type { Jdk } from './jdks';
import { mavenArtifact } from './mavenArtifact';

/**
 * How the classes of a program come into its JVM. `classPath`: the class root is on the class path. `web`: a server
 * loads a deployed copy, its own before its parent's, as Tomcat does. `jar`: `java -jar`. `boot`: a loader
 * reads them from a folder within the jar, as Spring Boot's does. `tomcat`: Tomcat itself. `springBoot`: a jar started
 * by Spring Boot's own launcher.
 */
export type Hosting = 'classPath' | 'web' | 'jar' | 'boot' | 'tomcat' | 'springBoot';

const tomcatJars = [
  'org.apache.tomcat.embed:tomcat-embed-core:10.1.5',
  'org.apache.tomcat:tomcat-annotations-api:10.1.5',
];
const springBootLoader = 'org.springframework.boot:spring-boot-loader:3.4.1';

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
    serve(loaders);
  }
  static void serve(List<ClassLoader> loaders) throws Exception {
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

/** Starts a web application of that folder in Tomcat, without a connector, and asks it as `Host` does. */
const tomcatHost = `package host;
import java.util.*; import org.apache.catalina.*; import org.apache.catalina.startup.Tomcat;
public class TomcatHost {
  public static void main(String[] args) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(args[0]);
    Context context = tomcat.addContext("/shop", args[1]);
    tomcat.start();
    Host.serve(List.of(context.getLoader().getClassLoader()));
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
        case 'tomcat': {
          const jars = await Promise.all(tomcatJars.map((each) => mavenArtifact(each)));
          const libraries = [server, ...jars];
          const args = [...quickCompiler, '-cp', libraries.join(path.delimiter)];
          const sources = { 'host/TomcatHost.java': tomcatHost };
          const starter = await compileJava(jdk, folder, sources, { classes: 'starter', args });
          const webapp = path.join(folder, 'webapp');
          await cp(root, path.join(webapp, 'WEB-INF', 'classes'), { recursive: true });
          return startJava(jdk, {
            mainClass: 'host.TomcatHost',
            readyLine: 'ready',
            classPath: [starter, ...libraries],
            args: [path.join(folder, 'base'), webapp],
          });
        }
        case 'springBoot': {
          const content = path.join(folder, 'content');
          await mkdir(content);
          const loader = await mavenArtifact(springBootLoader);
          await promisify(execFile)(toolOf(jdk, 'jar'), ['xf', loader], { cwd: content });
          await rm(path.join(content, 'META-INF'), { recursive: true });
          for (const classes of [server, root])
            await cp(classes, path.join(content, 'BOOT-INF', 'classes'), { recursive: true });
          const jar = path.join(folder, 'boot.jar');
          // Not compressed, as the launcher wants it.
          await makeJar(jdk, jar, ['-0', '-C', content, '.'], {
            'Main-Class': 'org.springframework.boot.loader.launch.JarLauncher',
            'Start-Class': 'host.Host',
            'Spring-Boot-Classes': 'BOOT-INF/classes/',
          });
          const mainClass = 'org.springframework.boot.loader.launch.JarLauncher';
          return startJava(jdk, { ...options, mainClass, classPath: [jar] });
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

/** `content`: options and files for the jar tool, the options first. */
async function makeJar(
  jdk: Jdk,
  file: string,
  content: readonly string[],
  manifest: Readonly<Record<string, string>> = { 'Main-Class': 'host.Host' },
): Promise<void> {
  const manifestFile = `${file}.mf`;
  const lines = Object.entries(manifest).map(([name, value]) => `${name}: ${value}\n`);
  await writeFile(manifestFile, lines.join(''));
  const options = content[0] === '-0' ? 'cfm0' : 'cfm';
  const entries = content.filter((each) => each !== '-0');
  await promisify(execFile)(toolOf(jdk, 'jar'), [options, file, manifestFile, ...entries]);
}

function toolOf(jdk: Jdk, name: string): string {
  return jdk.javac.replace(/javac(?=(\.exe)?$)/, name);
}
