import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Jdk } from '../support/jdk';
import { freePort } from '../support/ports';
import { run, stop } from '../support/run';
import type { SampleWorkspace } from './workspace';

export interface ServiceOptions {
  /** Runs from a jar of the classes, so that classes loaded later come from there with their old bytes. */
  readonly fromJar?: boolean;
  /** Starts suspended until a debugger resumes it. */
  readonly suspended?: boolean;
  /** The ports of an earlier run, to be the same service again. */
  readonly ports?: { readonly jdwp: number; readonly http: number };
}

/** The sample, running. */
export interface Service {
  readonly ports: { readonly jdwp: number; readonly http: number };
  readonly url: string;
  readonly pid: number;
  /** What the service printed so far. */
  log(): string;
  /** The body of an answer, without its line end. */
  get(route?: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts the sample with JDWP on loopback; resolves when it answers (or, suspended, when JDWP listens). */
export async function startService(
  jdk: Jdk,
  workspace: SampleWorkspace,
  options: ServiceOptions = {},
): Promise<Service> {
  // Chosen beforehand: with port 0 the JVM would listen on another port after every detach.
  const ports = options.ports ?? { jdwp: await freePort(), http: await freePort() };
  let classPath = workspace.classes;
  if (options.fromJar) {
    // Each service its own: one that runs from a jar must not find it rewritten.
    classPath = path.join(workspace.dir, 'target', `hello-${ports.jdwp}.jar`);
    await run(jdk.jar, ['--create', '--file', classPath, '-C', workspace.classes, '.']);
  }
  const suspend = options.suspended ? 'y' : 'n';
  const child = spawn(
    jdk.java,
    [
      `-agentlib:jdwp=transport=dt_socket,server=y,suspend=${suspend},address=127.0.0.1:${ports.jdwp}`,
      `-Dhello.port=${ports.http}`,
      ...['-Xmx128m', '-cp', classPath, 'hello.Main'],
    ],
    { cwd: workspace.dir, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ready = options.suspended ? /Listening for transport/ : /Listening on http/;
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const onOutput = (chunk: Buffer): void => {
      log += chunk.toString();
      if (ready.test(log)) resolve();
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The sample ended (exit ${code ?? 'by signal'}).\n${log}`)),
    );
  });
  const url = `http://127.0.0.1:${ports.http}`;
  return {
    ports,
    url,
    pid: child.pid!,
    log: () => log,
    get: async (route = '/') => (await (await fetch(url + route)).text()).trimEnd(),
    close: () => stop(child),
  };
}
