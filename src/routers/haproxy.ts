import { isIP } from 'node:net';
import type { Address, RouterState } from '../contracts/deploy';
import { literal, type Call, type HostName, type SocketCall } from '../contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../contracts/deployTarget';
import { endpointText, hostAddress, sameAddress, withReleases } from './addresses';
import { asksAgainst, asksFor, served, type Ask } from './asking';
import { RouterError } from './errors';
import { describeServer, haproxyServers, haproxyStatistics, type HaproxyServer } from './haproxyAnswers';
import { placeServers, toBackends } from './haproxyPlaces';

export interface HaproxyOptions {
  readonly host: HostName;
  /** The runtime socket, with level admin. */
  readonly socket: string;
  readonly backend: string;
  /** HAProxy's `server-state-file`: written after each change, so that a reload keeps it. */
  readonly stateFile?: string;
  readonly ask?: Ask;
}

interface Facts {
  readonly servers: readonly HaproxyServer[];
  readonly stateFile?: string;
}

/**
 * HAProxy through its runtime socket: servers of one backend get addresses, weights and states. No connection is
 * closed. Servers marked `backup` are left alone.
 */
export function haproxy(name: string, options: HaproxyOptions): Router {
  return {
    name,
    kind: 'haproxy',
    abilities: { backends: 'many', weights: true, requests: true },
    read: () => readServers(name, options),
    change: (state, to) => change(name, options, state, to),
    drained: (state, address, deadlineMs) => [
      { ...idle(options, state, address), until: { intervalMs: 100, deadlineMs, atDeadline: 'continue' } },
    ],
  };
}

/** Asks whether an address has no request. When its server has another one by now, all streams are looked through. */
function idle(options: HaproxyOptions, state: RouterState, address: Address): SocketCall {
  const server = serversOf(state).find((each) => sameAddress(each, address));
  const peer = endpointText({ ...address, host: hostAddress(address.host) });
  if (!server)
    return {
      ...send(options, 'show sess all'),
      note: `No request to ${peer}`,
      parse: 'haproxy.sessions',
      expect: [{ path: 'value.peers', is: 'lacks', value: peer }],
    };
  return {
    ...send(options, `show stat ${options.backend} 4 -1`),
    note: `No request in ${server.name}`,
    parse: 'haproxy.statistics',
    expect: [{ path: 'value.busy', is: 'lacks', value: literal(server.name) }],
  };
}

function send({ host, socket }: HaproxyOptions, command: string): SocketCall {
  return { via: 'socket', host, path: literal(socket), send: `${command}\n` };
}

function serversOf({ facts }: RouterState): readonly HaproxyServer[] {
  return (facts as unknown as Facts).servers;
}

function readServers(name: string, options: HaproxyOptions): Reading<RouterState> {
  const { backend } = options;
  return {
    calls: [send(options, `show servers state ${backend}`), send(options, `show stat ${backend} 4 -1`)],
    next: ([state = {}, statistics = {}]) => {
      const { backup } = orNoBackend(backend, () => haproxyStatistics(statistics));
      const { servers } = orNoBackend(backend, () => haproxyServers(state));
      return {
        result: toState(
          name,
          options,
          servers.filter((server) => !backup.includes(server.name)),
        ),
      };
    },
  };
}

function orNoBackend<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RouterError && error.reason === 'noBackend')
      throw new RouterError('noBackend', error.message, { name });
    throw error;
  }
}

function toState(
  router: string,
  { stateFile }: HaproxyOptions,
  servers: readonly HaproxyServer[],
): RouterState {
  return {
    router,
    backends: toBackends(servers),
    facts: {
      servers: servers.map((server) => ({ ...server })),
      ...(stateFile !== undefined && { stateFile }),
    },
  };
}

function change(name: string, options: HaproxyOptions, state: RouterState, to: Route): RouteChange {
  const backends = to.backends.map((each) => ({
    ...each,
    address: { ...each.address, host: ip(each.address.host) },
  }));
  const before = serversOf(state);
  const after = placeServers(options.backend, before, { backends });
  return {
    do: [...settings(options, before, after), ...keep(name, options)],
    verify: [readBack(options, after, true), ...asksFor(options.ask, served(to))],
    undo: [
      ...settings(options, after, before),
      ...keep(`${name}.undo`, options),
      readBack(options, before, false),
      ...asksAgainst(options.ask, state, to),
    ],
    after: withReleases(toState(name, options, after), to.backends),
  };
}

/** Only an address can be set, no name; a placeholder will be one. */
function ip(host: string): string {
  const address = hostAddress(host);
  if (isIP(address) === 0 && !address.includes('${'))
    throw new RouterError('notAnAddress', `${host} is no IP address`, { host });
  return address;
}

/**
 * What differs, each server in one go. Opens before it closes, so that there is always someone to serve; may be
 * performed again, and after any part of it.
 */
function settings(
  options: HaproxyOptions,
  before: readonly HaproxyServer[],
  after: readonly HaproxyServer[],
): Call[] {
  const pairs = before.map((from, at) => [from, after[at] ?? from] as const);
  const opens = ([, { state }]: (typeof pairs)[number]): boolean => state === 'ready';
  return [...pairs.filter(opens), ...pairs.filter((pair) => !opens(pair))].flatMap(([from, to]) => {
    const commands = setServer(`set server ${options.backend}/${to.name}`, from, to);
    return commands.length === 0
      ? []
      : [{ ...send(options, commands.join('; ')), parse: 'haproxy.done' as const }];
  });
}

/** Nobody is sent to an address that was not meant: one that is opened has its own before, one that is closed after. */
function setServer(server: string, from: HaproxyServer, to: HaproxyServer): string[] {
  const moves = from.host !== to.host || from.port !== to.port;
  const state = from.state === to.state ? [] : [`${server} state ${to.state}`];
  const rest = [
    ...(moves ? [`${server} addr ${to.host} port ${to.port}`] : []),
    ...(from.weight === to.weight ? [] : [`${server} weight ${to.weight}`]),
    // Its checks may say that the one who had the place before is down; they begin anew from here.
    ...(to.state === 'ready' && from.state === 'maint' ? [`${server} health up`] : []),
  ];
  return to.state === 'ready' ? [...rest, ...state] : [...state, ...rest];
}

/** `up`: none of those that should serve is down; what an undo brings back may not run yet. */
function readBack(options: HaproxyOptions, servers: readonly HaproxyServer[], up: boolean): SocketCall {
  return {
    ...send(options, `show servers state ${options.backend}`),
    note: up ? 'Each server as wanted, the open ones not down' : 'Each server as wanted',
    parse: 'haproxy.servers',
    expect: [
      ...servers.map((server) => ({
        path: 'value.lines',
        is: 'contains' as const,
        value: describeServer(server),
      })),
      ...servers
        .filter(({ state }) => up && state === 'ready')
        .map(({ name }) => ({ path: 'value.up', is: 'contains' as const, value: name })),
    ],
    until: { intervalMs: 100, deadlineMs: 5_000 },
  };
}

/** Writes what HAProxy would otherwise forget with a reload. */
function keep(name: string, options: HaproxyOptions): Call[] {
  if (options.stateFile === undefined) return [];
  return [
    { ...send(options, 'show servers state'), binds: { [`${name}.servers`]: 'text' } },
    {
      via: 'writeFile',
      host: options.host,
      path: literal(options.stateFile),
      content: `\${${name}.servers}`,
      mode: '0644',
    },
  ];
}
