import { execFile } from 'node:child_process';
import type { Endpoint } from '../../contracts/channel';
import type { EndpointProbe } from '../../contracts/endpointProbe';
import { parseJavaCommand } from './commandLine';
import { isExposedHost, isLoopbackHost, jdwpOptionsOf, type JdwpOptions } from './jdwpOptions';
import { LinuxSystem } from './linux';
import { MacSystem } from './mac';
import type { JavaProcess, LocalSystem, RunProgram, TcpSocket } from './system';
import { WindowsSystem } from './windows';

/** A JVM of this machine that was started with a JDWP server. */
export interface LocalJvm {
  readonly pid: number;
  /** Main class, `module/class` or jar. */
  readonly main: string;
  /** Where to attach; absent when the agent chose a port that can't be told. */
  readonly endpoint?: Endpoint;
  /** `held`: a debugger is attached, nothing listens. `closed`: not opened yet. `unknown`: not told. */
  readonly state: 'listening' | 'held' | 'closed' | 'unknown';
  /** It was started with `suspend=y`. */
  readonly suspend: boolean;
  /** The port is open to other machines: JDWP has no authentication. */
  readonly exposed: boolean;
  readonly cwd?: string;
  readonly startedAt?: number;
}

/** The running platform's way of looking. */
export function localSystem(platform: NodeJS.Platform = process.platform): LocalSystem {
  if (platform === 'win32') return new WindowsSystem(runProgram);
  if (platform === 'darwin') return new MacSystem(runProgram);
  return new LinuxSystem();
}

/** Lists local JVMs with a JDWP server, the youngest first. Connects to none of them. */
export async function listLocalJvms(
  system: LocalSystem = localSystem(),
  signal?: AbortSignal,
): Promise<LocalJvm[]> {
  const debuggable = (await system.javaProcesses(signal)).flatMap((java) => {
    const command = parseJavaCommand(java.argv);
    if (!command) return [];
    // The environment's options come first for a JVM, so the command line's win.
    const options = jdwpOptionsOf([...java.environmentOptions, ...command.options]);
    return options ? [{ java, main: command.main, options }] : [];
  });
  const pids = debuggable.map(({ java }) => java.pid);
  const sockets = pids.length === 0 ? [] : await system.tcpSockets(pids, signal).catch(() => undefined);
  return debuggable
    .map(({ java, main, options }) => describeJvm(java, main, options, sockets))
    .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0) || b.pid - a.pid);
}

/** Puts together what the command line asks for and which sockets there are; `sockets` undefined: not told. */
export function describeJvm(
  java: JavaProcess,
  main: string,
  options: JdwpOptions,
  sockets: readonly TcpSocket[] | undefined,
): LocalJvm {
  const own = sockets?.filter((socket) => socket.pid === java.pid);
  // Another user's sockets have no owner for us; a fixed port is told by its number then.
  const candidates = own?.length ? own : sockets?.filter((socket) => socket.pid === undefined);
  const listening = candidates?.filter((socket) => socket.state === 'listening') ?? [];
  const socket =
    options.port === 0
      ? only((own ?? []).filter((each) => each.state === 'listening' && fits(options, each)))
      : listening.find((each) => each.port === options.port);
  const port = socket?.port ?? options.port;
  const held =
    options.port !== 0 &&
    candidates?.some((each) => each.state === 'established' && each.port === options.port) === true;
  const known = socket ? 'listening' : held ? 'held' : options.port === 0 ? 'unknown' : 'closed';
  const state = sockets === undefined ? 'unknown' : known;
  return {
    pid: java.pid,
    main,
    ...(port === 0 ? {} : { endpoint: { host: attachHost(socket?.host ?? options.host), port } }),
    state,
    suspend: options.suspend,
    exposed: isExposedHost(socket?.host ?? options.host),
    ...(java.cwd === undefined ? {} : { cwd: java.cwd }),
    ...(java.startedAt === undefined ? {} : { startedAt: java.startedAt }),
  };
}

/** Answers about endpoints of this machine; about other machines' it says nothing. */
export function localEndpointProbe(system: LocalSystem = localSystem()): EndpointProbe {
  return {
    exposed: async (endpoint, signal) => {
      if (!isLoopbackHost(endpoint.host)) return true;
      const sockets = await system.tcpSockets([], signal).catch(() => []);
      const listening = sockets.filter((each) => each.state === 'listening' && each.port === endpoint.port);
      if (listening.length > 0) return listening.some((each) => isExposedHost(each.host));
      return (await jvmAt(system, endpoint, signal))?.exposed;
    },
    held: async (endpoint, signal) => {
      if (!isLoopbackHost(endpoint.host)) return undefined;
      const jvm = await jvmAt(system, endpoint, signal);
      return jvm && jvm.state !== 'unknown' ? jvm.state === 'held' : undefined;
    },
    startedAt: async (endpoint, signal) =>
      isLoopbackHost(endpoint.host) ? (await jvmAt(system, endpoint, signal))?.startedAt : undefined,
  };
}

async function jvmAt(
  system: LocalSystem,
  endpoint: Endpoint,
  signal: AbortSignal | undefined,
): Promise<LocalJvm | undefined> {
  const jvms = await listLocalJvms(system, signal).catch(() => []);
  return jvms.find((jvm) => jvm.endpoint?.port === endpoint.port);
}

/** Whether a socket may be the agent's own, by the address the agent was told. */
function fits(options: JdwpOptions, socket: TcpSocket): boolean {
  const all = socket.host === '0.0.0.0' || socket.host === '::';
  if (options.host === undefined || isLoopbackHost(options.host)) return isLoopbackHost(socket.host);
  return options.host === '*' || options.host === '0.0.0.0' ? all : socket.host === options.host;
}

function only<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}

function attachHost(host: string | undefined): string {
  return host === undefined || host === '*' || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

const runProgram: RunProgram = (file, args, signal) =>
  new Promise((resolve, reject) => {
    const options = {
      maxBuffer: 64 << 20,
      windowsHide: true,
      timeout: 15_000,
      ...(signal ? { signal } : {}),
    };
    execFile(file, args, options, (error, stdout) => {
      if (error) reject(new Error(`${file} failed`, { cause: error }));
      else resolve(stdout);
    });
  });
