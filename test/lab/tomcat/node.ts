import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ensureJdk } from '../../../scripts/support/jdk';
import { freePort } from '../../../scripts/support/ports';
import { stop } from '../../../scripts/support/run';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import type { Database } from '../machines/database';
import type { Machine } from '../machines/machine';
import { wrongClock } from './clock';
import { contextXml, DEPLOYER, serverXml, type PemFiles, usersXml, VIEWER } from './configuration';
import { mavenFile, tomcatHome, type TomcatMajor } from './distribution';
import { endWithThisProcess } from './ending';
import { Service } from './service';

export { DEPLOYER, VIEWER };

/** Where a node listens that has a machine of its own. */
const MACHINE_PORTS = [8080, 8009, 8443] as const;
/** In every language the last line of the start names the method, and the milliseconds in brackets. */
const STARTED = /Catalina\.start .*\[.*\d.*\]/;
/** Of the JDBC driver. */
const DRIVER = 'org.postgresql:postgresql:42.7.8:jar';

export interface NodeOptions {
  readonly major: TomcatMajor;
  /** `jvmRoute`, which ends the ids of its sessions. */
  readonly route?: string;
  /** Language and country of its JVM. */
  readonly locale?: { readonly language: string; readonly country: string };
  /** A key store (PKCS #12, password `changeit`) for a connector with TLS. */
  readonly keyStore?: string;
  /** The same as PEM files. */
  readonly pem?: PemFiles;
  /** What the JVM is told besides. */
  readonly jvmArguments?: readonly string[];
  /**
   * A machine of the lab that it runs on, as a service that is started again when it ends. Its pages are served on the
   * machine's loopback, AJP to all.
   */
  readonly machine?: Machine;
  /** Keeps sessions and quotes there, as nodes do that share them. */
  readonly database?: Database;
  /** How wrong its clock is, as `+1d`; without a machine. See `clockUnsupported`. */
  readonly clock?: string;
  /** Without the Manager application. */
  readonly withoutManager?: boolean;
}

/** A real Tomcat on loopback with a base folder of its own. */
export class TomcatNode {
  readonly major: TomcatMajor;
  /** Lines of its log, without a machine. */
  readonly said: string[] = [];
  readonly base: string;
  readonly port: number;
  readonly ajpPort: number;
  readonly tlsPort: number;
  readonly #options: NodeOptions;
  readonly #home: string;
  /** `base` and the distribution, as this process can open them. */
  readonly #folder: string;
  readonly #distribution: string;
  #child: ChildProcess | undefined;
  #service: Service | undefined;

  private constructor(
    options: NodeOptions,
    home: string,
    base: string,
    [port, ajpPort, tlsPort]: readonly [number, number, number],
  ) {
    this.#options = options;
    this.#home = home;
    this.major = options.major;
    this.base = base;
    this.#folder = options.machine?.path(base) ?? base;
    this.#distribution = options.machine?.path(home) ?? home;
    this.port = port;
    this.ajpPort = ajpPort;
    this.tlsPort = tlsPort;
  }

  static async start(options: NodeOptions): Promise<TomcatNode> {
    const distribution = await tomcatHome(options.major);
    const { machine } = options;
    // A machine has a /tmp of its own, below which this checkout may lie.
    const home = machine ? '/srv/tomcat' : distribution;
    if (machine) await cp(distribution, machine.path(home), { recursive: true });
    const base = machine ? `/srv/tomcat-${options.route ?? ''}` : await makeTempDir(`tomcat${options.major}`);
    const ports = machine ? MACHINE_PORTS : ([await freePort(), await freePort(), await freePort()] as const);
    const node = new TomcatNode(options, home, base, ports);
    await node.#configure();
    await node.start();
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get manager(): string {
    return `${this.url}/manager`;
  }

  /** What starts it again, for who is on its machine. */
  get restartCommand(): readonly string[] {
    return [`${this.base}/restart`];
  }

  /** Starts it again after `stop` or `kill`; resolves once it serves. */
  async start(): Promise<void> {
    const { machine } = this.#options;
    const argv = await this.#argv();
    if (machine) {
      this.#service ??= await Service.create(machine, { base: this.base, argv, ready: STARTED });
      await this.#service.start();
      return;
    }
    const [program = '', ...args] = argv;
    const { clock } = this.#options;
    const env = { ...process.env, ...(clock !== undefined && (await wrongClock(clock))) };
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    endWithThisProcess(child);
    const { said } = this;
    const lines = createInterface(child.stderr);
    const ready = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        said.push(line);
        if (STARTED.test(line)) resolve();
      });
    });
    const ended = once(child, 'exit').then(() =>
      Promise.reject(new Error(`Tomcat ${this.major} ended:\n${said.join('\n')}`)),
    );
    ended.catch(() => undefined);
    await Promise.race([ready, ended]);
  }

  async #argv(): Promise<string[]> {
    const { java } = await ensureJdk();
    const { locale, jvmArguments = [] } = this.#options;
    const file = (name: string): string => path.join(this.#home, 'bin', name);
    return [
      java,
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Xshare:auto',
      ...(locale ? [`-Duser.language=${locale.language}`, `-Duser.country=${locale.country}`] : []),
      '-Dfile.encoding=UTF-8',
      '-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager',
      `-Djava.util.logging.config.file=${path.join(this.#home, 'conf', 'logging.properties')}`,
      `-Dcatalina.home=${this.#home}`,
      `-Dcatalina.base=${this.base}`,
      `-Djava.io.tmpdir=${path.join(this.base, 'temp')}`,
      ...jvmArguments,
      ...['-cp', [file('bootstrap.jar'), file('tomcat-juli.jar')].join(path.delimiter)],
      'org.apache.catalina.startup.Bootstrap',
      'start',
    ];
  }

  /** Ends it in order, as an administrator would. */
  async stop(): Promise<void> {
    if (this.#service) await this.#service.stop();
    else if (this.#child) await stop(this.#child, 15_000);
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    if (this.#service) return this.#service.kill();
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Stops the clock of its process; requests hang until `thaw`. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it and removes its folder. */
  async dispose(): Promise<void> {
    if (this.#options.machine) return;
    await this.kill();
    await removeDir(this.base);
  }

  async #configure(): Promise<void> {
    const { withoutManager, database } = this.#options;
    for (const folder of ['conf/Catalina/localhost', 'webapps', 'temp', 'work', 'logs', 'lib'])
      await mkdir(path.join(this.#folder, folder), { recursive: true });
    await cp(path.join(this.#distribution, 'conf', 'web.xml'), path.join(this.#folder, 'conf', 'web.xml'));
    await writeFile(path.join(this.#folder, 'conf', 'server.xml'), this.#serverXml());
    if (database) {
      await writeFile(path.join(this.#folder, 'conf', 'context.xml'), contextXml);
      await cp(await mavenFile(DRIVER), path.join(this.#folder, 'lib', 'postgresql.jar'));
    }
    await writeFile(path.join(this.#folder, 'conf', 'tomcat-users.xml'), usersXml);
    if (withoutManager) return;
    const docBase = path.join(this.#home, 'webapps', 'manager');
    const manager = path.join(this.#distribution, 'webapps', 'manager');
    const context = await readFile(path.join(manager, 'META-INF', 'context.xml'), 'utf8');
    await writeFile(
      path.join(this.#folder, 'conf/Catalina/localhost/manager.xml'),
      context.replace('<Context ', `<Context docBase="${docBase}" `),
    );
  }

  #serverXml(): string {
    const { route, keyStore, pem, database, machine } = this.#options;
    const ajpAddress = machine ? '0.0.0.0' : '127.0.0.1';
    const { port, ajpPort, tlsPort } = this;
    return serverXml({ port, ajpPort, tlsPort, ajpAddress, route, keyStore, pem, database });
  }
}
