import { isIPv4 } from 'node:net';
import type { ByteChannel, Dialer, Endpoint } from '../../../contracts/channel';
import type { Exec } from '../../../contracts/exec';
import { TransportError } from '../../../contracts/transportError';
import { AbortedError } from '../../../util/errors';
import { jdwpOptionsOf } from '../../jvm/jdwpOptions';
import type { Engine } from '../engine/engine';
import { listeningOn, SOCKET_TABLES } from '../ports';
import { inspectContainer, nameOf, type InspectedContainer } from './ask';
import { ContainerError } from './errors';

/** What a host is to someone who wants into one of its containers. */
export interface ContainerHost {
  readonly engine: Engine;
  /** Connects from the host. */
  readonly dialer: Dialer;
  /** Runs commands on the host. */
  readonly exec: Exec;
  /** Whether addresses of containers lead there: not where the engine is in a virtual machine of its own. */
  readonly routesToContainers: boolean;
}

/** How long an address of a container is tried where another way is left, in milliseconds. */
const tryMs = 3000;

/** Variables that JVMs read, and those that the usual start scripts do. */
const VARIABLES = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', 'JAVA_OPTS', 'CATALINA_OPTS'];

/**
 * Connects to a debug port in a container: the endpoint's host is the container's name or id, its port the one inside
 * (0: the one its JVM is started with). The container is looked up for each connection, so that one that took its
 * place is found. Rejects with `ContainerError`, `EngineError`, `TransportError` or `AbortedError`.
 */
export class ContainerDialer implements Dialer {
  readonly #host: (signal?: AbortSignal) => Promise<ContainerHost>;

  constructor(host: (signal?: AbortSignal) => Promise<ContainerHost>) {
    this.#host = host;
  }

  async dial({ host: container, port }: Endpoint, signal?: AbortSignal): Promise<ByteChannel> {
    const host = await this.#host(signal);
    const found = await inspectContainer(host.engine, container, signal);
    if (!found.State.Running)
      throw new ContainerError('notRunning', `${nameOf(found)} does not run`, {
        ...aboutContainer(host, found),
        state: found.State.Status,
      });
    const inside = port === 0 ? await debugPort(host.engine, found, signal) : port;
    const ways = await waysTo(host, found, inside, signal);
    return dialOne(host, found, inside, ways, signal);
  }
}

async function dialOne(
  host: ContainerHost,
  found: InspectedContainer,
  port: number,
  ways: readonly Endpoint[],
  signal: AbortSignal | undefined,
): Promise<ByteChannel> {
  let failure: unknown;
  for (const [index, way] of ways.entries()) {
    const limit = index < ways.length - 1 ? AbortSignal.timeout(tryMs) : undefined;
    try {
      return await host.dialer.dial(
        way,
        limit && signal ? AbortSignal.any([limit, signal]) : (limit ?? signal),
      );
    } catch (error) {
      if (signal?.aborted) throw error;
      failure = error;
      if (isRefused(error)) throw await refusedBecause(host, found, port, error, signal);
      if (!isElsewhere(error)) throw error;
    }
  }
  throw new ContainerError(
    'unpublished',
    `port ${port} of ${nameOf(found)} can't be reached from ${host.engine.place}`,
    { ...aboutContainer(host, found), port },
    failure,
  );
}

/** Where the port can be reached from the host, the best way first. */
async function waysTo(
  host: ContainerHost,
  found: InspectedContainer,
  port: number,
  signal: AbortSignal | undefined,
): Promise<Endpoint[]> {
  const { NetworkMode } = found.HostConfig;
  if (NetworkMode === 'host') return [{ host: '127.0.0.1', port }];
  const other = /^container:(.+)$/.exec(NetworkMode)?.[1];
  if (other !== undefined)
    return waysTo(host, await inspectContainer(host.engine, other, signal), port, signal);
  const { Networks, Ports } = found.NetworkSettings;
  const addresses = Object.values(Networks ?? {}).flatMap(({ IPAddress }) =>
    isIPv4(IPAddress) ? [{ host: IPAddress, port }] : [],
  );
  const published = (Ports?.[`${port}/tcp`] ?? []).map(({ HostIp, HostPort }) => ({
    host: ['', '0.0.0.0', '::'].includes(HostIp) ? '127.0.0.1' : HostIp,
    port: Number(HostPort),
  }));
  // Refused by the container itself is told apart from accepted by the engine's own proxy before it.
  return [...(host.routesToContainers ? addresses : []), ...published.slice(0, 1)];
}

/** What to say when nothing listens where it should. */
async function refusedBecause(
  host: ContainerHost,
  found: InspectedContainer,
  port: number,
  refusal: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const isShared = found.HostConfig.NetworkMode === 'host';
  const options = jdwpOptionsOf(argumentsOf(found));
  const listening = isShared ? undefined : await socketsOf(host, found, port, signal);
  // Without the tables, what its arguments say: JDWP listens on loopback unless told otherwise.
  const isLoopback = listening
    ? listening.length > 0 && listening.every((address) => address === 'loopback')
    : !isShared && options?.port === port && options.host === undefined;
  if (!isLoopback) return refusal;
  return new ContainerError(
    'loopbackInside',
    `${nameOf(found)} listens on port ${port} for itself only`,
    { ...aboutContainer(host, found), port },
    refusal,
  );
}

/** On which addresses of the container something listens; undefined where the host does not tell. */
async function socketsOf(
  { exec }: ContainerHost,
  { State }: InspectedContainer,
  port: number,
  signal: AbortSignal | undefined,
): Promise<readonly ('loopback' | 'any')[] | undefined> {
  if (State.Pid === 0) return undefined;
  const argv = ['sh', '-c', SOCKET_TABLES, 'sh', `/proc/${State.Pid}/net`, String(port)];
  try {
    const { code, stdout } = await exec.run(argv, {}, signal);
    return code === 0 ? listeningOn({ stdout: stdout.toString('utf8') }) : undefined;
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    return undefined;
  }
}

/**
 * The port on which a JVM in the container listens for a debugger, by its variables and command line, or by those of
 * its processes. Rejects with `ContainerError` `noDebugPort`.
 */
export async function debugPort(
  engine: Engine,
  found: InspectedContainer,
  signal?: AbortSignal,
): Promise<number> {
  const options =
    jdwpOptionsOf(argumentsOf(found)) ?? jdwpOptionsOf(await processesOf(engine, found, signal));
  if (options && options.port > 0) return options.port;
  const name = nameOf(found);
  throw new ContainerError('noDebugPort', `no JVM in ${name} says on which port it listens`, {
    host: engine.place,
    container: name,
    problem: options ? 'random' : 'absent',
  });
}

/** Words that a JVM may have got: the command line, also one within a shell's, and the variables. */
function argumentsOf({ Path, Args, Config }: InspectedContainer): string[] {
  const variables = (Config.Env ?? []).flatMap((variable) => {
    const [name = '', ...value] = variable.split('=');
    return VARIABLES.includes(name) ? [value.join('=')] : [];
  });
  return words([...variables, Path, ...(Args ?? [])]);
}

async function processesOf(
  engine: Engine,
  { Id }: InspectedContainer,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  try {
    const top = (await engine.json(`/containers/${Id}/top`, { ps_args: '-eo pid,args' }, signal)) as {
      Processes?: string[][] | null;
    };
    return words((top.Processes ?? []).map((columns) => columns.at(-1) ?? ''));
  } catch (error) {
    if (error instanceof AbortedError || error instanceof TransportError) throw error;
    // Not every engine can.
    return [];
  }
}

function words(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(/[\s"']+/));
}

function aboutContainer(
  { engine }: ContainerHost,
  found: InspectedContainer,
): { readonly host: string; readonly container: string } {
  return { host: engine.place, container: nameOf(found) };
}

function isRefused(error: unknown): boolean {
  return error instanceof TransportError && error.reason === 'refused';
}

/** No network leads there, or nothing came back: another way may. */
function isElsewhere(error: unknown): boolean {
  if (error instanceof AbortedError) return true;
  return error instanceof TransportError && ['unreachable', 'timeout', 'failed'].includes(error.reason);
}
